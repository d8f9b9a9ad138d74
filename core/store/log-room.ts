import { open } from 'node:fs/promises';
import type { Database } from './database';

/** Pages: what is written to the log before it is folded into the database and begun anew, and one large commit more. */
const roomPages = 1_100;

/** The first second after a start belongs to the person who waits for it. */
const afterMs = 1_000;

/**
 * Makes the write-ahead log as long as it will get, soon and once. A commit that lengthens a file has to make the file's
 * new length durable too, which takes about a third longer, and SQLite removes the log whenever the database is closed.
 * Nothing is lost where it fails: the log then grows as it would have. Returns what calls it off.
 */
export function makeLogRoomSoon(db: Database): () => void {
  const timer = setTimeout(() => void makeLogRoom(db), afterMs);
  timer.unref();
  return () => clearTimeout(timer);
}

/**
 * Writes `roomPages` pages into the log and takes them back: more than the cache may hold goes to the log before the
 * COMMIT, and a ROLLBACK leaves the file as long as it is. Resolves once the length is durable.
 */
export async function makeLogRoom(db: Database): Promise<void> {
  const cache = db.pragma('cache_size', { simple: true }) as number;
  const page = db.pragma('page_size', { simple: true }) as number;
  try {
    db.pragma('cache_size = 10');
    db.exec('BEGIN IMMEDIATE; CREATE TABLE room (page BLOB)');
    const fill = db.prepare('INSERT INTO room VALUES (zeroblob(?))');
    // As much as leaves each row a page of its own.
    for (let count = 0; count < roomPages; count += 1) fill.run(page - 100);
  } catch {
    // A full disk or one that fails: whoever writes next is told.
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK');
    db.pragma(`cache_size = ${cache}`);
  }
  const log = await open(`${db.name}-wal`, 'r').catch(() => null);
  await log?.datasync().catch(() => undefined);
  await log?.close();
}
