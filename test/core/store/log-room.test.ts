import { copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { closeDatabase, type Database, openDatabase } from '../../../core/store/database';
import { makeLogRoom } from '../../../core/store/log-room';
import { countTasks } from '../../../core/store/task-count';
import { addRepository, addTask, temporaryFolder } from './store';

function open(folder = temporaryFolder()) {
  const db = openDatabase({ file: join(folder, 'switchyard.db') });
  onTestFinished(() => closeDatabase(db));
  return { db, folder, lengthOfLog: () => statSync(`${db.name}-wal`).size };
}

function addTasks(db: Database, repositoryId: number, count: number): void {
  for (let number = 0; number < count; number += 1) addTask(db, { repositoryId });
}

const tables = (db: Database) => db.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all();

test('no commit lengthens the log once it has room, and without it each does', async () => {
  const [kept, grown] = [open(), open()];
  await makeLogRoom(kept.db);
  const lengths = [kept, grown].map(({ db, lengthOfLog }) => {
    const repository = addRepository(db);
    const before = lengthOfLog();
    addTasks(db, repository, 40);
    const between = lengthOfLog();
    addTasks(db, repository, 200);
    return { before, between, after: lengthOfLog() };
  });
  const [{ before, between, after }, without] = lengths as [(typeof lengths)[0], (typeof lengths)[0]];
  expect([between, after]).toEqual([before, before]);
  expect(without.between).toBeGreaterThan(without.before);
});

test('making room changes nothing in the store, neither before nor after a crash', async () => {
  const { db, folder } = open();
  const repository = addRepository(db);
  addTasks(db, repository, 3);
  const schema = tables(db);
  const size = db.pragma('cache_size', { simple: true });
  await makeLogRoom(db);
  expect(tables(db)).toEqual(schema);
  expect(db.pragma('cache_size', { simple: true })).toBe(size);
  addTasks(db, repository, 2);
  expect(countTasks(db).queued).toBe(5);
  // What a process that dies here leaves behind.
  const other = temporaryFolder();
  for (const file of ['switchyard.db', 'switchyard.db-wal']) copyFileSync(join(folder, file), join(other, file));
  const found = open(other).db;
  expect(countTasks(found).queued).toBe(5);
  expect(tables(found)).toEqual(schema);
  expect(found.pragma('integrity_check', { simple: true })).toBe('ok');
});

test('where there is no room the store goes on as it was', async () => {
  const { db } = open();
  const repository = addRepository(db);
  const pages = db.pragma('page_count', { simple: true }) as number;
  db.pragma(`max_page_count = ${pages + 20}`);
  await makeLogRoom(db);
  expect(db.inTransaction).toBe(false);
  addTasks(db, repository, 2);
  expect(countTasks(db).queued).toBe(2);
});
