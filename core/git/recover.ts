import { lstat, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Checkout, Place } from './checkout';
import { inTurn } from './in-turn';
import { adminFolder } from './links';
import { heldOpen } from './live';
import { removeFolders } from './remove';
import { refOid } from './resolve';
import { deleteBranch, reattachWorktree } from './worktree';
import { listWorktrees } from './worktrees';

/** A worktree of ours as the records name it, and whether whoever last worked on it is known to be gone. */
export interface Remembered {
  readonly path: string;
  readonly branch: string;
  readonly ownerDead: boolean;
}

/**
 * Removes lock files a dead owner left in a worktree of ours and on its branch, and gives their paths. Locks of a
 * living owner, locks some process has open, and every lock elsewhere in the repository are left alone.
 */
export async function clearStaleLocks(place: Place, { path, branch, ownerDead }: Remembered): Promise<string[]> {
  if (!ownerDead) return [];
  const { commonDir } = place.checkout;
  const gitDir = await adminFolder(commonDir, await real(path));
  const names = ['index.lock', 'HEAD.lock', 'ORIG_HEAD.lock', 'config.worktree.lock'];
  const locks = gitDir === null ? [] : names.map((name) => join(gitDir, name));
  if (branch.startsWith('switchyard/')) locks.push(join(commonDir, 'refs/heads', `${branch}.lock`));
  const removed: string[] = [];
  for (const lock of locks) {
    if ((await lstat(lock).catch(() => null)) === null || (await heldOpen(lock))) continue;
    await rm(lock, { force: true });
    removed.push(lock);
  }
  return removed;
}

/** What is left of a worktree after a crash, once healed. */
export type Reconciled =
  | { readonly kind: 'usable'; readonly checkout: Checkout }
  /** It was half made, or its files are gone; what was left is removed. `branch` tells whether the branch remains. */
  | { readonly kind: 'removed'; readonly branch: 'deleted' | 'kept' }
  /** There is neither worktree nor branch. */
  | { readonly kind: 'absent' }
  /** Its owner lives; nothing was touched. */
  | { readonly kind: 'owned' }
  /** Something that is not ours is at the path; nothing was touched. */
  | { readonly kind: 'foreign'; readonly reason: string };

/**
 * Heals a worktree of ours that a crash may have left half made: gives it back when it is whole, else takes the rest
 * away, and its branch too if that still is where it began. Safe to repeat. No agent ever worked in a half-made one.
 */
export function reconcileWorktree(
  place: Place,
  remembered: Remembered & { readonly startOid: string },
): Promise<Reconciled> {
  return inTurn(place.checkout.commonDir, async (): Promise<Reconciled> => {
    if (!remembered.ownerDead) return { kind: 'owned' };
    const { branch, startOid } = remembered;
    await clearStaleLocks(place, remembered);
    const checkout = await reattachWorktree(place, remembered.path);
    if (checkout !== null) return { kind: 'usable', checkout };

    const { commonDir } = place.checkout;
    const path = await real(remembered.path);
    const gitDir = (await adminFolder(commonDir, path)) ?? (await unfinishedFolder(commonDir, path));
    const files = await lstat(path).catch(() => null);
    if (files !== null && gitDir === null && !(await isEmptyShell(path))) {
      const reason = `${path} holds files, but the repository at ${place.checkout.workTree} knows no worktree there.`;
      return { kind: 'foreign', reason };
    }
    const tip = await refOid(place, `refs/heads/${branch}`);
    await removeFolders(gitDir, path);
    await rm(`${path}.removing`, { recursive: true, force: true });
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

/** A folder git made and had not filled: nothing in it, or only the link. */
async function isEmptyShell(path: string): Promise<boolean> {
  const names = await readdir(path).catch(() => ['?']);
  return (
    names.length === 0 || (names.length === 1 && names[0] === '.git' && (await lstat(join(path, '.git'))).isFile())
  );
}

/** The path with links in its parent resolved, as git noted it; the folder itself may be gone. */
async function real(path: string): Promise<string> {
  const parent = await realpath(dirname(path)).catch(() => dirname(path));
  return join(parent, basename(path));
}
