import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { countTasks } from '../../../core/store/task-count';
import { createWriter } from '../../../core/store/writer';
import { addTask, temporaryStore } from './store';

describe('group commit', () => {
  test('puts all operations of one turn into one transaction', async () => {
    const { db } = temporaryStore();
    const writer = createWriter(db);
    let transactions = 0;
    writer.addTail(() => () => {
      transactions += 1;
    });
    const ids = await Promise.all(Array.from({ length: 50 }, () => writer.write((store) => addTask(store))));
    expect(ids).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(transactions).toBe(1);
  });

  test('resolves only after the COMMIT: another connection sees the row at once', async () => {
    const { db, folder } = temporaryStore();
    const other = openDatabase({ file: join(folder, 'switchyard.db') });
    onTestFinished(() => closeDatabase(other));
    const writer = createWriter(db);
    const seen: number[] = [];
    await Promise.all(
      [1, 2, 3].map(() =>
        writer
          .write((store) => {
            addTask(store);
            seen.push(countTasks(other).queued);
          })
          .then(() => seen.push(countTasks(other).queued)),
      ),
    );
    expect(seen).toEqual([0, 0, 0, 3, 3, 3]);
  });

  test('a failing operation is undone alone and its neighbours commit', async () => {
    const { db } = temporaryStore();
    const writer = createWriter(db);
    const results = await Promise.allSettled([
      writer.write((store) => addTask(store, { title: 'before' })),
      writer.write((store) => {
        addTask(store, { title: 'undone' });
        throw new Error('no');
      }),
      writer.write((store) => store.prepare('INSERT INTO nowhere VALUES (1)').run()),
      writer.write((store) => addTask(store, { title: 'after' })),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(db.prepare('SELECT title FROM task ORDER BY id').pluck().all()).toEqual(['before', 'after']);
    expect(countTasks(db).queued).toBe(2);
  });

  test.each(['alone', 'beside who only wants the tails to run'])(
    'a failing operation %s is undone, and tails run all the same',
    async (how) => {
      const { db } = temporaryStore();
      const writer = createWriter(db);
      writer.addTail((store) => {
        addTask(store, { title: `tail ${countTasks(store).queued}` });
        return undefined;
      });
      const failing = writer.write((store) => {
        addTask(store, { title: 'undone' });
        throw new Error('no');
      });
      const tails = how === 'alone' ? undefined : writer.runTails();
      await expect(failing).rejects.toThrow('no');
      await tails;
      expect(db.prepare('SELECT title FROM task').pluck().all()).toEqual(['tail 0']);
    },
  );

  test('refuses an operation that returns a promise and keeps nothing of it', async () => {
    const { db } = temporaryStore();
    const writer = createWriter(db);
    await expect(writer.write(async (store) => addTask(store))).rejects.toThrow(/synchronous/);
    expect(countTasks(db).queued).toBe(0);
  });

  test('a full disk is DISK_FULL, nothing of it is kept, and writing goes on when there is room', async () => {
    const { db } = temporaryStore();
    const writer = createWriter(db);
    await writer.write((store) => addTask(store));
    const pages = db.pragma('page_count', { simple: true }) as number;
    db.pragma(`max_page_count = ${pages}`);
    const results = await Promise.allSettled([
      writer.write((store) => addTask(store, { title: 'first' })),
      writer.write((store) => addTask(store, { prompt: 'x'.repeat(199_000) })),
    ]);
    expect(results[1]).toMatchObject({ status: 'rejected', reason: { code: 'DISK_FULL' } });
    const kept = results.filter((result) => result.status === 'fulfilled').length;
    expect(countTasks(db).queued).toBe(1 + kept);
    db.pragma('max_page_count = 1000000');
    await writer.write((store) => addTask(store, { prompt: 'x'.repeat(199_000) }));
    expect(countTasks(db).queued).toBe(2 + kept);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  });

  test('when SQLite gives up the whole transaction every operation of it hears so', async () => {
    const { db } = temporaryStore();
    const writer = createWriter(db);
    const results = await Promise.allSettled([
      writer.write((store) => addTask(store)),
      writer.write((store) => {
        store.exec('ROLLBACK');
        throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
      }),
      writer.write((store) => addTask(store)),
    ]);
    expect(results.map((result) => result.status === 'rejected' && result.reason.code)).toEqual([
      'DISK_FULL',
      'DISK_FULL',
      'DISK_FULL',
    ]);
    expect(countTasks(db).queued).toBe(0);
    await writer.write((store) => addTask(store));
    expect(countTasks(db).queued).toBe(1);
  });

  test('a COMMIT that fails rejects everything in it', async () => {
    const { db } = temporaryStore();
    const writer = createWriter(db);
    const write = writer.write((store) => {
      store.pragma('defer_foreign_keys = ON');
      store.prepare("INSERT INTO task_message (task_id, text, by, created_at) VALUES (99, '', '', 0)").run();
    });
    const neighbour = writer.write((store) => addTask(store));
    await expect(write).rejects.toThrow(/FOREIGN KEY/);
    await expect(neighbour).rejects.toThrow(/FOREIGN KEY/);
    expect(countTasks(db).queued).toBe(0);
    await writer.write((store) => addTask(store));
  });

  test('more operations than one transaction takes all commit, in order', async () => {
    const { db } = temporaryStore();
    const writer = createWriter(db);
    const ids = await Promise.all(Array.from({ length: 2500 }, () => writer.write((store) => addTask(store))));
    expect(ids).toEqual(Array.from({ length: 2500 }, (_, index) => index + 1));
  });

  test('close commits what is in hand and refuses what comes after', async () => {
    const { db } = temporaryStore();
    const writer = createWriter(db);
    const last = writer.write((store) => addTask(store));
    const closed = writer.close();
    await expect(writer.write((store) => addTask(store))).rejects.toMatchObject({ code: 'CANCELLED' });
    await closed;
    expect(countTasks(db).queued).toBe(1);
    expect(await last).toBe(1);
  });

  test('drain waits for everything written so far', async () => {
    const { db } = temporaryStore();
    const writer = createWriter(db);
    for (let count = 0; count < 1500; count++) void writer.write((store) => addTask(store));
    await writer.drain();
    expect(countTasks(db).queued).toBe(1500);
  });
});

describe('a tail', () => {
  test('runs inside each transaction, is undone alone when it throws, and is told after the COMMIT', async () => {
    const { db } = temporaryStore();
    const errors: unknown[] = [];
    const writer = createWriter(db, { onTailError: (error) => errors.push(error) });
    const told: number[] = [];
    const remove = writer.addTail((store) => {
      const inside = countTasks(store).queued;
      return () => told.push(inside);
    });
    writer.addTail((store) => {
      addTask(store, { title: 'undone' });
      throw new Error('tail');
    });
    await writer.write((store) => addTask(store));
    expect(told).toEqual([1]);
    expect(errors).toMatchObject([{ message: 'tail' }]);
    expect(countTasks(db).queued).toBe(1);
    await writer.runTails();
    expect(told).toEqual([1, 1]);
    remove();
    await writer.write((store) => addTask(store));
    expect(told).toEqual([1, 1]);
    await writer.close();
    await expect(writer.runTails()).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
