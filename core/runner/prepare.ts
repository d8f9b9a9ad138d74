import { CodedError } from '../contract/errors';
import { bytesWords } from '../contract/worktree';
import { branchName } from '../git/branch-name';
import type { Checkout, Place } from '../git/checkout';
import { copyIncluded, hasInclude, includeFile } from '../git/include';
import { adminFolder, isVacant } from '../git/links';
import { startOf } from '../git/live';
import { reclaimWorktree } from '../git/reclaim';
import { clearStaleLocks } from '../git/recover';
import { removeFolders } from '../git/remove';
import { refOid, resolveBranch } from '../git/resolve';
import { restoreSnapshot } from '../git/restore';
import { addWorktree, noticesOf } from '../git/worktree';
import { reviewedBy } from '../store/agent-reviews';
import { putAside, updateBackup } from '../store/backups';
import { isDriven } from '../store/takeovers';
import type { TaskWork } from '../store/task-work';
import { patchTask } from '../store/tasks';
import { recordWorktree, updateWorktree, type WorktreeRow, worktreeOf } from '../store/worktrees';
import type { Deps } from './deps';
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
  if (known?.state === 'ready') {
    // The task is ours alone now, so whoever left a lock in its worktree is gone; but not who works on its screen.
    if (!isDriven(deps.db, task.id)) await clearStaleLocks(place, { ...known, ownerDead: true });
    const found = await reclaimWorktree(place, known.path);
    if (found.kind === 'usable') {
      const { checkout } = found;
      // What was removed by hand was brought back when this was made; somebody may have worked in it since.
      return { checkout, branch: known.branch, notices: await include(place, { ...place, checkout }) };
    }
    if (found.kind === 'broken') throw notWhole(task, known.path, found.reason);
  }
  const branch =
    task.branch ??
    branchName(task.title, `${place.opened.path}\0${task.id}\0${task.createdAt}\0${task.title}\0${task.prompt}`);
  // Whoever reviews a change sees it as it was shown, wherever its branch is by now.
  const at = reviewedBy(deps.db, task.id)?.head ?? task.stackOid;
  // Only a new one on a new branch with all files is what is made ahead of need.
  const isPlain = known === undefined && task.branch === null && task.paths.length === 0;
  // Before anything is noted or taken: a task whose base is not there has begun nothing, and can be tried again.
  const startOid = isPlain ? (at ?? (await resolveBranch(place, task.base))) : at;
  const { row, path, ready } = await note(deps, task, { place, known, branch, isPlain });
  const claimed = ready && startOid !== null ? await claim(ready, { branch, startOid, signal }) : null;
  const added =
    claimed ??
    (await make(place, {
      ...{ path, branch, base: task.base, at: startOid, ours: task.branch !== null, signal },
      paths: task.reviews === null ? task.paths : [],
    }));
  if (isPlain) deps.refill();
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
  ready: Claimable,
  wanted: Parameters<Claimable['claim']>[0],
): Promise<Omit<Prepared, 'branch'> | null> {
  const checkout = await ready.claim(wanted);
  return checkout && { checkout, notices: await noticesOf(checkout) };
}

/** Puts into a worktree what its branch does not bring. Gives notices. */
async function fill(deps: Deps, task: TaskWork, place: RepositoryPlace, worktree: Place): Promise<readonly string[]> {
  return [...(await include(place, worktree)), ...(await bringBack(deps, task, worktree))];
}

/**
 * Copies the ignored files a new worktree is to have. Only of a trusted repository: which they are is for a file in it to
 * say, and one that is copied may be run.
 */
async function include(place: RepositoryPlace, worktree: Place): Promise<readonly string[]> {
  if (!place.trusted) {
    const named = await hasInclude(place);
    return named ? [`The files that ${includeFile} names were not copied, because the repository is not trusted.`] : [];
  }
  const copied = await copyIncluded(place, worktree);
  if (copied === null) return [];
  const { files, bytes, leftOut } = copied;
  const left = leftOut.length === 0 ? '' : ` Not copied: ${some(leftOut)}.`;
  return [
    `Copied ${files} ignored ${files === 1 ? 'file' : 'files'}, ${bytesWords(bytes)}, as ${includeFile} says.${left}`,
  ];
}

function some(lines: readonly string[]): string {
  const shown = lines.slice(0, 5).join('; ');
  return lines.length > 5 ? `${shown}; and ${lines.length - 5} more` : shown;
}

/** Puts back what was in a task's worktree when it was removed by hand. Gives notices. */
async function bringBack(deps: Deps, task: TaskWork, place: Place): Promise<readonly string[]> {
  const backup = putAside(deps.db, task.id);
  if (backup === undefined || (await refOid(place, backup.ref)) === null) return [];
  const { repository, ref } = backup;
  const restoredPath = place.checkout.workTree;
  try {
    await restoreSnapshot(place, { ref });
    await deps.writer.write((db) => updateBackup(db, { repository, ref }, { restoredPath }));
    return ['What was in the worktree when you removed it is back.'];
  } catch (cause) {
    if (!(cause instanceof CodedError) || cause.code !== 'WRONG_STATE') throw cause;
    return [
      `The task goes on without what was in its worktree when you removed it, because its branch has moved since. It is in the recycle bin: worktree restore ${task.id}/${ref.split('/').at(-1)}`,
    ];
  }
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
