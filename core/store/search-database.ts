import fs from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import type { Database } from './database';
import { isDamage } from './failure';

/** Raised whenever what is indexed, or how, changes: an index of another version is made anew. */
const version = 2;

/**
 * Opens the search index, and makes it anew when there is none, when it is damaged, or when another version wrote it:
 * everything in it can be read again. A file of its own, so that the store's durable commits stay small and nothing in
 * it is worth an fsync at every write. Throws what the file system does.
 */
export function openSearchDatabase(options: {
  readonly file: string;
  readonly nativeBinding: string | null;
}): Database {
  try {
    return open(options);
  } catch (error) {
    if (!isDamage(error) && !(error instanceof OtherVersion)) throw error;
    removeSearchDatabase(options.file);
    return open(options);
  }
}

/**
 * Opens the search index only to read it; null when there is none of this version. The caller closes it. Throws what SQLite
 * does.
 */
export function openSearchForReading({
  file,
  nativeBinding,
}: {
  readonly file: string;
  readonly nativeBinding: string | null;
}): Database | null {
  if (!fs.existsSync(file)) return null;
  const db = new BetterSqlite3(file, { readonly: true, ...(nativeBinding !== null && { nativeBinding }) });
  try {
    if (db.pragma('user_version', { simple: true }) === version) return db;
  } catch (error) {
    db.close();
    throw error;
  }
  db.close();
  return null;
}

/** Removes the index; the database must be closed. */
export function removeSearchDatabase(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) fs.rmSync(`${file}${end}`, { force: true });
}

class OtherVersion extends Error {}

function open({ file, nativeBinding }: Parameters<typeof openSearchDatabase>[0]): Database {
  // It holds what agents and people wrote, like the transcripts, and is as private.
  fs.closeSync(fs.openSync(file, 'a', 0o600));
  const db = new BetterSqlite3(file, nativeBinding === null ? {} : { nativeBinding });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('busy_timeout = 5000');
    db.pragma('trusted_schema = OFF');
    db.pragma('cell_size_check = ON');
    // What is taken out of a transcript must not stay readable in a free page.
    db.pragma('secure_delete = ON');
    const found = db.pragma('user_version', { simple: true });
    if (found === 0) db.transaction(() => db.exec(schema)).immediate();
    else if (found !== version) throw new OtherVersion();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

const schema = `
  -- What can be found, in the order it was read; a null session is the task itself.
  CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    task INTEGER NOT NULL,
    session INTEGER,
    seq INTEGER,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX entry_session ON entry (session) WHERE session IS NOT NULL;
  CREATE INDEX entry_task ON entry (task) WHERE session IS NULL;
  CREATE VIRTUAL TABLE entry_text USING fts5 (
    title, text, content = 'entry', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
  );
  INSERT INTO entry_text (entry_text, rank) VALUES ('secure-delete', 1);
  -- How far each transcript is in the index, written together with the entries read up to there.
  CREATE TABLE source (
    session INTEGER PRIMARY KEY,
    task INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    plan TEXT NOT NULL,
    tail TEXT NOT NULL
  ) STRICT;
  -- How far the tasks are, and the changes of their words.
  CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${version};
`;
