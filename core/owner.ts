import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from './contract/errors';
import type { OwnerRecord } from './contract/owner';
import { makeFolder } from './make-folder';
import { ownerFile, readOwner } from './owner-record';
import { type Lock, takeLock } from './store/lock';

/** A data folder in this process's hands. */
export interface Ownership {
  readonly kind: 'owned';
  /** Who owned it before and did not release it: it was killed. */
  readonly before: OwnerRecord | null;
  /** Says to others that the owner starts, or where it is reached; the latter once the socket listens. */
  announce(record: OwnerRecord): void;
  /** Takes the announcement back and lets the next owner in. Harmless when called twice. */
  release(): void;
}

/** Either ours, or another's; `by` is null when that owner has only just come or is about to go. */
export type ClaimOutcome = Ownership | { readonly kind: 'taken'; readonly by: OwnerRecord | null };

/**
 * Makes this process the one owner of a data folder until it releases it or dies. Makes the folder when it is missing.
 * Throws NOT_WRITABLE or DISK_FULL when that is impossible.
 */
export function claimDataFolder(options: {
  readonly folder: string;
  readonly nativeBinding: string | null;
}): ClaimOutcome {
  const run = join(options.folder, 'run');
  makeFolder(run);
  const lock = withReason(options.folder, () => {
    chmodSync(run, 0o700);
    return takeLock(join(run, 'lock'), options.nativeBinding);
  });
  if (lock === null) return { kind: 'taken', by: readOwner(options.folder) };
  // Whoever announced itself before is dead: the lock says so.
  const before = readOwner(options.folder);
  rmSync(ownerFile(options.folder), { force: true });
  return owned(options.folder, lock, before);
}

function owned(folder: string, lock: Lock, before: OwnerRecord | null): Ownership {
  const file = ownerFile(folder);
  let held = true;
  return {
    kind: 'owned',
    before,
    announce(record) {
      withReason(folder, () => {
        // Renaming makes the record appear whole: a reader never sees half of it.
        writeFileSync(`${file}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
        renameSync(`${file}.new`, file);
      });
    },
    release() {
      if (!held) return;
      held = false;
      rmSync(file, { force: true });
      lock.release();
    },
  };
}

function withReason<T>(folder: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const code = String((error as { code?: unknown }).code ?? '');
    const facts = { folder, reason: code };
    if (code === 'ENOSPC' || code === 'SQLITE_FULL') {
      const message = `The disk that holds the data folder ${folder} is full. Free some space, or set SWITCHYARD_HOME to a folder on another disk.`;
      throw new CodedError('DISK_FULL', message, { facts, cause: error });
    }
    const message = `Switchyard cannot write to its data folder ${folder} (${code || String(error)}). Make it writable, or set SWITCHYARD_HOME to a folder that is.`;
    throw new CodedError('NOT_WRITABLE', message, { facts, cause: error });
  }
}
