import type { Review } from '../../core/contract/review';
import { cleanLine } from '../text/clean';
import type { App } from './app';
import { carryOut, complain } from './commands';

/** Undoes the newest edit the person made to a task's change. A failure is said. */
export async function undoEdit(app: App, task: number): Promise<void> {
  const ended = await carryOut(app, { about: `task:${task}`, sentence: 'Undoing…' }, (client) =>
    client.reviews.undo({ task }),
  );
  if (!ended.ok) complain(app, ended.failure);
}

/** The edit that can be undone, in words. */
export function undoWords({ kind, path }: NonNullable<Review['edit']>): string {
  return kind === 'take-back'
    ? `Bring back what you took back of ${cleanLine(path)}`
    : `Undo your edit of ${cleanLine(path)}`;
}
