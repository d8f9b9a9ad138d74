import type { ChangeSize } from '../contract/task';
import type { Claim } from '../sources/source';
import { withdrawOpen } from '../store/requests';
import { StaleClaim } from '../store/stale-claim';
import { taskRow } from '../store/task-row';
import type { TaskWork } from '../store/task-work';
import { type Move, moveTask } from '../store/tasks';
import type { Deps, Stop } from './deps';
import { retryReason } from './messages';
import type { RepositoryPlace } from './place';
import { putAway } from './putting-away';
import { backoffMs } from './retry';

/** The change is committed and waits for the person. */
export async function reviewed(deps: Deps, claim: Claim, change: ChangeSize): Promise<void> {
  await move(deps, claim, { to: 'review', reason: 'The agent finished.', patch: { change, error: null } });
}

/**
 * The agent finished without changing anything: what it said is the result. Gives what the person should know of its
 * worktree, one sentence each.
 */
export async function answered(
  deps: Deps,
  claim: Claim,
  task: TaskWork,
  place: RepositoryPlace,
): Promise<readonly string[]> {
  await move(deps, claim, {
    to: 'done',
    reason: 'The agent finished without a change.',
    patch: { outcome: 'answered', error: null, change: null },
  });
  return putAway(deps, { ...task, worktree: taskRow(deps.db, claim.task).worktree }, place);
}

/** The work failed: tried again later when that may help and attempts are left, else put before the person. */
export async function failed(
  deps: Deps,
  claim: Pick<Claim, 'task' | 'generation'>,
  end: { readonly error: string; readonly retryable: boolean; readonly retryAt: number | null },
): Promise<void> {
  const { attempt, max_attempts: maxAttempts } = taskRow(deps.db, claim.task);
  const { error } = end;
  if (!end.retryable || attempt >= maxAttempts) {
    await move(deps, claim, { to: 'failed', reason: error, patch: { error } }, true);
    return;
  }
  const runAfter = Math.max(end.retryAt ?? 0, deps.now() + backoffMs(attempt, claim.task));
  const queuedReason = retryReason(error, attempt, maxAttempts);
  await move(deps, claim, { to: 'queued', reason: queuedReason, patch: { runAfter, queuedReason, error } });
}

/** The work was stopped from outside: put down so that it can be taken up again, or left as the person moved it. */
export async function parked(deps: Deps, claim: Claim, stop: Stop): Promise<void> {
  if (stop === 'lost') return;
  if (stop === 'cancelled') {
    await move(deps, claim, { to: 'cancelled', reason: 'Cancelled.' }, true);
    return;
  }
  const queuedReason = 'Switchyard was closed; it goes on with the next start.';
  // Being interrupted is not an attempt of its own.
  const attempt = Math.max(0, taskRow(deps.db, claim.task).attempt - 1);
  await move(deps, claim, { to: 'queued', reason: queuedReason, patch: { queuedReason, attempt } });
}

/** Moves a task this claim holds. When it holds no more, somebody else has moved it and nothing is to be done. */
async function move(
  deps: Deps,
  claim: Pick<Claim, 'task' | 'generation'>,
  to: Pick<Move, 'to' | 'reason' | 'patch'>,
  withdraws = false,
): Promise<void> {
  try {
    const withdrawn = await deps.writer.write((db) => {
      moveTask(db, { ...to, task: claim.task, by: 'runner', at: deps.now(), generation: claim.generation });
      return withdraws ? withdrawOpen(db, { task: claim.task, at: deps.now() }) : [];
    });
    withdrawn.forEach(deps.announceRequest);
  } catch (cause) {
    if (!(cause instanceof StaleClaim)) throw cause;
  }
  deps.announce(claim.task);
}
