import { CodedError } from '../contract/errors';

const full = new Set(['SQLITE_FULL', 'ENOSPC', 'EDQUOT']);
const notWritable = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'ENOENT']);

/**
 * The coded error for what SQLite or the file system threw while `tried` was done to `file`: DISK_FULL, NOT_WRITABLE,
 * or the error itself when it is neither, so that nothing is hidden behind a guess.
 */
export function storeFailure(error: unknown, tried: string, file: string): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (error instanceof CodedError || typeof code !== 'string') return error;
  if (full.has(code)) {
    return new CodedError(
      'DISK_FULL',
      `Could not ${tried} ${file}: the disk is full. Nothing was half written; free some space and try again.`,
      { facts: { file }, cause: error },
    );
  }
  if (notWritable.has(code) || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) {
    return new CodedError(
      'NOT_WRITABLE',
      `Could not ${tried} ${file}: it cannot be written there (${code}). Make the folder writable for you, or set SWITCHYARD_HOME to another one.`,
      { facts: { file, reason: code }, cause: error },
    );
  }
  return error;
}

/** Whether SQLite says by this error that the file is not what it should be. */
export function isDamage(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code);
  return code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT');
}
