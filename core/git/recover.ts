import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Checkout, Place } from './checkout';
import { inTurn } from './in-turn';
import { adminFolder, realPath } from './links';
import { gitWorksIn, heldOpen } from './live';
import { reclaimWorktree } from './reclaim';
import { removeAside, removeFolders } from './remove';
import { refOid } from './resolve';
import { deleteBranch, readyMark } from './worktree';
import { listWorktrees } from './worktrees';

/** A worktree of ours as the records name it, and whether whoever last worked on it is known to be gone. */
export interface Remembered {
  readonly path: string;
  readonly branch: string;
  readonly ownerDead: boolean;
}

/**
 * Removes lock files a dead owner left in a worktree of ours and on its branch, and gives their paths. Locks of a
 * living owner, locks some process has open, all of them while any git works in the worktree, as a person's own that waits
 * for their editor, and every lock elsewhere in the repository are left alone.
 */
export async function clearStaleLocks(place: Place, { path, branch, ownerDead }: Remembered): Promise<string[]> {
  if (!ownerDead) return [];
  const { commonDir } = place.checkout;
  const gitDir = await adminFolder(commonDir, path);
  const names = ['index.lock', 'HEAD.lock', 'ORIG_HEAD.lock', 'config.worktree.lock'];
  const locks = gitDir === null ? [] : names.map((name) => join(gitDir, name));
  if (branch.startsWith('switchyard/')) locks.push(join(commonDir, 'refs/heads', `${branch}.lock`));
  const there: string[] = [];
  for (const lock of locks) if ((await lstat(lock).catch(() => null)) !== null) there.push(lock);
  // What is looked at first is there before who is: a git that begins now has made none of these.
  if (there.length === 0 || (await gitWorksIn(path))) return [];
  const removed: string[] = [];
  for (const lock of there) {
    if (await heldOpen(lock)) continue;
    await rm(lock, { force: true });
    removed.push(lock);
  }
  return removed;
}

/** What is left of a worktree after a crash, once healed. */
export type Reconciled =
  | { readonly kind: 'usable'; readonly checkout: Checkout }
  /** It was never ready, or its files are gone; what was left is removed. `branch` tells whether the branch remains. */
  | { readonly kind: 'removed'; readonly branch: 'deleted' | 'kept' }
  /** There is neither worktree nor branch. */
  | { readonly kind: 'absent' }
  /** Its owner lives; nothing was touched. */
  | { readonly kind: 'owned' }
  /** There are files at the path that are no whole worktree of ours, or somebody's work in one; nothing was touched. */
  | { readonly kind: 'foreign'; readonly reason: string };

/**
 * Heals a worktree of ours that a crash may have left half made: gives it back when it is whole or lacks only its link.
 * Files go only when it was never ready, for then nobody worked in it: the records say it was being made, and git's
 * notes have no mark of it being finished. Its branch goes too if that still is where it began. Safe to repeat.
 */
export function reconcileWorktree(
  place: Place,
  remembered: Remembered & {
    readonly startOid: string;
    /** The records say that it was being made and not that it was finished. */
    readonly making: boolean;
  },
): Promise<Reconciled> {
  return inTurn(place.checkout.commonDir, async (): Promise<Reconciled> => {
    if (!remembered.ownerDead) return { kind: 'owned' };
    const { branch, startOid, making } = remembered;
    await clearStaleLocks(place, remembered);
    const found = await reclaimWorktree(place, remembered.path);
    if (found.kind === 'usable') return found;

    const { commonDir } = place.checkout;
    const path = await realPath(remembered.path);
    const gitDir = (await adminFolder(commonDir, path)) ?? (await unfinishedFolder(commonDir, path));
    const files = await lstat(path).catch(() => null);
    if (found.kind === 'broken' && !(making && (await wasNeverReady(gitDir, path)))) {
      return { kind: 'foreign', reason: found.reason };
    }
    const tip = await refOid(place, `refs/heads/${branch}`);
    await removeFolders(gitDir, path);
    await removeAside(path);
    const elsewhere = (await listWorktrees(place)).some((worktree) => worktree.branch === branch);
    const deleted = tip !== null && !elsewhere && (await deleteIfUnmoved(place, branch, startOid));
    if (files === null && gitDir === null && tip === null) return { kind: 'absent' };
    return { kind: 'removed', branch: deleted || tip === null ? 'deleted' : 'kept' };
  });
}

async function deleteIfUnmoved(place: Place, branch: string, startOid: string): Promise<boolean> {
  if (!branch.startsWith('switchyard/') || (await refOid(place, `refs/heads/${branch}`)) !== startOid) return false;
  return deleteBranch(place, { branch, oid: startOid });
}

/** A folder git made for this worktree and was stopped before it noted whose it is. */
async function unfinishedFolder(commonDir: string, path: string): Promise<string | null> {
  const gitDir = join(commonDir, 'worktrees', basename(path));
  const [locked, back] = await Promise.all(
    ['locked', 'gitdir'].map((name) => readFile(join(gitDir, name), 'utf8').catch(() => '')),
  );
  return locked?.trim() === 'initializing' && back === '' ? gitDir : null;
}

/** Git was stopped while it made this: its notes have no mark, or there is nothing but the link to notes now gone. */
async function wasNeverReady(gitDir: string | null, path: string): Promise<boolean> {
  if (gitDir !== null) return (await lstat(join(gitDir, readyMark)).catch(() => null)) === null;
  const names = await readdir(path).catch(() => []);
  return names.length === 1 && names[0] === '.git' && (await lstat(join(path, '.git'))).isFile();
}
