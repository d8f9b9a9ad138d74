import Database from 'better-sqlite3';

/** A lock that is held until it is released or its process dies. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock kept in `file`, or gives null when another process has it. The operating system lets go of it when
 * the process dies, however it dies, so a lock never goes stale. Throws SQLite's error when the file cannot be used.
 */
export function takeLock(file: string, nativeBinding: string | null): Lock | null {
  const database = new Database(file, { timeout: 0, ...(nativeBinding === null ? {} : { nativeBinding }) });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { code?: unknown }).code === 'SQLITE_BUSY') return null;
    throw error;
  }
  return { release: () => database.close() };
}
