import { reconcileWorktree } from '../git/recover';
import { removeFolders } from '../git/remove';
import type { Claim } from '../sources/source';
import { putAside } from '../store/backups';
import { endOpenChecks } from '../store/checks';
import { releaseOwnerless, resumeClaims } from '../store/claims';
import { editsUnderWay } from '../store/edits';
import { type Landing, openLandings, untoldLandings } from '../store/landings';
import { releaseMessages } from '../store/messages';
import { repositoryById } from '../store/repositories';
import { restacksUnderWay } from '../store/restacks';
import { openReturns } from '../store/returns';
import { endOpenSessions } from '../store/sessions';
import { isDriven } from '../store/takeovers';
import { listTasks, readTask } from '../store/task-view';
import { taskWork } from '../store/task-work';
import { isUsedSince } from '../store/terminals';
import { keepTurns, type TurnRow } from '../store/turns';
import { unsettledWorktrees, updateWorktree, type WorktreeRow, worktreeOf } from '../store/worktrees';
import type { Deps } from './deps';
import { settleEdit } from './edits';
import { settleReturn } from './going-back';
import { turnsLeft } from './held-turn';
import { settleLanding } from './landed';
import { tellAgain } from './late-comments';
import { keepLease, leaseMs } from './lease';
import { type RepositoryPlace, repositoryPlace } from './place';
import { endSurvivors } from './processes';
import { putAway, stays, tell } from './putting-away';
import { settleRestack } from './restacks';

/**
 * Says what happens next after the process died at any line, and does it, before anything is claimed. Gives the tasks to
 * go on with as they are:
 *
 * 1. What a dead owner left running is ended, so that no agent writes where the next one will; but an agent that a host
 *    holds works on, and its task stays in hand.
 * 2. Other tasks in its hands are queued again; their open requests stay open, their sessions are resumed.
 * 3. A merge that had moved its base branch is finished; one that had not is forgotten, and can be approved again. What
 *    agents said of a change while it landed is told where nobody was told.
 * 4. A person's edit of a change that had moved its branch is finished; one that had not is forgotten.
 * 5. A restack of a branch that had moved it is finished; one that had not is forgotten, and done again.
 * 6. A going back to a checkpoint that had begun is finished.
 * 7. Worktrees half made are taken away, half removed ones removed, and locks of dead git commands in those that were
 *    worked in cleared.
 *
 * Where the machine was started anew since, the owner died of that and not of its work.
 *
 * One repository that cannot be opened does not keep the others from being recovered.
 */
export async function recover(deps: Deps, { rebooted }: { readonly rebooted: boolean }): Promise<readonly Claim[]> {
  const turns = turnsLeft(deps);
  // First, because a lease that ran out meanwhile is taken away by the clock.
  const resumed = await deps.writer.write((db) => {
    keepTurns(
      db,
      turns.map(({ id }) => id),
    );
    return resumeClaims(db, { leaseUntil: deps.now() + leaseMs });
  });
  // What follows may take longer than a lease holds.
  const releases = resumed.map((claim) => keepLease(deps, claim, () => {}));
  try {
    await recoverOthers(deps, turns, rebooted);
  } finally {
    for (const release of releases) release();
  }
  // Whoever goes on with them renews them only after a while.
  return deps.writer.write((db) => resumeClaims(db, { leaseUntil: deps.now() + leaseMs }));
}

/** Recovers everything but the tasks of these turns. */
async function recoverOthers(deps: Deps, turns: readonly TurnRow[], rebooted: boolean): Promise<void> {
  const held = turns.map(({ task }) => task);
  const inHand = listTasks(deps.db, { states: ['running', 'waiting'], limit: 1000 })
    .map((task) => task.id)
    .filter((task) => !held.includes(task));
  await endSurvivors(deps, inHand, held);
  // A host that hangs holds nobody up here.
  void attempt(deps, {}, () => deps.programs.endOthers(turns.map(({ id }) => id)));
  const released = await deps.writer.write((db) => {
    releaseMessages(db, null);
    endOpenSessions(db, { at: deps.now() });
    const output = rebooted ? 'The computer was restarted while this ran.' : 'Switchyard ended while this ran.';
    endOpenChecks(db, { output, rebooted, at: deps.now() });
    return releaseOwnerless(db, { rebooted, at: deps.now() });
  });
  for (const { task, from, to } of released) deps.log('info', 'A task had no owner.', { task, from, to });
  for (const landing of openLandings(deps.db)) {
    await attempt(deps, { landing: landing.id }, () => finishLanding(deps, landing));
  }
  for (const over of untoldLandings(deps.db)) {
    await attempt(deps, { landing: over.id }, () => tellAgain(deps, over));
  }
  for (const { task } of editsUnderWay(deps.db)) {
    await attempt(deps, { task }, async () => void (await settleEdit(deps, task)));
  }
  for (const { task } of restacksUnderWay(deps.db)) {
    await attempt(deps, { task }, async () => void (await settleRestack(deps, task, { ownerDead: true })));
  }
  for (const { task } of openReturns(deps.db)) await attempt(deps, { task }, () => settleReturn(deps, task));
  // Looking at every worktree there is would keep a person with many tasks in review waiting at each start.
  const left = inHand.filter((task) => !isDriven(deps.db, task));
  for (const worktree of unsettledWorktrees(deps.db, left)) {
    await attempt(deps, { worktree: worktree.path }, () => settleWorktree(deps, worktree));
  }
}

async function attempt(deps: Deps, facts: Readonly<Record<string, unknown>>, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (cause) {
    // Tried again at the next start; everything else must be recovered all the same.
    deps.log('error', 'Something could not be recovered.', { ...facts, cause: String(cause) });
  }
}

function placeOf(deps: Deps, repository: number): Promise<RepositoryPlace> {
  return repositoryPlace(deps.git, repositoryById(deps.db, repository));
}

async function finishLanding(deps: Deps, landing: Landing): Promise<void> {
  const place = await placeOf(deps, readTask(deps.db, landing.task).repositoryId);
  const { kind } = await settleLanding(deps, place, landing);
  deps.log('info', 'A landing was cut short.', { task: landing.task, became: kind });
}

async function settleWorktree(deps: Deps, worktree: WorktreeRow): Promise<void> {
  // What the person runs in it since its task was done would end with it.
  const isUsed = isUsedSince(deps.db, worktree.task);
  if (worktree.state === 'ready' && (isUsed || stays(deps, taskWork(deps.db, worktree.task)))) return;
  const place = await placeOf(deps, worktree.repository);
  // The data folder has one owner and that is us, so whoever noted itself here is gone.
  const { path, branch } = worktree;
  const making = worktree.state === 'making';
  const healed = await reconcileWorktree(place, { path, branch, ownerDead: true, startOid: noCommit, making });
  const { state: now } = readTask(deps.db, worktree.task);
  const done = now === 'done';
  const wasGoing = worktree.state === 'removing' && (now === 'review' || now === 'failed' || now === 'cancelled');
  const halfBack = making && healed.kind === 'usable' && (done || putAside(deps.db, worktree.task) !== undefined);
  if (halfBack) {
    // Being restored from a backup when the process died: the backup holds all of it, this only some.
    await removeFolders(healed.checkout.gitDir, healed.checkout.workTree);
  } else if (done || wasGoing) {
    const task = taskWork(deps.db, worktree.task);
    const notices = await putAway(deps, task, place);
    // What stays is said once, when the task ended; not again at every start.
    if (worktreeOf(deps.db, worktree.task) === undefined) tell(deps, task, notices);
    return;
  }
  if (healed.kind === 'foreign') {
    // The ledger goes on naming it: whoever needs the path is told why it cannot be had.
    deps.log('warning', 'A worktree is not as it was left.', { path, reason: healed.reason });
    return;
  }
  const state = healed.kind === 'usable' && !halfBack ? 'ready' : 'removed';
  if (state !== worktree.state) {
    await deps.writer.write((db) => updateWorktree(db, { worktree: worktree.id, state, at: deps.now() }));
  }
}

/** No branch is at this commit, so a branch is never deleted here: the task's next run goes on from it. */
const noCommit = '0'.repeat(40);
