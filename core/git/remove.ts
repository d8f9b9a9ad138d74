import { lstat, mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CodedError } from '../contract/errors';
import { captureFiles } from './capture';
import type { Checkout, Place } from './checkout';
import { captureIgnored } from './ignored';
import { inTurn } from './in-turn';
import { adminFolder, checkoutAt } from './links';
import { refOid } from './resolve';
import type { Snapshot } from './snapshot';

/** What came of asking to remove a worktree. */
export type Removed =
  | { readonly kind: 'removed' }
  /** Its files are no longer those of the snapshot. Take another, then ask again. */
  | { readonly kind: 'changed' }
  /** The snapshot could not hold everything in it; `leftOut` says what. Nothing was removed. */
  | { readonly kind: 'kept'; readonly leftOut: readonly string[] };

/**
 * Removes a worktree of ours whose whole state the snapshot keeps. The branch stays. Safe to repeat after a crash at
 * any point. Throws WRONG_STATE when the snapshot's ref does not hold it any more.
 */
export function removeWorktree(
  place: Place,
  { checkout, snapshot }: { readonly checkout: Checkout; readonly snapshot: Snapshot },
): Promise<Removed> {
  return inTurn(place.checkout.commonDir, async () => {
    const { commonDir } = place.checkout;
    if (snapshot.leftOut.length > 0) return { kind: 'kept', leftOut: snapshot.leftOut };
    if ((await refOid(place, snapshot.ref)) !== snapshot.oid) {
      throw new CodedError(
        'WRONG_STATE',
        `Did not remove ${checkout.workTree}: its backup is no longer at ${snapshot.ref}. Take another snapshot first.`,
        { facts: { ref: snapshot.ref, path: checkout.workTree } },
      );
    }
    const present = await checkoutAt(commonDir, checkout.workTree);
    if (present !== null) {
      if (present.gitDir === commonDir || present.gitDir !== checkout.gitDir) {
        throw new CodedError('WRONG_STATE', `Did not remove ${checkout.workTree}: it is not a worktree of ours.`, {
          facts: { path: checkout.workTree, gitDir: present.gitDir },
        });
      }
      if (!(await isAsKept({ ...place, checkout, trusted: false }, snapshot))) return { kind: 'changed' };
    }
    await removeFolders(await adminFolder(commonDir, checkout.workTree), present === null ? null : checkout.workTree);
    await removeAside(checkout.workTree);
    return { kind: 'removed' };
  });
}

async function isAsKept(place: Place, snapshot: Snapshot): Promise<boolean> {
  const files = await captureFiles(place);
  if (files.tree !== snapshot.tree) return false;
  const scratch = await mkdtemp(join(tmpdir(), 'switchyard-snapshot-'));
  try {
    const ignored = await captureIgnored(place, scratch);
    const now = [ignored.files, [...files.gitFolders, ...ignored.gitFolders]];
    return isDeepStrictEqual(now, [snapshot.ignored, snapshot.gitFolders]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Removes a worktree's files and git's notes about it. The files are first moved aside in one step, so that a crash in
 * between leaves no worktree that looks whole and is not.
 */
export async function removeFolders(gitDir: string | null, path: string | null): Promise<void> {
  if (path !== null && (await lstat(path).catch(() => null)) !== null) {
    await removeAside(path);
    await rename(path, removing(path));
    await removeAside(path);
  }
  if (gitDir !== null) {
    // The file the worktree is found by goes last, so that a second try finds what is left.
    for (const name of await readdir(gitDir)) {
      if (name !== 'gitdir') await rm(join(gitDir, name), { recursive: true, force: true });
    }
    await rm(gitDir, { recursive: true, force: true });
  }
}

/** Takes away what a removal that was killed had moved aside: it was to go, and what was in it is kept where it had to be. */
export async function removeAside(path: string): Promise<void> {
  await rm(removing(path), { recursive: true, force: true });
}

/** How the name of a folder ends that was moved aside to be removed. */
export const aside = '.removing';

function removing(path: string): string {
  return `${path}${aside}`;
}

/** Takes away a folder that git had only begun to make a worktree of: nothing is in it, or nothing but git's link. */
export async function removeBegun(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => null);
  if (entries === null || entries.some((entry) => entry.name !== '.git' || !entry.isFile())) return;
  await rm(join(path, '.git'), { force: true });
  await rmdir(path);
}
