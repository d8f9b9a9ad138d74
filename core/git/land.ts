import { copyFile, lstat, mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '../contract/errors';
import { readable } from './capture';
import type { Checkout, Place } from './checkout';
import { isAncestor } from './diff';
import { bringForward, editedSince } from './forward';
import { runHook } from './hook';
import { inTurn } from './in-turn';
import { movesOver, released } from './live';
import {
  gitFolders,
  type Landing,
  lockState,
  type Note,
  noteOwner,
  preparedIndex,
  readNote,
  releaseLock,
  takeLock,
} from './lock';
import { obstaclesTo, type Step, stepsOf, submodule } from './obstacles';
import { lockedReason, occupation } from './occupation';
import { readHead } from './open';
import { refOid } from './resolve';
import { runGit } from './run';
import { checkoutOf, whereIs } from './whereabouts';

/** The branch is at the new commit, and the checkout that has it checked out, if any, stands there too. */
export interface Landed {
  readonly kind: 'landed';
  readonly checkout: string | null;
  /** Submodules whose commit changed; their own files stay as they are until `git submodule update`. */
  readonly submodules: readonly string[];
  readonly notices: readonly string[];
}

/** Nothing was touched, and why. */
export type NotLanded =
  /** The branch is no longer where it was; null when it is gone. */
  | { readonly kind: 'moved'; readonly now: string | null }
  /** Edited, staged, untracked or ignored files of the checkout are changed by the landing too. */
  | { readonly kind: 'in-the-way'; readonly checkout: string; readonly files: readonly string[] }
  /** Something is going on in the checkout; `reason` is a sentence. */
  | { readonly kind: 'busy'; readonly checkout: string; readonly reason: string };

export type Published = Landed | NotLanded;

/** How a branch is moved. */
interface Manner {
  readonly signal?: AbortSignal | undefined;
  /** What the branch's log says; that it was approved unless given. */
  readonly reason?: string;
  /** False leaves out the hook of a merge even of a trusted repository: nothing was merged. */
  readonly hooks?: boolean;
}

/**
 * Moves a branch to a commit made by `makeMerge`, if it is still at the old one, and with it the checkout that has it
 * checked out, as `git merge --ff-only` would: edits, staged and untracked files elsewhere stay byte for byte. The new
 * commit may as well be an older one. A kill at any point is finished by `completeLanding`.
 */
export function publish(place: Place, landing: Landing & Manner): Promise<Published> {
  return inTurn(place.checkout.commonDir, async () => {
    const where = await whereIs(place, landing.branch);
    if (where.kind === 'busy') return where;
    if (where.kind === 'nowhere') {
      const now = await moveBranch(place, landing);
      return now.moved ? landed(null, await stepsOf(place, landing)) : { kind: 'moved', now: now.oid };
    }
    const at = { ...place, checkout: where.checkout };
    const left = await readNote(at.checkout);
    // A crash may have left an earlier landing half done in this very checkout; it comes first.
    if (left !== null) {
      const finished = await finish(at, left);
      if (finished.kind === 'busy') return finished;
    }
    const reason = await occupation(at.checkout);
    if (reason !== null) return { kind: 'busy', checkout: at.checkout.workTree, reason };
    return land(at, landing);
  });
}

/** What `publish` would find: where the branch is checked out, and what stands in the way there. Touches nothing. */
export async function previewLanding(
  place: Place,
  landing: Landing,
): Promise<{
  readonly checkout: string | null;
  readonly inTheWay: readonly string[];
  /** What goes on there that must end first, a sentence; null for nothing. */
  readonly busy: string | null;
}> {
  const where = await whereIs(place, landing.branch);
  if (where.kind === 'nowhere') return { checkout: null, inTheWay: [], busy: null };
  if (where.kind === 'busy') return { checkout: where.checkout, inTheWay: [], busy: where.reason };
  const at = { ...place, checkout: where.checkout };
  const { workTree } = at.checkout;
  // What our own landing left half done is finished by the next one, not in its way.
  const left = await readNote(at.checkout);
  const busy = left !== null && (await noteOwner(left)) !== 'alive' ? null : await occupation(at.checkout);
  if (busy !== null) return { checkout: workTree, inTheWay: [], busy };
  const scratch = await mkdtemp(join(tmpdir(), 'switchyard-landing-'));
  try {
    const indexFile = join(scratch, 'index');
    await copyIndex(at, indexFile);
    return { checkout: workTree, inTheWay: await obstaclesTo(at, await stepsOf(at, landing), indexFile), busy: null };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What recovery finds of a landing that a crash may have cut short. */
export type Completed =
  | Landed
  /** The branch never moved; whatever was prepared is taken away again. */
  | { readonly kind: 'not-landed' }
  | Extract<NotLanded, { kind: 'moved' | 'busy' }>;

/**
 * Finishes or takes back a landing of a process that is gone, given the same facts as `publish`. Repeating it changes
 * nothing. A landing that never began, or was whole, is told as such.
 */
export function completeLanding(place: Place, landing: Landing): Promise<Completed> {
  return inTurn(place.checkout.commonDir, async () => {
    for (const gitDir of await gitFolders(place.checkout.commonDir)) {
      const checkout = await checkoutOf(place, gitDir);
      const note = checkout === null ? null : await readNote(checkout);
      if (checkout === null || note === null) continue;
      if (note.branch !== landing.branch || note.oldOid !== landing.oldOid || note.newOid !== landing.newOid) continue;
      return finish({ ...place, checkout }, note);
    }
    return (await movesOver(landing.newOid)) ? standing(place, landing, null) : stillMoving(place.checkout);
  });
}

function stillMoving(checkout: Checkout): Extract<NotLanded, { kind: 'busy' }> {
  const reason = 'A git command of the earlier landing is still at work there. Wait for it to end.';
  return { kind: 'busy', checkout: checkout.workTree, reason };
}

/** Lands in a checkout that is free: locks it, looks, moves the branch, then the files, then the index. */
async function land(at: Place, landing: Landing & Manner): Promise<Published> {
  const { checkout } = at;
  if (!(await takeLock(checkout, landing))) {
    return { kind: 'busy', checkout: checkout.workTree, reason: lockedReason(checkout) };
  }
  let moved = false;
  try {
    const head = await readHead(at);
    if (head.kind !== 'branch' || head.branch !== landing.branch || head.oid !== landing.oldOid) {
      return { kind: 'moved', now: await refOid(at, `refs/heads/${landing.branch}`) };
    }
    const steps = await stepsOf(at, landing);
    await copyIndex(at, preparedIndex(checkout));
    const files = await obstaclesTo(at, steps, preparedIndex(checkout));
    if (files.length > 0) return { kind: 'in-the-way', checkout: checkout.workTree, files };
    if (landing.signal?.aborted) throw new CodedError('CANCELLED', `Landing on ${landing.branch} was cancelled.`);
    // The branch first: were the files first, a branch that moved meanwhile would leave them ahead of it. From here
    // on a crash is finished, never taken back, and a cancellation comes too late.
    const now = await moveBranch(at, landing);
    if (!now.moved) return { kind: 'moved', now: now.oid };
    moved = true;
    await bringForward(at, steps);
    await releaseLock(checkout);
    return landed(checkout, steps, landing.hooks === false ? [] : await runHook(at, 'post-merge', ['0']));
  } finally {
    // Once the branch has moved, the lock and the note stay until the files have followed.
    if (!moved) await releaseLock(checkout);
  }
}

/** Finishes what a note speaks of: forwards when the branch moved, backwards when it did not. */
async function finish(at: Place, note: Note): Promise<Completed> {
  const { checkout } = at;
  const owner = await noteOwner(note);
  if (owner === 'alive') {
    const reason = `Another Switchyard (process ${note.owner.pid}) is landing a change in this checkout.`;
    return { kind: 'busy', checkout: checkout.workTree, reason };
  }
  // The git that moves the branch may outlive by a moment the run that died: then it has not moved yet, and will.
  if (owner === 'dead' && !(await movesOver(note.newOid))) return stillMoving(checkout);
  const head = await readHead(at);
  const moved = head.kind === 'branch' && head.branch === note.branch && head.oid === note.newOid;
  // The prepared index takes the real one's place last: once it is gone, the files are all there.
  const prepared = (await lstat(preparedIndex(checkout)).catch(() => null)) !== null;
  if (!(moved && prepared)) {
    await releaseLock(checkout);
    return standing(at, note, checkout);
  }
  if ((await lockState(checkout)) === 'foreign') {
    return { kind: 'busy', checkout: checkout.workTree, reason: lockedReason(checkout) };
  }
  if ((await lockState(checkout)) === 'free' && !(await takeLock(checkout, note))) {
    return { kind: 'busy', checkout: checkout.workTree, reason: lockedReason(checkout) };
  }
  const steps = await stepsOf(at, note);
  // A git of the run that died may outlive it by a moment; two must not write the same index.
  if (!(await released(`${preparedIndex(checkout)}.lock`))) return stillMoving(checkout);
  await rm(`${preparedIndex(checkout)}.lock`, { force: true });
  await copyIndex(at, preparedIndex(checkout));
  await bringForward(at, steps, await editedSince(at, steps));
  await releaseLock(checkout);
  return landed(checkout, steps);
}

/** Where the branch stands when no checkout is half way. */
async function standing(place: Place, landing: Landing, checkout: Checkout | null): Promise<Completed> {
  const now = await refOid(place, `refs/heads/${landing.branch}`);
  if (now === landing.oldOid && now !== landing.newOid) return { kind: 'not-landed' };
  if (now !== null && (await isAncestor(place, landing.newOid, now))) {
    const where = checkout ?? (await whereIs(place, landing.branch));
    const found = 'kind' in where ? (where.kind === 'checkout' ? where.checkout : null) : where;
    return landed(found, await stepsOf(place, landing));
  }
  return { kind: 'moved', now };
}

function landed(checkout: Checkout | null, steps: readonly Step[], notices: readonly string[] = []): Landed {
  const submodules = steps.filter((step) => [step.oldMode, step.newMode].includes(submodule));
  return {
    kind: 'landed',
    checkout: checkout?.workTree ?? null,
    submodules: submodules.map((step) => readable(step.path)),
    notices,
  };
}

/** Compare-and-set of the branch. */
async function moveBranch(
  place: Place,
  { branch, oldOid, newOid, reason = 'switchyard: approved change' }: Landing & Pick<Manner, 'reason'>,
): Promise<{ readonly moved: boolean; readonly oid: string | null }> {
  const ref = `refs/heads/${branch}`;
  const args = ['update-ref', '--no-deref', '-m', reason, ref, newOid, oldOid];
  const { exitCode, stderr } = await runGit(place, args, { successExitCodes: [1, 128] });
  if (exitCode === 0) return { moved: true, oid: newOid };
  const now = await refOid(place, ref);
  if (now !== oldOid) return { moved: false, oid: now };
  throw new CodedError(
    'GIT_FAILED',
    `Could not move the branch ${branch} from ${oldOid} to ${newOid} in ${place.checkout.workTree}: ${stderr.trim()}`,
    { facts: { branch, oldOid, newOid } },
  );
}

/** Copies the index over what may be there, so that a prepared one exists until it has taken the real one's place. */
async function copyIndex(at: Place, to: string): Promise<void> {
  const from = join(at.checkout.gitDir, 'index');
  const stats = await lstat(from).catch(() => null);
  if (stats !== null) {
    await copyFile(from, to);
    // Git takes a file for edited by its size and the second of its time, and looks into those of the index's own second.
    await utimes(to, stats.atime, stats.mtime);
  }
  // A checkout made without files has no index yet; to git that is an empty one.
  else await runGit(at, ['read-tree', '--empty'], { indexFile: to });
}
