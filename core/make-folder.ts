import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { CodedError } from './contract/errors';

/**
 * Makes a folder of the data folder, and what is missing above it, for its owner alone. Throws NOT_WRITABLE or
 * DISK_FULL with what to do. One level at a time, because Node's recursive way never ends where nothing can be made, below /proc for instance.
 */
export function makeFolder(folder: string): void {
  try {
    make(folder);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') {
      const message = `Could not make the folder ${folder}: the disk is full. Free some space, or set SWITCHYARD_HOME to a folder on another disk.`;
      throw new CodedError('DISK_FULL', message, { cause, facts: { folder } });
    }
    throw new CodedError(
      'NOT_WRITABLE',
      `Could not make the folder ${folder}: ${why}. Make the folder above it writable for you, or set SWITCHYARD_HOME to a folder that is.`,
      { cause, facts: { folder } },
    );
  }
}

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
