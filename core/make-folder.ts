import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { CodedError } from './contract/errors';

/**
 * Makes a folder of the data folder, and what is missing above it, for its owner alone. Throws NOT_WRITABLE or
 * DISK_FULL with what to do. One level at a time, because Node's recursive way never ends where nothing can be made, below /proc for instance.
 */
export function makeFolder(folder: string): void {
  assertCanBeFolder(folder);
  try {
    make(folder);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOSPC') {
      const message = `Could not make the folder ${folder}: the disk is full. Free some space, or set SWITCHYARD_HOME to a folder on another disk.`;
      throw new CodedError('DISK_FULL', message, { cause, facts: { folder } });
    }
    const why = inWords[code] ?? (cause instanceof Error ? cause.message : String(cause));
    throw new CodedError(
      'NOT_WRITABLE',
      `Could not make the folder ${folder}: ${why}. Make the folder above it writable for you, or set SWITCHYARD_HOME to a folder that is.`,
      { cause, facts: { folder } },
    );
  }
}

/** Throws NOT_WRITABLE when a file stands where the folder, or one above it, would have to be. Makes nothing. */
export function assertCanBeFolder(folder: string): void {
  let at = folder;
  while (dirname(at) !== at && !existsSync(at)) at = dirname(at);
  if (!existsSync(at) || statSync(at).isDirectory()) return;
  const where =
    at === folder ? `${folder} cannot be a folder: it is a file` : `${folder} cannot be made: ${at} is a file`;
  throw new CodedError('NOT_WRITABLE', `${where}. Set SWITCHYARD_HOME to a folder, or move the file away.`, {
    facts: { folder, file: at },
  });
}

const inWords: Readonly<Record<string, string>> = {
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'that disk can only be read',
  ENOENT: 'nothing can be made there',
};

function make(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) make(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Two processes may make it at once.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
