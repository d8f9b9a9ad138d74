import type { Place } from '../git/checkout';
import { completeLanding } from '../git/land';
import { finishLanding, type Landing } from '../store/landings';
import { taskRow } from '../store/task-row';
import { moveTask } from '../store/tasks';
import type { Deps } from './deps';

/** Keeps that a change is on its base: the task is done, and the landing needs no finishing any more. */
export async function landed(
  deps: Pick<Deps, 'writer' | 'announce' | 'now'>,
  landing: Pick<Landing, 'id' | 'task' | 'newOid' | 'baseRef' | 'strategy'>,
  by: string,
): Promise<void> {
  const base = landing.baseRef.replace(/^refs\/heads\//, '');
  await deps.writer.write((db) => {
    finishLanding(db, { landing: landing.id, state: 'landed', at: deps.now() });
    // A landing is begun in review and nothing else may happen to the task until it is over.
    if (taskRow(db, landing.task).state !== 'review') return;
    moveTask(db, {
      task: landing.task,
      to: 'done',
      by,
      reason: `Approved: ${landing.strategy} into ${base}.`,
      at: deps.now(),
      patch: { outcome: 'merged', mergedOid: landing.newOid, error: null },
    });
  });
  deps.announce(landing.task);
}

/**
 * Finds out what became of a landing that was cut short, and keeps it: finished when the base branch had moved, forgotten
 * when it had not. `open` when something else is at work in the checkout: then the next look finishes it.
 */
export async function settleLanding(
  deps: Pick<Deps, 'writer' | 'announce' | 'now'>,
  place: Place,
  landing: Landing,
): Promise<'landed' | 'abandoned' | 'open'> {
  const branch = landing.baseRef.replace(/^refs\/heads\//, '');
  const done = await completeLanding(place, { branch, oldOid: landing.oldOid, newOid: landing.newOid });
  if (done.kind === 'busy') return 'open';
  if (done.kind === 'landed') {
    await landed(deps, landing, 'recovery');
    return 'landed';
  }
  await deps.writer.write((db) => finishLanding(db, { landing: landing.id, state: 'abandoned', at: deps.now() }));
  return 'abandoned';
}
