import { lstat, mkdir, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CodedError } from '../contract/errors';
import type { Checkout, Place } from './checkout';
import { inTurn } from './in-turn';
import { copiedMark } from './include';
import { leftFiles } from './left-files';
import { adminFolder, checkoutAt, isVacant } from './links';
import { splitNul } from './nul';
import { readHead } from './open';
import { removeAside, removeBegun, removeFolders } from './remove';
import { runGit } from './run';
import { underWayFiles } from './under-way';
import { createBranch, deleteBranch, readyMark } from './worktree';

/** What is in a worktree's git folder only when somebody did something in it. */
const traces = [...underWayFiles, 'config.worktree', 'rebase-merge', 'rebase-apply', 'sequencer', copiedMark];

/** Makes a worktree at a commit, on no branch, ahead of need. Runs none of the repository's programs. */
export function makeReady(
  place: Place,
  wanted: { readonly path: string; readonly oid: string; readonly signal?: AbortSignal | undefined },
): Promise<Checkout> {
  return inTurn(place.checkout.commonDir, async () => {
    const { oid, signal } = wanted;
    if (!(await isVacant(wanted.path))) {
      throw new CodedError('CONFLICT', `Could not make a worktree at ${wanted.path}: something is there.`);
    }
    await mkdir(dirname(wanted.path), { recursive: true, mode: 0o700 });
    const path = join(await realpath(dirname(wanted.path)), basename(wanted.path));
    try {
      const args = ['worktree', 'add', '--quiet', '--no-checkout', '--detach', '--', path, oid];
      await runGit(place, args, { silent: true, signal });
      const checkout = await checkoutAt(place.checkout.commonDir, path);
      if (checkout === null) throw new CodedError('GIT_FAILED', `The links of the worktree at ${path} do not hold.`);
      await runGit({ ...place, checkout }, ['read-tree', '-m', '-u', 'HEAD'], { silent: true, signal });
      return checkout;
    } catch (cause) {
      const gitDir = await adminFolder(place.checkout.commonDir, path);
      if (gitDir === null) await removeBegun(path);
      else await removeFolders(gitDir, path);
      throw cause;
    }
  });
}

/** A worktree made ahead of need, as the records have it. */
export interface Remembered {
  readonly path: string;
  readonly gitDir: string;
  readonly oid: string;
  /** What tells the files that were put into it from any others; empty for none. */
  readonly leftFiles: string;
}

/**
 * The worktree at a path when it is the very one that was made, in every way as it was made: of this repository, with its own
 * git folder, at its commit and on no branch, with no file more, less or other, ignored ones too, but those that were put into it.
 * Null otherwise.
 */
export async function pristine(
  trustedOrNot: Place,
  { path, gitDir, oid, leftFiles: left }: Remembered,
): Promise<Checkout | null> {
  const { commonDir } = trustedOrNot.checkout;
  const checkout = await checkoutAt(commonDir, path);
  if (checkout === null || checkout.gitDir !== gitDir || checkout.gitDir === commonDir) return null;
  // One that has the mark was somebody's.
  for (const name of [readyMark, ...traces]) {
    if ((await lstat(join(gitDir, name)).catch(() => null)) !== null) return null;
  }
  const place = { ...trustedOrNot, checkout, trusted: false };
  const head = await readHead(place);
  if (head.kind !== 'detached' || head.oid !== oid) return null;
  if ((await leftFiles(place)) !== left) return null;
  // What git was told to overlook would not show as changed.
  const { stdout } = await runGit(place, ['ls-files', '-z', '-v'], { maxBytes: 1 << 30 });
  return splitNul(stdout.toString('latin1')).every((line) => line.startsWith('H ')) ? checkout : null;
}

/**
 * Makes a pristine worktree one on a new branch at a commit, as `addWorktree` would have made it. Gives null, with nothing changed,
 * when there is a branch of that name.
 */
export function claimReady(
  place: Place,
  {
    checkout,
    from,
    branch,
    startOid,
    signal,
  }: {
    readonly checkout: Checkout;
    readonly from: string;
    readonly branch: string;
    readonly startOid: string;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Checkout | null> {
  return inTurn(place.checkout.commonDir, async () => {
    const inIt = { ...place, checkout };
    let isBegun = false;
    try {
      if ((await createBranch(place, { branch, startOid, signal })) !== null) return null;
      isBegun = true;
      if (from !== startOid) await runGit(inIt, ['read-tree', '-m', '-u', from, startOid], { silent: true, signal });
      await runGit(inIt, ['symbolic-ref', '-m', 'switchyard: task', 'HEAD', `refs/heads/${branch}`], { silent: true });
      await writeFile(join(checkout.gitDir, readyMark), startOid);
      return checkout;
    } catch (cause) {
      // Nobody has worked in it: what is half moved goes, with the branch that was for it.
      await removeFolders(checkout.gitDir, checkout.workTree);
      if (isBegun) await deleteBranch(place, { branch, oid: startOid });
      throw cause;
    }
  });
}

/**
 * Brings a worktree that holds nothing but the commit it is at to another one, or the same, on no branch, and has `finishWorktree`
 * do there what it does in a new one. Refuses to overwrite what is in no commit. A kill on the way leaves it at neither.
 */
export function moveReady(
  place: Place,
  {
    checkout,
    from,
    to,
    signal,
  }: {
    readonly checkout: Checkout;
    readonly from: string;
    readonly to: string;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  return inTurn(place.checkout.commonDir, async () => {
    const inIt = { ...place, checkout };
    if (from !== to) {
      await runGit(inIt, ['read-tree', '-m', '-u', from, to], { silent: true, signal });
      await runGit(inIt, ['update-ref', '--no-deref', '-m', 'switchyard: train', 'HEAD', to, from], { silent: true });
    }
    await writeFile(join(checkout.gitDir, readyMark), to);
  });
}

/**
 * Takes away what a `makeReady` or a removal that was killed left of a worktree which does not hold together, with git's note
 * about it. A folder with anything in it stays, and so does the note then.
 */
export function clearBegun(place: Place, path: string): Promise<void> {
  return inTurn(place.checkout.commonDir, async () => {
    const gitDir = await adminFolder(place.checkout.commonDir, path);
    await removeBegun(path);
    await removeAside(path);
    if (gitDir !== null && (await isVacant(path))) await removeFolders(gitDir, null);
  });
}
