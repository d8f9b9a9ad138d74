import { finishLanding, type Landing } from '../store/landings';
import { moveTask } from '../store/tasks';
import type { Deps } from './deps';

/** Keeps that a change is on its base: the task is done, and the landing needs no finishing any more. */
export async function landed(
  deps: Pick<Deps, 'writer' | 'announce' | 'now'>,
  landing: Pick<Landing, 'id' | 'task' | 'newOid' | 'baseRef' | 'strategy'>,
  by: 'person' | 'recovery',
): Promise<void> {
  const base = landing.baseRef.replace(/^refs\/heads\//, '');
  await deps.writer.write((db) => {
    moveTask(db, {
      task: landing.task,
      to: 'done',
      by,
      reason: `Approved: ${landing.strategy} into ${base}.`,
      at: deps.now(),
      patch: { outcome: 'merged', mergedOid: landing.newOid, error: null },
    });
    finishLanding(db, { landing: landing.id, state: 'landed', at: deps.now() });
  });
  deps.announce(landing.task);
}
