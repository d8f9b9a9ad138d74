import { overlapWords } from '../../core/contract/overlap';
import type { Task } from '../../core/contract/task';

/** What is known to come of landing a change after the ones before it: a sentence for each it cannot be brought together with. */
export function meetsBefore({ overlaps, base }: Pick<Task, 'overlaps' | 'base'>, before: readonly number[]): string[] {
  const met = overlaps.filter((one) => one.conflicts > 0 && one.with !== null && before.includes(one.with));
  return met.map((one) => `${capital(overlapWords(one, base))}. That lands first, so this goes back to its agent.`);
}

function capital(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
