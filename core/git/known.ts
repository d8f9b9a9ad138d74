import type { Place } from './checkout';
import { createMemory } from './memory';

const answers = createMemory<Promise<unknown>>(5_000);

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
  const name = `${checkout.commonDir}\0${question}`;
  const before = answers.get(git, name);
  if (before !== undefined) return before as Promise<Answer>;
  const answer = ask();
  answers.set(git, name, answer);
  const forget = () => answers.get(git, name) === answer && answers.delete(git, name);
  answer.then((found) => found === null && forget(), forget);
  return answer;
}
