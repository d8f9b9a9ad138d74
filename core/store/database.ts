import fs from 'node:fs';
import path from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { CodedError } from '../contract/errors';
import { isDamage, storeFailure } from './failure';
import { type Migration, migrations } from './migrations';

/** An open store. Only this process writes to it; rows are written inside `writer.write`. */
export type Database = BetterSqlite3.Database;

export interface DatabaseOptions {
  /** Absolute path; its folder exists and is on a local disk. */
  readonly file: string;
  /** Another build of the SQLite binding, for runtimes the packaged one does not run on. */
  readonly nativeBinding?: string | null | undefined;
  /** The schema's steps; the released ones unless a test brings its own. */
  readonly migrations?: readonly Migration[];
}

/** The first release whose WAL is free of the reset race between a checkpoint and a writer. */
const oldestSqlite = [3, 51, 3] as const;

const backupsKept = 3;

/**
 * Opens the store, checks it and brings its schema up to date. Throws NEWER_DATABASE, NOT_WRITABLE, DISK_FULL, or
 * INTERNAL when the file is damaged; nothing is changed in a file it refuses.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const { file } = options;
  let db: Database | undefined;
  try {
    // Made here and not by SQLite, so that nobody else may read it and a failure carries the system's own reason.
    fs.closeSync(fs.openSync(file, 'a', 0o600));
    db = new BetterSqlite3(file, options.nativeBinding == null ? {} : { nativeBinding: options.nativeBinding });
    assertSqlite(db);
    assertNotNewer(db, file, options.migrations ?? migrations);
    setPragmas(db);
    assertSound(db, file);
    migrate(db, file, options.migrations ?? migrations);
    return db;
  } catch (error) {
    db?.close();
    throw damaged(error, file) ?? storeFailure(error, 'open', file);
  }
}

/**
 * Opens the store only to read it, for whoever does not own the data folder; null when there is none of the present
 * schema. The caller closes it. Throws INTERNAL when the file is damaged, as far as opening it shows.
 */
export function openForReading(options: Omit<DatabaseOptions, 'migrations'>): Database | null {
  const { file } = options;
  if (!fs.existsSync(file)) return null;
  let db: Database | undefined;
  try {
    db = new BetterSqlite3(file, {
      readonly: true,
      ...(options.nativeBinding == null ? {} : { nativeBinding: options.nativeBinding }),
    });
    if (userVersion(db) === migrations.length) return db;
    db.close();
    return null;
  } catch (error) {
    db?.close();
    throw damaged(error, file) ?? storeFailure(error, 'open', file);
  }
}

/** Closes the store and folds the write-ahead log into the file. Safe to call twice. */
export function closeDatabase(db: Database): void {
  db.close();
}

function assertSqlite(db: Database): void {
  const version = db.prepare('SELECT sqlite_version()').pluck().get() as string;
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor, wantedPatch] = oldestSqlite;
  const difference = major - wantedMajor || minor - wantedMinor || patch - wantedPatch;
  if (difference >= 0) return;
  throw new CodedError(
    'INTERNAL',
    `The SQLite in this build is ${version}; ${oldestSqlite.join('.')} or newer is needed. Install Switchyard again.`,
    { facts: { version } },
  );
}

function setPragmas(db: Database): void {
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') {
    throw new CodedError(
      'NOT_WRITABLE',
      `${db.name} cannot use a write-ahead log (it answered ${String(mode)}). Put the data folder on a local disk.`,
      {
        facts: { file: db.name },
      },
    );
  }
  // FULL: what was acknowledged must survive a power cut, not only a crash.
  db.pragma('synchronous = FULL');
  db.pragma('fullfsync = 1');
  db.pragma('checkpoint_fullfsync = 1');
  db.pragma('foreign_keys = ON');
  db.pragma('busy_timeout = 5000');
  db.pragma('trusted_schema = OFF');
  db.pragma('cell_size_check = ON');
  db.pragma('mmap_size = 0');
  db.pragma('wal_autocheckpoint = 1000');
}

function assertSound(db: Database, file: string): void {
  const found = db.pragma('quick_check(1)', { simple: true });
  if (found !== 'ok') throw damage(file, String(found));
}

/** What is said when SQLite finds by this error that the store is not what it should be; undefined for any other error. */
export function damaged(error: unknown, file: string): CodedError | undefined {
  if (!isDamage(error)) return undefined;
  return damage(file, (error as Error).message, error);
}

function damage(file: string, found: string, cause?: unknown): CodedError {
  return new CodedError(
    'INTERNAL',
    `${file} is damaged (${found}). Nothing in it was changed. Move it and its -wal and -shm files aside, and put the newest ${path.basename(file)}.backup-… beside it in its place.`,
    { facts: { file, found }, cause },
  );
}

function userVersion(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

function assertNotNewer(db: Database, file: string, steps: readonly Migration[]): void {
  const version = userVersion(db);
  if (version <= steps.length) return;
  throw new CodedError(
    'NEWER_DATABASE',
    `${file} was written by a newer Switchyard (schema ${version}; this one knows ${steps.length}). Nothing in it was changed. Start the newer Switchyard, or set SWITCHYARD_HOME to another folder.`,
    { facts: { file, version, known: steps.length } },
  );
}

function migrate(db: Database, file: string, steps: readonly Migration[]): void {
  const version = userVersion(db);
  if (version === steps.length) return;
  if (version > 0) backUp(db, file, version);
  // A step that rebuilds a table drops the old one, which enforced keys would forbid; they are checked before the commit.
  db.pragma('foreign_keys = OFF');
  for (const [index, step] of steps.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      db.exec(step.sql);
      const broken = db.pragma('foreign_key_check') as readonly unknown[];
      if (broken.length > 0) {
        throw new CodedError(
          'INTERNAL',
          `Migration ${step.name} of ${file} would break ${broken.length} references. It was undone.`,
          {
            facts: { file, migration: step.name },
          },
        );
      }
      db.pragma(`user_version = ${index + 1}`);
    }).immediate();
  }
  db.pragma('foreign_keys = ON');
}

function backUp(db: Database, file: string, version: number): void {
  const prefix = `${path.basename(file)}.backup-`;
  const folder = path.dirname(file);
  const target = path.join(folder, `${prefix}${Date.now()}-schema-${version}`);
  // A backup cut short by a crash must not count as one, so it gets its name when it is whole.
  const unfinished = `${target}.unfinished`;
  for (const name of fs.readdirSync(folder)) {
    if (name.startsWith(prefix) && name.endsWith('.unfinished')) fs.rmSync(path.join(folder, name));
  }
  db.prepare('VACUUM INTO ?').run(unfinished);
  fs.chmodSync(unfinished, 0o600);
  fs.renameSync(unfinished, target);
  const backups = fs
    .readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .sort();
  for (const name of backups.slice(0, -backupsKept)) fs.rmSync(path.join(folder, name));
}
