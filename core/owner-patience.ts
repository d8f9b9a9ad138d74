import { watch } from 'node:fs';
import type { OwnerRecord } from './contract/owner';
import { readOwner } from './owner-record';

/**
 * An owner that says it starts is believed this long: after a crash it may have many worktrees to look through. No
 * longer, because the process that said so may be dead and its id another's.
 */
const startingMs = 120_000;

/** Any other owner gets this long to answer: it is about to say that it starts, or it stops. */
const answeringMs = 15_000;

/**
 * Patience with an owner that cannot be reached yet. Each call waits until something changed and resolves true, which is
 * when trying again is worth it, or false when the owner has had its time.
 */
export function ownerPatience(
  folders: { readonly data: string; readonly run: string },
  limitMs = answeringMs,
): () => Promise<boolean> {
  let since = Date.now();
  return async () => {
    if (isStarting(folders.data)) {
      while (isStarting(folders.data)) await ownerChange(folders.run);
      since = Date.now();
      return true;
    }
    if (Date.now() - since >= limitMs) return false;
    await ownerChange(folders.run);
    return true;
  };
}

/** Whether the owner of a data folder is alive and says that it cannot be reached yet because it starts. */
export function isStarting(folder: string): boolean {
  const owner = readOwner(folder);
  return owner?.socket === null && Date.now() - owner.startedAt < startingMs && isAlive(owner.pid);
}

/** Waits until an owner that was asked to go has let go of its data folder or died; false when it has not by the limit. */
export async function ownerGone(
  folders: { readonly data: string; readonly run: string },
  owner: OwnerRecord,
  limitMs: number,
): Promise<boolean> {
  const since = Date.now();
  while (readOwner(folders.data)?.pid === owner.pid && isAlive(owner.pid)) {
    if (Date.now() - since >= limitMs) return false;
    await ownerChange(folders.run);
  }
  return true;
}

/** Waits until another owner than the one that went has announced itself; null when none has by the limit. */
export async function nextOwner(
  folders: { readonly data: string; readonly run: string },
  gone: Pick<OwnerRecord, 'pid' | 'startedAt'>,
  limitMs: number,
): Promise<OwnerRecord | null> {
  const since = Date.now();
  for (;;) {
    const owner = readOwner(folders.data);
    if (owner !== null && (owner.pid !== gone.pid || owner.startedAt !== gone.startedAt) && isAlive(owner.pid))
      return owner;
    if (Date.now() - since >= limitMs) return null;
    await ownerChange(folders.run);
  }
}

/** Resolves when something happens in the run folder, where owners come and go, or half a second later. */
function ownerChange(run: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(run, () => finish());
    // What happened before the watching began would be missed, so nobody waits for long without looking again.
    const timer = setTimeout(() => finish(), 500);
    const finish = () => {
      clearTimeout(timer);
      watcher.close();
      resolve();
    };
    watcher.on('error', finish);
  });
}

/** Whether a process runs under this id, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process that may not be asked is there all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
