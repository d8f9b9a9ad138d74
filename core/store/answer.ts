import { CodedError } from '../contract/errors';
import { type Answer, isDecided, type Request } from '../contract/request';
import { isSameOffer } from '../contract/rule-offers';

/** Throws BAD_INPUT, saying what is missing, unless the answer is one this request can take. */
export function assertAnswers(request: Request, answer: Answer): void {
  const wrong = whatIsWrong(request, answer);
  if (wrong === undefined) return;
  throw new CodedError('BAD_INPUT', `Request ${request.id} was not answered: ${wrong}`, {
    facts: { request: request.id, kind: request.kind },
  });
}

function whatIsWrong(request: Request, answer: Answer): string | undefined {
  const { options } = request;
  const outside = answer.options.find((index) => index >= options.length);
  if (outside !== undefined) {
    return options.length === 0
      ? 'it has no options to choose from.'
      : `option ${outside} does not exist; they are 0 to ${options.length - 1}.`;
  }
  if (new Set(answer.options).size !== answer.options.length) return 'an option was chosen twice.';
  if (answer.options.length > 1 && !request.multiple) return 'only one option may be chosen.';
  const { rule } = answer;
  if (rule !== null && !request.rules.some((offer) => isSameOffer(offer, rule))) {
    return 'the rule is none of those it offers.';
  }
  if (rule !== null && answer.decision !== 'allow') return 'a rule is made while allowing.';
  if (isDecided(request.kind)) {
    return answer.decision === null ? 'it needs a decision, allow or deny.' : undefined;
  }
  const text = (answer.text ?? '').trim();
  if (text !== '' && !request.allowsText) return 'it takes one of its options, not text.';
  if (text === '' && answer.options.length === 0) {
    return request.allowsText ? 'it needs an option or some text.' : 'it needs an option.';
  }
  return undefined;
}
