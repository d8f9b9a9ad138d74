import type { Review } from '../../core/contract/review';
import type { ReviewEdit } from '../../core/contract/review-edit';
import { cleanLine } from '../text/clean';
import type { App } from './app';
import { carryOut, complain } from './commands';
import { say } from './said';

/** Undoes the newest edit the person made to a task's change and says so, or why not. Gives back what was undone, or null. */
export async function undoEdit(app: App, task: number): Promise<ReviewEdit | null> {
  const ended = await carryOut(app, { about: `task:${task}`, sentence: 'Undoing…' }, (client) =>
    client.reviews.undo({ task }),
  );
  if (!ended.ok) {
    complain(app, ended.failure);
    return null;
  }
  say(app.said, { kind: 'done', text: undoneWords(ended.value), undo: null });
  return ended.value;
}

/** The edit that can be undone, in words. */
export function undoWords({ kind, path }: NonNullable<Review['edit']>): string {
  return kind === 'take-back'
    ? `Bring back what you took back of ${cleanLine(path)}`
    : `Undo your edit of ${cleanLine(path)}`;
}

function undoneWords({ kind, path }: Pick<ReviewEdit, 'kind' | 'path'>): string {
  return kind === 'take-back'
    ? `Brought back what you took back of ${cleanLine(path)}`
    : `Undid your edit of ${cleanLine(path)}`;
}
