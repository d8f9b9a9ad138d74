import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { addBackup, listBackups } from '../../../core/store/backups';
import {
  closeDatabase,
  type Database,
  type DatabaseOptions,
  openDatabase,
  openForReading,
} from '../../../core/store/database';
import { storeFailure } from '../../../core/store/failure';
import { type Migration, migrations } from '../../../core/store/migrations';
import { listRepositories } from '../../../core/store/repositories';
import { readSettings } from '../../../core/store/settings';
import { countTasks } from '../../../core/store/task-count';
import { listTasks, readTaskDetail, snapshotTasks } from '../../../core/store/task-view';
import { carsOf } from '../../../core/store/trains';
import { addRepository, addTask, temporaryFolder } from './store';

const saved = join(import.meta.dirname, 'saved');

function open(options: DatabaseOptions): Database {
  const db = openDatabase(options);
  onTestFinished(() => closeDatabase(db));
  return db;
}

describe('an opened store', () => {
  test('has every setting that keeps an acknowledged task through a power cut', () => {
    const db = open({ file: join(temporaryFolder(), 'switchyard.db') });
    const pragma = (name: string) => db.pragma(name, { simple: true });
    expect({
      journal: pragma('journal_mode'),
      synchronous: pragma('synchronous'),
      fullfsync: pragma('fullfsync'),
      checkpointFullfsync: pragma('checkpoint_fullfsync'),
      foreignKeys: pragma('foreign_keys'),
      busy: pragma('busy_timeout'),
      trustedSchema: pragma('trusted_schema'),
      cellSize: pragma('cell_size_check'),
      mmap: pragma('mmap_size'),
      autocheckpoint: pragma('wal_autocheckpoint'),
    }).toEqual({
      journal: 'wal',
      synchronous: 2,
      fullfsync: 1,
      checkpointFullfsync: 1,
      foreignKeys: 1,
      busy: 5000,
      trustedSchema: 0,
      cellSize: 1,
      mmap: 0,
      autocheckpoint: 1000,
    });
  });

  test('has only STRICT tables, so that no column holds what its type forbids', () => {
    const db = open({ file: join(temporaryFolder(), 'switchyard.db') });
    const tables = db.pragma('table_list') as { schema: string; name: string; type: string; strict: number }[];
    const loose = tables.filter(
      (table) => table.type === 'table' && !table.name.startsWith('sqlite_') && table.strict === 0,
    );
    expect(loose).toEqual([]);
    expect(tables.length).toBeGreaterThan(10);
  });

  test('is readable by its owner only', () => {
    const file = join(temporaryFolder(), 'switchyard.db');
    open({ file });
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(statSync(`${file}-wal`).mode & 0o077).toBe(0);
  });
});

describe('a store that cannot be opened', () => {
  test('from a newer version is refused and left byte for byte as it was', () => {
    const file = join(temporaryFolder(), 'switchyard.db');
    const db = openDatabase({ file });
    db.pragma('user_version = 99');
    closeDatabase(db);
    const before = readFileSync(file);
    expect(() => openDatabase({ file })).toThrow(
      expect.objectContaining({ code: 'NEWER_DATABASE', message: expect.stringContaining('newer Switchyard') }),
    );
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('because its folder is a file, says so and what to do', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(() => openDatabase({ file: join(folder, 'file', 'switchyard.db') })).toThrow(
      expect.objectContaining({ code: 'NOT_WRITABLE', message: expect.stringContaining('SWITCHYARD_HOME') }),
    );
    mkdirSync(join(folder, 'folder.db'));
    expect(() => openDatabase({ file: join(folder, 'folder.db') })).toThrow(
      expect.objectContaining({ code: 'NOT_WRITABLE' }),
    );
  });

  test('because it is no database or a damaged one, names the file and the way back', () => {
    const folder = temporaryFolder();
    const noDatabase = join(folder, 'text.db');
    writeFileSync(noDatabase, 'this is not a database, but it is long enough to be looked at '.repeat(100));
    expect(() => openDatabase({ file: noDatabase })).toThrow(/text\.db is damaged .*\.backup/);
    expect(() => openForReading({ file: noDatabase })).toThrow(/text\.db is damaged .*\.backup/);

    const damaged = join(folder, 'damaged.db');
    const db = openDatabase({ file: damaged });
    addRepository(db);
    db.transaction(() => {
      for (let count = 0; count < 200; count++) addTask(db, { prompt: 'x'.repeat(500) });
    })();
    closeDatabase(db);
    const bytes = readFileSync(damaged);
    bytes.fill(0xa5, bytes.length - 40 * 4096, bytes.length - 4096);
    writeFileSync(damaged, bytes);
    expect(() => openDatabase({ file: damaged })).toThrow(/damaged\.db is damaged/);
    expect(readFileSync(damaged).equals(bytes)).toBe(true);
  });

  test('because the disk is full has a code of its own, whoever noticed it', () => {
    for (const code of ['SQLITE_FULL', 'ENOSPC']) {
      const failure = storeFailure(Object.assign(new Error('full'), { code }), 'open', '/data/switchyard.db');
      expect(failure).toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining('/data/switchyard.db') });
    }
    const other = new Error('something else');
    expect(storeFailure(other, 'open', '/data')).toBe(other);
  });
});

describe('migrations', () => {
  const next = {
    name: '0002-add-colour',
    sql: "ALTER TABLE repository ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'",
  };

  test('bring every saved store up to date with everything in it', () => {
    const versions = readdirSync(saved).filter((name) => name.endsWith('.db'));
    expect(versions).toContain('schema-1.db');
    for (const name of versions) {
      const file = join(temporaryFolder(), 'switchyard.db');
      copyFileSync(join(saved, name), file);
      const db = open({ file });
      expect(db.pragma('user_version', { simple: true })).toBe(migrations.length);
      expect(listTasks(db, { limit: 10 }).map((task) => [task.id, task.title, task.state])).toEqual([
        [3, 'Waits for the second', 'queued'],
        [2, 'Asks a question', 'waiting'],
        [1, 'Say hello', 'done'],
      ]);
      expect(snapshotTasks(db)[1]?.requests[0]).toMatchObject({ title: 'Which colour?', state: 'open' });
      expect(readTaskDetail(db, 1)).toMatchObject({ outcome: 'merged', prompt: 'Write hello into a file.' });
      expect(readTaskDetail(db, 3).blockedBy).toEqual([2]);
      expect(countTasks(db)).toMatchObject({ queued: 1, waiting: 1, done: 1 });
      expect(readSettings(db).concurrency).toBe(7);
    }
  });

  test('make the check command of a repository a check that is not required, and know no commit of its runs', () => {
    const file = join(temporaryFolder(), 'switchyard.db');
    const before = migrations.slice(
      0,
      migrations.findIndex(({ name }) => name.endsWith('name-checks')),
    );
    const old = openDatabase({ file, migrations: before });
    old.exec(`INSERT INTO repository (path, common_dir, name, trusted, check_command, added_at)
      VALUES ('/a', '/a/.git', 'a', 1, 'npm test', 1), ('/b', '/b/.git', 'b', 1, NULL, 1)`);
    old.exec(`INSERT INTO task (repository_id, title, agent, base, permission_level, priority, state, max_attempts,
      created_at, created_by, updated_at, state_since)
      VALUES (1, 't', 'echo', 'main', 'supervised', 'default', 'review', 3, 1, 'person', 1, 1)`);
    old.exec(`INSERT INTO check_run (task_id, command, state, exit_code, output, started_at, ended_at)
      VALUES (1, 'npm test', 'passed', 0, 'ok', 1, 2)`);
    closeDatabase(old);
    const db = open({ file });
    expect(listRepositories(db).map(({ checks }) => checks)).toEqual([
      [{ name: 'check', command: 'npm test', required: false }],
      [],
    ]);
    expect(readTaskDetail(db, 1).checks).toMatchObject([
      { name: 'check', state: 'passed', head: null, clean: false, stale: true, output: 'ok' },
    ]);
  });

  test('keep every backup as it was noted, and take what came between two turns for one', () => {
    const file = join(temporaryFolder(), 'switchyard.db');
    const before = migrations.findIndex(({ name }) => name.endsWith('keep-what-was-between'));
    const old = openDatabase({ file, migrations: migrations.slice(0, before) });
    addRepository(old);
    const noted = { repository: 1, task: null, by: 'person', branch: 'b', path: '/w' };
    for (const ref of ['one', 'two']) addBackup(old, { ...noted, ref, cause: 'merged', at: 5 });
    old.exec("UPDATE backup SET bytes = 7, restored_path = '/r' WHERE ref = 'one'");
    const was = listBackups(old, 1);
    closeDatabase(old);
    const db = open({ file });
    expect(listBackups(db, 1)).toEqual(was);
    expect(was).toHaveLength(2);
    addBackup(db, { ...noted, ref: 'three', cause: 'between turns', at: 6 });
    expect(listBackups(db, 1)[0]).toMatchObject({ id: 3, ref: 'three', cause: 'between turns' });
  });

  test('know which attempt began after one that had failed, where that was said, and nothing of other moves', () => {
    const file = join(temporaryFolder(), 'switchyard.db');
    const before = migrations.findIndex(({ name }) => name.endsWith('keep-attempts'));
    const old = openDatabase({ file, migrations: migrations.slice(0, before) });
    // By hand: what inserts now knows of columns that were not there.
    old.exec("INSERT INTO repository (path, common_dir, name, trusted, added_at) VALUES ('/a', '/a/.git', 'a', 1, 1)");
    old.exec(`INSERT INTO task (repository_id, title, agent, base, permission_level, priority, state, max_attempts,
      created_at, created_by, updated_at, state_since)
      VALUES (1, 't', 'echo', 'main', 'supervised', 'default', 'queued', 12, 1, 'person', 1, 1)`);
    const moves = [
      ['queued', 'running', 'runner', 'Claimed by local.'],
      ['running', 'queued', 'runner', 'Attempt 1 of 12 failed: it broke'],
      ['queued', 'running', 'runner', 'Claimed by local.'],
      ['running', 'queued', 'runner', 'Attempt x of 12 failed: so an agent says'],
      ['queued', 'running', 'runner', 'Claimed by local.'],
      ['running', 'queued', 'person', 'Attempt 9 of 12 failed: so a person says'],
      ['queued', 'running', 'runner', 'Claimed by local.'],
      ['running', 'queued', 'runner', 'Attempt 11 of 12 failed: it broke'],
      ['queued', 'running', 'runner', 'Claimed by local.'],
    ];
    for (const [at, move] of moves.entries())
      old
        .prepare(
          'INSERT INTO task_transition (task_id, number, from_state, to_state, at, by, reason) VALUES (1, ?, ?, ?, 1, ?, ?)',
        )
        .run(at + 1, ...move);
    closeDatabase(old);
    const { transitions } = readTaskDetail(open({ file }), 1);
    expect(transitions.map(({ attempt }) => attempt)).toEqual([null, null, null, 2, null, null, null, null, null, 12]);
  });

  test('know of a change on a train that is under way that nobody kept what it was compared with', () => {
    const file = join(temporaryFolder(), 'switchyard.db');
    const before = migrations.findIndex(({ name }) => name.endsWith('keep-what-was-compared'));
    const old = openDatabase({ file, migrations: migrations.slice(0, before) });
    addRepository(old);
    addTask(old);
    old.exec(`INSERT INTO train (repository_id, base, tip_oid, created_by, state, created_at)
      VALUES (1, 'main', 't', 'person', 'open', 1);
      INSERT INTO train_car (train_id, place, task_id, head, comments, state, changed_at)
      VALUES (1, 1, 1, 'h', '[]', 'waiting', 1)`);
    closeDatabase(old);
    expect(carsOf(open({ file }), 1)).toMatchObject([{ head: 'h', mergeBase: null, state: 'waiting' }]);
  });

  test('back an older store up first and keep the newest three backups', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'switchyard.db');
    let steps: Migration[] = [{ name: migrations[0]?.name ?? '', sql: migrations[0]?.sql ?? '' }];
    let db = openDatabase({ file, migrations: steps });
    const repository = db
      .prepare(
        "INSERT INTO repository (path, common_dir, name, trusted, added_at) VALUES ('/a', '/a/.git', 'a', 1, 1) RETURNING id",
      )
      .pluck()
      .get();
    expect(backups(folder)).toEqual([]);
    for (let step = 2; step <= 6; step++) {
      closeDatabase(db);
      steps = [...steps, { name: `000${step}-step`, sql: `CREATE TABLE step_${step} (id INTEGER PRIMARY KEY) STRICT` }];
      db = openDatabase({ file, migrations: steps });
    }
    closeDatabase(db);
    expect(backups(folder).map((name) => name.replace(/.*-schema-/, ''))).toEqual(['3', '4', '5']);
    const backup = open({ file: join(folder, backups(folder)[0] as string), migrations: steps.slice(0, 3) });
    expect(backup.prepare('SELECT id FROM repository').pluck().get()).toBe(repository);
  });

  test('change nothing at all when one of them fails', () => {
    const file = join(temporaryFolder(), 'switchyard.db');
    closeDatabase(openDatabase({ file }));
    const broken = {
      name: '0002-broken',
      sql: 'CREATE TABLE half (id INTEGER) STRICT; INSERT INTO nowhere VALUES (1)',
    };
    expect(() => openDatabase({ file, migrations: [...migrations, broken] })).toThrow(/nowhere/);
    const db = open({ file });
    expect(db.pragma('user_version', { simple: true })).toBe(migrations.length);
    expect(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").pluck().get()).toBe(0);
  });

  test('that would leave a row without the row it points to are undone', () => {
    const file = join(temporaryFolder(), 'switchyard.db');
    const db = openDatabase({ file });
    addRepository(db);
    addTask(db);
    closeDatabase(db);
    const orphans = { name: '0002-orphans', sql: 'DELETE FROM repository' };
    expect(() => openDatabase({ file, migrations: [...migrations, orphans] })).toThrow(/0002-orphans .* references/);
    expect(listTasks(open({ file }), { limit: 10 })).toHaveLength(1);
  });

  test('run once each', () => {
    const file = join(temporaryFolder(), 'switchyard.db');
    closeDatabase(openDatabase({ file, migrations: [...migrations, next] }));
    const db = open({ file, migrations: [...migrations, next] });
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(existsSync(file)).toBe(true);
  });
});

function backups(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.includes('.backup-') && !name.endsWith('-wal') && !name.endsWith('-shm'))
    .sort();
}
