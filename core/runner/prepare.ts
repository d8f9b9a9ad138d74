import { CodedError } from '../contract/errors';
import { branchName } from '../git/branch-name';
import type { Checkout } from '../git/checkout';
import { adminFolder, isVacant } from '../git/links';
import { startOf } from '../git/live';
import { reclaimWorktree } from '../git/reclaim';
import { clearStaleLocks } from '../git/recover';
import { removeFolders } from '../git/remove';
import { refOid, resolveBranch } from '../git/resolve';
import { addWorktree, noticesOf } from '../git/worktree';
import { reviewedBy } from '../store/agent-reviews';
import { startContest, startOfContest } from '../store/contests';
import { isDriven } from '../store/takeovers';
import type { TaskWork } from '../store/task-work';
import { patchTask } from '../store/tasks';
import { noteSetUp, recordWorktree, updateWorktree, type WorktreeRow, worktreeOf } from '../store/worktrees';
import { noteAhead } from './ahead';
import type { Deps } from './deps';
import { fill, include } from './filling';
import type { RepositoryPlace } from './place';
import { type Claimable, findReady } from './pool';
import { worktreePath } from './worktree-path';

/** A task's worktree, whole but for what `finishWorktree` runs in it. */
export interface Prepared {
  readonly checkout: Checkout;
  readonly branch: string;
  /** What the person should know about it, one sentence each. */
  readonly notices: readonly string[];
}

/**
 * Gives the task its worktree: the one it has when that is whole, else a new one on its branch. The ledger is written
 * before anything is made, so that a crash in between leaves nothing nobody knows of.
 */
export async function prepareWorktree(
  deps: Deps,
  task: TaskWork,
  place: RepositoryPlace,
  signal: AbortSignal,
): Promise<Prepared> {
  const known = worktreeOf(deps.db, task.id);
  const whole = known?.state === 'ready' ? await asItStands(deps, task, place, known) : null;
  if (whole !== null) return whole;
  const { row, branch, added } = await begin(deps, task, place, { known, signal });
  const { checkout } = added;
  const filled = await fill(deps, task, place, { ...place, checkout }).catch(async (cause: unknown) => {
    // Half of it must not stand there as if it were all; the backup still holds everything.
    await removeFolders(checkout.gitDir, checkout.workTree);
    await deps.writer.write((db) => updateWorktree(db, { worktree: row, state: 'removed', at: deps.now() }));
    throw cause;
  });
  // Not before: one that is still being made is made anew after a crash.
  await deps.writer.write((db) => updateWorktree(db, { worktree: row, state: 'ready', at: deps.now() }));
  deps.announce(task.id);
  return { checkout, branch, notices: [...added.notices, ...filled] };
}

/** The worktree a task has; null when its files are gone. Throws CONFLICT when it is not whole. */
async function asItStands(
  deps: Deps,
  task: TaskWork,
  place: RepositoryPlace,
  known: WorktreeRow,
): Promise<Prepared | null> {
  // The task is ours alone now, so whoever left a lock in its worktree is gone; but not who works on its screen.
  if (!isDriven(deps.db, task.id)) await clearStaleLocks(place, { ...known, ownerDead: true });
  const found = await reclaimWorktree(place, known.path);
  if (found.kind === 'broken') throw notWhole(task, known.path, found.reason);
  if (found.kind !== 'usable') return null;
  const { checkout } = found;
  // What was removed by hand was brought back when this was made; somebody may have worked in it since.
  return { checkout, branch: known.branch, notices: await include(place, { ...place, checkout }) };
}

/** Makes a task's worktree, or takes one that was made ahead of need. */
async function begin(
  deps: Deps,
  task: TaskWork,
  place: RepositoryPlace,
  { known, signal }: { readonly known: WorktreeRow | undefined; readonly signal: AbortSignal },
): Promise<{ readonly row: number; readonly branch: string; readonly added: Omit<Prepared, 'branch'> }> {
  const branch =
    task.branch ??
    branchName(task.title, `${place.opened.path}\0${task.id}\0${task.createdAt}\0${task.title}\0${task.prompt}`);
  // Whoever reviews a change sees it as it was shown, wherever its branch is by now.
  const at = reviewedBy(deps.db, task.id)?.head ?? task.stackOid ?? (await startWithOthers(deps, task, place));
  // Only a new one on a new branch with all files is what is made ahead of need.
  const isPlain = known === undefined && task.branch === null && task.paths.length === 0;
  // Before anything is noted or taken: a task whose base is not there has begun nothing, and can be tried again.
  const startOid = isPlain ? (at ?? (await resolveBranch(place, task.base))) : at;
  try {
    const { row, path, ready } = await note(deps, task, { place, known, branch, isPlain });
    const claimed =
      ready && startOid !== null ? await claim(deps, task, ready, { row, branch, startOid, signal }) : null;
    const wanted = { path, branch, base: task.base, at: startOid, ours: task.branch !== null, signal };
    const paths = task.reviews === null ? task.paths : [];
    return { row, branch, added: claimed ?? (await make(place, { ...wanted, paths })) };
  } finally {
    // Also when it failed: what was taken, or thrown away because somebody was in it, is not ready any more.
    if (isPlain) deps.refill();
  }
}

/** The commit at which all tasks of a contest begin, as the first of them found its base; null outside of one. */
async function startWithOthers(deps: Deps, task: TaskWork, place: RepositoryPlace): Promise<string | null> {
  if (task.contest === null) return null;
  const contest = task.contest.id;
  const known = startOfContest(deps.db, contest);
  if (known !== null) return known;
  const oid = await resolveBranch(place, task.base);
  return deps.writer.write((db) => startContest(db, { contest, oid }));
}

/** Notes a worktree before it is made, and takes one out of the pool in the same step, so that it is always somebody's. */
async function note(
  deps: Deps,
  task: TaskWork,
  wanted: {
    readonly place: RepositoryPlace;
    readonly known: WorktreeRow | undefined;
    readonly branch: string;
    readonly isPlain: boolean;
  },
): Promise<{ readonly row: number; readonly path: string; readonly ready: Claimable | null }> {
  const { place, known, branch, isPlain } = wanted;
  const owner = { pid: process.pid, start: (await startOf(process.pid)) ?? '' };
  for (;;) {
    const ready = isPlain ? await findReady(deps, place, task.repository.id) : null;
    const path = known?.path ?? ready?.path ?? worktreePath(deps.folders.worktrees, task);
    const row = await deps.writer.write((db) => {
      const at = deps.now();
      if (ready !== null && !ready.take(db)) return null;
      patchTask(db, { task: task.id, patch: { branch, worktree: path }, at, generation: task.generation });
      if (known) {
        updateWorktree(db, { worktree: known.id, state: 'making', owner, at });
        return known.id;
      }
      return recordWorktree(db, {
        ...{ task: task.id, repository: task.repository.id, path, branch, state: 'making', at },
        ...{ ownerPid: owner.pid, ownerStart: owner.start },
      });
    });
    if (row !== null) return { row, path, ready };
  }
}

async function claim(
  deps: Deps,
  task: TaskWork,
  ready: Claimable,
  wanted: Parameters<Claimable['claim']>[0] & { readonly row: number },
): Promise<Omit<Prepared, 'branch'> | null> {
  const checkout = await ready.claim(wanted);
  if (checkout === null) return null;
  const { setup, oid } = ready;
  if (setup !== null) {
    const { command, exitCode } = setup;
    // Of another commit it is run again, because that may need more.
    const isSetUp = exitCode === 0 && oid === wanted.startOid && command === task.repository.setupCommand;
    await deps.writer.write((db) => {
      noteAhead(db, { task: task.id, oid, setup });
      if (isSetUp) noteSetUp(db, { worktree: wanted.row, command });
    });
  }
  return { checkout, notices: await noticesOf(checkout) };
}

/** The worktree an agent is at work in, left as it is. Throws CONFLICT when it is not whole any more. */
export async function worktreeAtWork(deps: Deps, task: TaskWork, place: RepositoryPlace): Promise<Prepared> {
  const known = worktreeOf(deps.db, task.id);
  const found = known === undefined ? null : await reclaimWorktree(place, known.path);
  if (known !== undefined && found?.kind === 'usable')
    return { checkout: found.checkout, branch: known.branch, notices: [] };
  throw notWhole(task, known?.path ?? '', found?.kind === 'broken' ? found.reason : 'It is gone.');
}

async function make(
  place: RepositoryPlace,
  wanted: {
    readonly path: string;
    readonly branch: string;
    readonly base: string;
    /** The commit to begin at in place of the base; null for the base. */
    readonly at: string | null;
    readonly ours: boolean;
    readonly paths: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<Omit<Prepared, 'branch'>> {
  const { path, branch, signal } = wanted;
  const tip = wanted.ours ? await refOid(place, `refs/heads/${branch}`) : null;
  const startOid = tip ?? wanted.at ?? (await resolveBranch(place, wanted.base));
  if (tip !== null && (await isVacant(path))) {
    // The task's branch is there and its worktree's files are not: what git remembers of the old one must not be in the way.
    await removeFolders(await adminFolder(place.checkout.commonDir, path), null);
  }
  const added = await addWorktree(place, {
    path,
    branch,
    startOid,
    existingBranch: tip !== null,
    paths: wanted.paths,
    signal,
  });
  switch (added.kind) {
    case 'added':
      return { checkout: added.checkout, notices: added.notices };
    case 'branch-taken':
      throw new CodedError(
        'CONFLICT',
        `Could not start on the branch ${branch}: ${place.opened.path} has one of that name that Switchyard did not make for this task. Rename or delete it, then retry.`,
        { facts: { branch, oid: added.oid } },
      );
    case 'path-taken':
      throw new CodedError(
        'CONFLICT',
        `Could not make a worktree at ${path}: something is there that is no whole worktree of this task. Move it away, then retry.`,
        { facts: { path } },
      );
  }
}

function notWhole(task: TaskWork, path: string, reason: string): CodedError {
  return new CodedError(
    'CONFLICT',
    `Could not go on in the worktree of task ${task.id}: ${reason} Then retry the task.`,
    {
      facts: { path },
    },
  );
}
