import { CodedError } from '../contract/errors';
import type { Place } from './checkout';
import { type Discovery, directoryOf } from './directory';

/** The error for a git command that ended badly, with the code its words deserve. */
export function gitError(failed: {
  readonly where: Place | Discovery;
  readonly args: readonly string[];
  readonly exitCode: number;
  readonly stderr: string;
}): CodedError {
  const { args, exitCode, stderr } = failed;
  const directory = directoryOf(failed.where);
  const lines = stderr.trim().split('\n').slice(-20);
  const last = lines.join('\n').slice(-4_000);
  const facts = { args: [...args], exitCode, stderr: last, directory };
  if (/No space left on device|Disk quota exceeded/.test(stderr)) {
    return new CodedError(
      'DISK_FULL',
      `git ${args[0]} in ${directory} stopped because the disk is full. Free some space, then try again.\n${last}`,
      { facts },
    );
  }
  if (/Read-only file system|Permission denied/.test(stderr)) {
    return new CodedError(
      'NOT_WRITABLE',
      `git ${args[0]} in ${directory} was refused access. Make the folder and what is in it readable and writable for you, then try again.\n${last}`,
      { facts },
    );
  }
  return new CodedError('GIT_FAILED', `git ${args[0]} in ${directory} failed with status ${exitCode}: ${last}`, {
    facts,
  });
}
