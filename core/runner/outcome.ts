import { closedWhileDriven, retryReason } from '../contract/move-words';
import type { Claim } from '../sources/source';
import { releaseClaim } from '../store/claims';
import type { Database } from '../store/database';
import { waitForLandings } from '../store/dependencies';
import { isFinishing } from '../store/grants';
import { pendingMessages, releaseMessages, removeMessage } from '../store/messages';
import { withdrawOpen } from '../store/requests';
import { StaleClaim } from '../store/stale-claim';
import { isDriven, isFinishedByHand, isTaken } from '../store/takeovers';
import { taskRow } from '../store/task-row';
import { type TaskWork, taskWork } from '../store/task-work';
import { type Move, moveTask } from '../store/tasks';
import type { Deps, Stop } from './deps';
import { overMemory } from './memory-cap';
import type { RepositoryPlace } from './place';
import { putAway } from './putting-away';
import { backoffMs } from './retry';
import { endReviews, reviewedIsDone } from './reviewing';
import { goesOn } from './round';

/** The change is committed and waits for the person, unless the person has written to the agent meanwhile. */
export async function reviewed(deps: Deps, claim: Claim): Promise<void> {
  const { permissionLevel, repository, contest } = taskWork(deps.db, claim.task);
  const byHand = isFinishedByHand(deps.db, claim.task);
  const asksNobody = permissionLevel === 'autonomous' && !byHand;
  // Of a contest the person picks, and what was not picked must not land before they could.
  const landingDue = asksNobody && contest === null && repository.landing.finished !== 'review';
  const patch = { error: null, landingDue };
  await move(
    deps,
    claim,
    { to: 'review', reason: byHand ? 'Handed back, and finished by hand.' : 'The agent finished.', patch },
    { heeds: true },
  );
}

/**
 * The agent finished without changing anything, or reviewed another task's change: what it said is the result. A task that was to finish for want of budget
 * cannot be sent back then, so what waited to be said is withdrawn. Gives what the person should know of that and of its
 * worktree, one sentence each.
 */
export async function answered(
  deps: Deps,
  claim: Claim,
  task: TaskWork,
  place: RepositoryPlace,
): Promise<readonly string[]> {
  const patch = { outcome: 'answered', error: null, change: null } as const;
  const unsaid: string[] = [];
  const moved = await move(
    deps,
    claim,
    {
      to: 'done',
      reason: task.reviews === null ? 'The agent finished without a change.' : 'The review is complete.',
      patch,
    },
    { heeds: true, onUnsaid: (text) => void unsaid.push(text) },
  );
  if (moved !== 'done') return [];
  await endReviews(deps, claim.task);
  if (unsaid.length > 0) deps.announceMessages(claim.task);
  return [
    ...unsaid.map((text) => `It was to finish within its budget, so this was not said to the agent: ${text}`),
    ...(await putAway(deps, { ...task, worktree: taskRow(deps.db, claim.task).worktree }, place)),
  ];
}

/** The work failed: tried again later when that may help and attempts are left, else put before the person. */
export async function failed(
  deps: Deps,
  claim: Pick<Claim, 'task' | 'generation'>,
  end: { readonly error: string; readonly retryable: boolean },
): Promise<void> {
  const { attempt, max_attempts: maxAttempts } = taskRow(deps.db, claim.task);
  const { error } = end;
  if (!end.retryable || attempt >= maxAttempts) {
    await move(deps, claim, { to: 'failed', reason: error, patch: { error } }, { withdraws: true });
    return;
  }
  const runAfter = deps.now() + backoffMs(attempt, claim.task);
  const queuedReason = retryReason(error, attempt, maxAttempts);
  await move(deps, claim, { to: 'queued', reason: queuedReason, patch: { runAfter, queuedReason, error } });
}

/** What the task is after is not to be had: it waits for its review or its landing, and this was no attempt. */
export async function heldBack(
  deps: Deps,
  claim: Claim,
  queuedReason: string,
  until: 'review' | 'landing',
): Promise<void> {
  const attempt = Math.max(0, taskRow(deps.db, claim.task).attempt - 1);
  if (until === 'landing') await deps.writer.write((db) => waitForLandings(db, claim.task));
  await move(deps, claim, { to: 'queued', reason: queuedReason, patch: { queuedReason, attempt } });
}

/** The agent was lost with the process that held it: its session is resumed, and that too often is a failure. */
export async function agentLost(deps: Deps, claim: Claim, why: string): Promise<void> {
  const what = why.replace(/\.$/, '');
  const requests = await deps.writer.write((db) => {
    const at = deps.now();
    const released = releaseClaim(db, { claim, at, what });
    return released?.to === 'failed' ? withdrawOpen(db, { task: claim.task, at }) : [];
  });
  requests.forEach(deps.announceRequest);
  deps.announce(claim.task);
}

/** What a review was to look at is over: nobody is told of anything it would say. */
export async function pointless(deps: Deps, claim: Claim, reviewed: number): Promise<void> {
  await move(deps, claim, { to: 'cancelled', reason: reviewedIsDone(reviewed) }, { withdraws: true });
}

/** The work was stopped from outside: put down so that it can be taken up again, or left as the person moved it. */
export async function parked(deps: Deps, claim: Claim, stop: Stop): Promise<void> {
  if (stop === 'lost') return;
  if (stop === 'cancelled') {
    await move(deps, claim, { to: 'cancelled', reason: 'Cancelled.' }, { withdraws: true });
    return;
  }
  if (stop === 'over memory') {
    await failed(deps, claim, { error: overMemory(deps.settings().taskMemoryMegabytes), retryable: false });
    return;
  }
  const queuedReason = isDriven(deps.db, claim.task)
    ? closedWhileDriven
    : 'Switchyard was closed; it goes on with the next start.';
  // Being interrupted is not an attempt of its own.
  const attempt = Math.max(0, taskRow(deps.db, claim.task).attempt - 1);
  await move(deps, claim, { to: 'queued', reason: queuedReason, patch: { queuedReason, attempt } });
}

type To = Pick<Move, 'to' | 'reason' | 'patch'>;

/**
 * Moves a task this claim holds and gives where it went; null when it holds no more: then somebody else has moved it and
 * nothing is to be done. With `heeds` a task somebody wrote to since its agent was last told anything is queued again
 * instead, in the same transaction that would have ended it, so that no message is left behind. One that finishes for
 * want of budget begins no turn to say anything in: `onUnsaid` is told each message, which is taken back; without it
 * they wait until the task is sent back.
 */
async function move(
  deps: Deps,
  claim: Pick<Claim, 'task' | 'generation'>,
  to: To,
  {
    withdraws = false,
    heeds = false,
    onUnsaid,
  }: { readonly withdraws?: boolean; readonly heeds?: boolean; readonly onUnsaid?: (text: string) => void } = {},
): Promise<Move['to'] | null> {
  let moved: Move['to'] | null = null;
  try {
    const requests = await deps.writer.write((db) => {
      const at = deps.now();
      const waits = heeds ? pendingMessages(db, claim.task) : [];
      const taken = heeds && isTaken(db, claim.task);
      const heard = taken || (waits.length > 0 && !isFinishing(db, claim.task));
      const next = heard ? goingOn(db, claim.task, taken ? goesOn.taken : goesOn.said) : to;
      moveTask(db, { ...next, task: claim.task, by: 'runner', at, generation: claim.generation });
      if (next === to && onUnsaid !== undefined) {
        releaseMessages(db, claim.task);
        for (const { id: message, text } of waits) {
          removeMessage(db, { message, at });
          onUnsaid(text);
        }
      }
      moved = next.to;
      return withdraws ? withdrawOpen(db, { task: claim.task, at }) : [];
    });
    requests.forEach(deps.announceRequest);
  } catch (cause) {
    if (!(cause instanceof StaleClaim)) throw cause;
  }
  deps.announce(claim.task);
  return moved;
}

/** The agent had finished when the person's message came: it goes on with that, and this was no attempt that failed. */
function goingOn(db: Database, task: number, queuedReason: string): To {
  const attempt = Math.max(0, taskRow(db, task).attempt - 1);
  return { to: 'queued', reason: queuedReason, patch: { queuedReason, attempt } };
}
