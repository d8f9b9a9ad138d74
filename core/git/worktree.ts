import { lstat, mkdir, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CodedError } from '../contract/errors';
import type { Checkout, Place } from './checkout';
import { inTurn } from './in-turn';
import { adminFolder, checkoutAt, isVacant } from './links';
import { narrowWorktree } from './narrow';
import { removeBegun, removeFolders } from './remove';
import { refOid } from './resolve';
import { runGit } from './run';

/** What came of asking for a worktree. No file or branch that existed before is ever touched. */
export type Added =
  | { readonly kind: 'added'; readonly checkout: Checkout; readonly notices: readonly string[] }
  | { readonly kind: 'branch-taken'; readonly oid: string }
  | { readonly kind: 'path-taken' };

/**
 * Present in a worktree's git folder once its files are all there; without it the worktree is half made. It names the
 * commit the worktree was made at until `finishWorktree` is through.
 */
export const readyMark = 'switchyard-ready';

/**
 * Makes a new branch at a commit and a worktree on it, and runs none of the repository's programs there: what a branch
 * brings may be new to the person. `finishWorktree` catches up on it. One at a time for each repository. When it fails
 * or is cancelled, what it made so far is taken away again. Throws UNSUPPORTED_REPOSITORY when a branch named `switchyard`
 * stands in the way, and whatever git reports.
 */
export function addWorktree(
  place: Place,
  wanted: {
    readonly path: string;
    readonly branch: string;
    readonly startOid: string;
    /** Take the branch as it is when it already points at `startOid`, to bring back work whose worktree is gone. */
    readonly existingBranch?: boolean;
    /** The folders it has, beside the files at the top; all when there are none. */
    readonly paths?: readonly string[];
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Added> {
  return inTurn(place.checkout.commonDir, async () => {
    const { branch, startOid, paths = [], signal } = wanted;
    if (!(await isVacant(wanted.path))) return { kind: 'path-taken' };
    await mkdir(dirname(wanted.path), { recursive: true, mode: 0o700 });
    // Git notes the real path; comparing against it later needs the same.
    const path = join(await realpath(dirname(wanted.path)), basename(wanted.path));

    const taken = await createBranch(place, { branch, startOid, signal });
    if (taken !== null && !(wanted.existingBranch && taken === startOid)) return { kind: 'branch-taken', oid: taken };
    try {
      // Without files first: they are written as the configuration says that counts in the new checkout, not in this one.
      const args = ['worktree', 'add', '--quiet', '--no-checkout', '--', path, branch];
      await runGit(place, args, { silent: true, signal });
      const checkout = await checkoutAt(place.checkout.commonDir, path);
      if (checkout === null) {
        throw new CodedError('GIT_FAILED', `git made a worktree at ${path}, but its links do not lead back to it.`, {
          facts: { path, branch },
        });
      }
      if (paths.length > 0) await narrowWorktree({ ...place, checkout }, { commit: startOid, paths, signal });
      await runGit({ ...place, checkout }, ['read-tree', '-m', '-u', 'HEAD'], { silent: true, signal });
      await writeFile(join(checkout.gitDir, readyMark), startOid);
      return { kind: 'added', checkout, notices: await noticesOf(checkout) };
    } catch (error) {
      const gitDir = await adminFolder(place.checkout.commonDir, path);
      // Without git's note about it the folder is ours only as far as git had begun it.
      if (gitDir === null) await removeBegun(path);
      else await removeFolders(gitDir, path);
      if (taken === null) await deleteBranch(place, { branch, oid: startOid });
      throw error;
    }
  });
}

/**
 * The worktree at a path, ready to be used again, or null when it is gone, half made, not of this repository, or its
 * links do not point both ways.
 */
export async function reattachWorktree(place: Place, path: string): Promise<Checkout | null> {
  const checkout = await checkoutAt(place.checkout.commonDir, path);
  if (checkout === null || checkout.gitDir === checkout.commonDir) return null;
  return (await exists(join(checkout.gitDir, readyMark))) ? checkout : null;
}

/** Deletes one of our branches if it still points at the commit given. True when it is gone. */
export async function deleteBranch(
  place: Place,
  { branch, oid }: { readonly branch: string; readonly oid: string },
): Promise<boolean> {
  if (!branch.startsWith('switchyard/')) {
    throw new CodedError('BAD_INPUT', `Refused to delete the branch ${branch}: it is not one Switchyard made.`);
  }
  const ref = `refs/heads/${branch}`;
  const { exitCode } = await runGit(place, ['update-ref', '--no-deref', '-d', ref, oid], {
    successExitCodes: [1, 128],
  });
  return exitCode === 0 || (await refOid(place, ref)) === null;
}

/** Creates one of our branches, or gives the commit of the one that is already there. */
export async function createBranch(
  place: Place,
  wanted: { readonly branch: string; readonly startOid: string; readonly signal?: AbortSignal | undefined },
): Promise<string | null> {
  const ref = `refs/heads/${wanted.branch}`;
  const nothing = '0'.repeat(wanted.startOid.length);
  const args = ['update-ref', '--no-deref', '--create-reflog', '-m', 'switchyard: task', ref, wanted.startOid, nothing];
  const { exitCode, stderr } = await runGit(place, args, { successExitCodes: [1, 128], signal: wanted.signal });
  if (exitCode === 0) return null;
  const taken = await refOid(place, ref);
  if (taken !== null) return taken;
  if ((await refOid(place, 'refs/heads/switchyard')) !== null) {
    throw new CodedError(
      'UNSUPPORTED_REPOSITORY',
      `Could not make the branch ${wanted.branch} in ${place.checkout.workTree}, because a branch named switchyard exists and git allows no branch beneath another. Rename it: git branch -m switchyard another-name`,
      { facts: { branch: wanted.branch } },
    );
  }
  throw new CodedError(
    'GIT_FAILED',
    `Could not make the branch ${wanted.branch} at ${wanted.startOid} in ${place.checkout.workTree}: ${stderr.trim()}`,
    { facts: { branch: wanted.branch, startOid: wanted.startOid } },
  );
}

/** What the person should know of a new worktree, one sentence each. */
export async function noticesOf(checkout: Checkout): Promise<string[]> {
  return (await exists(join(checkout.workTree, '.gitmodules')))
    ? ['The repository has submodules; in the worktree their folders are empty.']
    : [];
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
