import { type Answer, isDecided, type Request, type RequestOption } from '../../core/contract/request';
import { type RuleOffer, scopeWords } from '../../core/contract/rule';

/** A button on a request: what it says, which key presses it, and the answer it gives. */
export interface Choice {
  readonly label: string;
  readonly description: string;
  readonly key: 'allow' | 'deny' | 'digit';
  readonly digit: number | null;
  readonly tone: 'primary' | 'plain' | 'danger';
  /** Null for an option that only toggles, when several may be chosen. */
  readonly answer: Answer | null;
  readonly option: number | null;
}

/**
 * The buttons of a request. The first option that allows answers to the allow key and the first that rejects to the deny
 * key; the others are numbered. A decision without options of the agent's own has our two.
 */
export function choicesOf(request: Request): readonly Choice[] {
  const decides = isDecided(request.kind);
  const choices: Choice[] = [];
  let hasAllow = false;
  let hasDeny = false;
  for (const [index, option] of request.options.entries()) {
    const decision = decisionOf(option);
    const isAllow: boolean = decides && decision === 'allow' && !hasAllow;
    const isDeny: boolean = decides && decision === 'deny' && !hasDeny;
    hasAllow ||= isAllow;
    hasDeny ||= isDeny;
    choices.push({
      label: option.label,
      description: option.description,
      key: isAllow ? 'allow' : isDeny ? 'deny' : 'digit',
      digit: isAllow || isDeny ? null : digitAfter(choices),
      tone: isAllow ? 'primary' : decision === 'deny' ? 'danger' : 'plain',
      answer: request.multiple ? null : { decision, rule: null, options: [index], text: null },
      option: index,
    });
  }
  if (!decides) return choices;
  const ours: Choice[] = [];
  if (!hasAllow)
    ours.push({
      ...plainChoice,
      label: allowWords[request.kind],
      key: 'allow',
      tone: 'primary',
      answer: decide('allow', null),
    });
  if (!hasDeny)
    ours.push({
      ...plainChoice,
      label: denyWords[request.kind],
      key: 'deny',
      tone: 'danger',
      answer: decide('deny', null),
    });
  return [...ours, ...choices];
}

/** How the choices of a request answer it, where they are no decisions that say so themselves; null where they are, or there are none. */
export function howToAnswer(
  { kind, options, multiple }: Pick<Request, 'kind' | 'options' | 'multiple'>,
  text: string,
): string | null {
  if (isDecided(kind) || options.length === 0) return null;
  if (multiple) return 'Tick what you choose, then send your answer';
  return `Choosing one answers at once${text.trim() === '' ? '' : ', with what you wrote'}`;
}

/** The buttons that allow a request and keep a rule, numbered after its other choices. */
export function alwaysOf(request: Request): readonly Choice[] {
  const choices: Choice[] = [...choicesOf(request)];
  const first = choices.length;
  for (const offer of request.rules)
    choices.push({
      ...{ label: sentence(scopeWords(offer.scope)), description: '', key: 'digit', digit: digitAfter(choices) },
      ...{ tone: 'plain', option: null, answer: allowAlways(offer) },
    });
  return choices.slice(first);
}

/** An answer that allows and keeps a rule. */
function allowAlways(rule: RuleOffer): Answer {
  return { decision: 'allow', rule, options: [], text: null };
}

/** The number of the next choice; there are nine number keys. */
function digitAfter(choices: readonly Choice[]): number | null {
  const taken = choices.filter(({ digit }) => digit !== null).length;
  return taken < 9 ? taken + 1 : null;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** An answer that only decides, with a reason when one was written. */
export function decide(decision: 'allow' | 'deny', text: string | null): Answer {
  return { decision, rule: null, options: [], text };
}

/** An answer in the person's own words, with the options ticked beside it. */
export function tell(options: readonly number[], text: string): Answer {
  return {
    decision: null,
    rule: null,
    options: [...options].sort((one, other) => one - other),
    text: text.trim() === '' ? null : text,
  };
}

/** The sentence over a request: who wants what, where. */
export function askingOf(request: Request): string {
  switch (request.kind) {
    case 'permission':
      return `${request.agent} wants to ${request.tool?.command == null ? `use ${request.tool?.name ?? 'a tool'}` : 'run a command'}`;
    case 'clarification':
      return `${request.agent} asks`;
    case 'plan':
      return `${request.agent} has a plan`;
    case 'start':
      return 'May this task start?';
    case 'budget':
      return 'How should it go on?';
  }
}

const plainChoice = { description: '', digit: null, option: null } as const;
const allowWords = {
  permission: 'Allow once',
  plan: 'Approve plan',
  start: 'Start',
  clarification: '',
  budget: '',
} as const;
const denyWords = {
  permission: 'Deny',
  plan: 'Reject plan',
  start: 'Do not start',
  clarification: '',
  budget: '',
} as const;

function decisionOf(option: RequestOption): Answer['decision'] {
  if (option.kind === 'choice') return null;
  return option.kind.startsWith('allow') ? 'allow' : 'deny';
}
