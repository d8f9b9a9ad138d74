import type { Place } from './checkout';
import type { Git } from './git';

/** Answers remembered at most for one git; beyond that all are asked for again. */
const most = 5_000;

const knownOf = new WeakMap<Git, Map<string, Promise<unknown>>>();

/**
 * The answer to a question about objects named by their ids, which git is asked once: an object never changes. The question
 * must say all that the answer depends on, and that must be ids; no ref, and nothing that configuration or a file decides.
 * What is not there yet, null, may come, and what failed may do better: neither is remembered.
 */
export function known<Answer>(
  { git, checkout }: Pick<Place, 'git' | 'checkout'>,
  question: string,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const answers = knownOf.get(git) ?? new Map<string, Promise<unknown>>();
  knownOf.set(git, answers);
  const name = `${checkout.commonDir}\0${question}`;
  const before = answers.get(name);
  if (before !== undefined) return before as Promise<Answer>;
  const answer = ask();
  if (answers.size >= most) answers.clear();
  answers.set(name, answer);
  const forget = () => answers.get(name) === answer && answers.delete(name);
  answer.then((found) => found === null && forget(), forget);
  return answer;
}
