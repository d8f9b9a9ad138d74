import { link, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../contract/errors';
import type { Checkout } from './checkout';
import { lives, type ProcessRun, thisProcess } from './live';

/** A branch that is to move from one commit to another. */
export interface Landing {
  readonly branch: string;
  readonly oldOid: string;
  readonly newOid: string;
}

/** What is noted in a checkout while a branch lands in it, for whoever finds it after a crash. */
export interface Note extends Landing {
  readonly owner: ProcessRun;
}

/** The index that is prepared beside the real one and put in its place at the end. */
export function preparedIndex(checkout: Checkout): string {
  return join(checkout.gitDir, 'switchyard-index');
}

/** Reads the note in a checkout, or null. A note that cannot be read was never finished, so nothing followed it. */
export async function readNote(checkout: Checkout): Promise<Note | null> {
  const text = await readFile(noteFile(checkout), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as Note);
}

/** Whether a note is this process's own, or that of another one that lives. */
export async function noteOwner(note: Note): Promise<'ours' | 'dead' | 'alive'> {
  const self = await thisProcess();
  if (note.owner.pid === self.pid && note.owner.started === self.started) return 'ours';
  return (await lives(note.owner)) ? 'alive' : 'dead';
}

/**
 * Takes git's own lock of a checkout's index, so that no other git changes index or files meanwhile. The lock is a
 * second name of our note: after a crash that shows whose it is. False when another git holds it.
 */
export async function takeLock(checkout: Checkout, landing: Landing): Promise<boolean> {
  const { branch, oldOid, newOid } = landing;
  const note: Note = { branch, oldOid, newOid, owner: await thisProcess() };
  const draft = `${noteFile(checkout)}.${process.pid}`;
  await writeFile(draft, JSON.stringify(note), { mode: 0o600 });
  await rename(draft, noteFile(checkout));
  try {
    await link(noteFile(checkout), lockFile(checkout));
    return true;
  } catch (error) {
    await rm(noteFile(checkout), { force: true });
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new CodedError(
      'NOT_WRITABLE',
      `Could not lock the index of ${checkout.workTree}: ${(error as Error).message}. Its file system must allow writing and hard links.`,
      { facts: { path: checkout.workTree }, cause: error },
    );
  }
}

/** Gives the lock back and takes the note away, in the order that leaves no lock without its note. */
export async function releaseLock(checkout: Checkout): Promise<void> {
  await rm(preparedIndex(checkout), { force: true });
  await rm(`${preparedIndex(checkout)}.lock`, { force: true });
  if (await lockIsNoted(checkout)) await rm(lockFile(checkout), { force: true });
  await rm(noteFile(checkout), { force: true });
}

/** Whether the index is locked, and by whom: us by our note, or another git. */
export async function lockState(checkout: Checkout): Promise<'free' | 'noted' | 'foreign'> {
  if ((await stat(lockFile(checkout)).catch(() => null)) === null) return 'free';
  return (await lockIsNoted(checkout)) ? 'noted' : 'foreign';
}

/** Every git folder of the repository's checkouts, the shared one first. */
export async function gitFolders(commonDir: string): Promise<string[]> {
  const ids = await readdir(join(commonDir, 'worktrees')).catch(() => []);
  return [commonDir, ...ids.map((id) => join(commonDir, 'worktrees', id))];
}

function noteFile(checkout: Checkout): string {
  return join(checkout.gitDir, 'switchyard-landing');
}

/** Git's own lock of a checkout's index. */
export function lockFile(checkout: Checkout): string {
  return join(checkout.gitDir, 'index.lock');
}

async function lockIsNoted(checkout: Checkout): Promise<boolean> {
  const [note, lock] = await Promise.all(
    [noteFile(checkout), lockFile(checkout)].map((path) => stat(path, { bigint: true }).catch(() => null)),
  );
  return note != null && lock != null && note.ino === lock.ino && note.dev === lock.dev;
}
