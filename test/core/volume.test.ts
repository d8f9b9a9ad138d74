import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attach, type Client } from '../../core/client';
import { foldersOf, readConfig } from '../../core/config';
import type { Task } from '../../core/contract/task';
import { makeFolder } from '../../core/make-folder';
import { openRuntime } from '../../core/open';
import { askRequest } from '../../core/store/asking';
import { endCheck, startCheck } from '../../core/store/checks';
import { closeDatabase, type Database, openDatabase } from '../../core/store/database';
import { addDecision } from '../../core/store/decisions';
import { moveTask } from '../../core/store/tasks';
import { version } from '../../core/version';
import { temporaryFolder } from './server/door';
import { addRepository, addTask } from './store/store';

const kibibyte = 1024;
const printed = 'x'.repeat(64 * kibibyte);
const far = 8e12;

let folder: ReturnType<typeof temporaryFolder>;
let close: () => Promise<void>;
beforeEach(() => {
  folder = temporaryFolder();
  close = async () => {};
});
afterEach(async () => {
  await close();
  folder.remove();
});

/** A client on the real socket of a runtime whose store was filled before. */
async function clientOf(fill: (db: Database) => void): Promise<Client> {
  const data = join(folder.path, 'data');
  makeFolder(data);
  const db = openDatabase({ file: foldersOf(data).database });
  db.transaction(() => {
    addRepository(db);
    fill(db);
  })();
  closeDatabase(db);
  const environment = { PATH: process.env.PATH, HOME: folder.path, SWITCHYARD_HOME: data };
  const config = { ...readConfig(environment), shell: null };
  const opened = await openRuntime({
    config,
    owner: 'background',
    askHuman: null,
    desktop: null,
    onStopRequested: () => {},
  });
  if (opened.kind !== 'owned') throw new Error('taken');
  const connection = await attach({ folder: data, version });
  close = async () => {
    connection?.close();
    await opened.close();
  };
  if (connection === null) throw new Error('nobody answers');
  return connection.client;
}

/** Everything a follower is told of until it knows as many tasks as there are. */
async function followed(client: Client, count: number): Promise<{ tasks: ReadonlyMap<number, Task>; first: number }> {
  const leave = new AbortController();
  const tasks = new Map<number, Task>();
  let first = 0;
  for await (const change of await client.changes.follow(undefined, { signal: leave.signal })) {
    const told = change.type === 'snapshot' ? change.tasks : change.type === 'task.changed' ? [change.task] : [];
    if (change.type === 'snapshot') first = JSON.stringify(change).length;
    for (const task of told) tasks.set(task.id, task);
    if (tasks.size >= count) break;
  }
  leave.abort();
  return { tasks, first };
}

describe('over the socket', () => {
  test('a thousand finished tasks with long checks and long errors can be listed, followed and read', async () => {
    const client = await clientOf((db) => {
      for (let number = 1; number <= 1000; number += 1) {
        const task = addTask(db, { title: 't'.repeat(200), after: number > 50 ? [1, 2, 3] : [] });
        moveTask(db, {
          task,
          to: 'cancelled',
          by: 'person',
          reason: '',
          at: 20,
          patch: { error: 'é'.repeat(200_000) },
        });
        const check = startCheck(db, {
          task,
          name: 'test',
          command: 'npm test',
          head: 'a'.repeat(40),
          clean: true,
          at: 10,
        });
        endCheck(db, { check, exitCode: 1, output: printed, at: 11 });
      }
    });
    const { tasks } = await followed(client, 500);
    expect([...tasks.values()].every((task) => task.checks[0]?.state === 'failed')).toBe(true);
    const listed = await client.tasks.list({ limit: 1000 });
    expect(listed).toHaveLength(1000);
    expect(listed[0]?.error).toMatch(/é\n\[192000 more characters were cut off here\.\]$/);
    expect(listed[0]?.checks).toMatchObject([
      { name: 'test', command: 'npm test', state: 'failed', exitCode: 1, startedAt: 10, endedAt: 11 },
    ]);
    expect(listed[0]?.checks[0]).not.toHaveProperty('output');
    expect((await client.tasks.get({ task: 1000 })).checks[0]?.output).toBe(printed);
  });

  test('a follower gets a long queue and long questions whole, in messages that fit', async () => {
    const client = await clientOf((db) => {
      for (let number = 1; number <= 5000; number += 1) addTask(db, { runAfter: far });
      for (let task = 1; task <= 100; task += 1) {
        const long = 'y'.repeat(1024 * kibibyte);
        askRequest(db, {
          task,
          session: null,
          generation: 0,
          kind: 'permission',
          title: long,
          body: long,
          tool: { name: 'Bash', command: long, input: long, diff: long },
          options: [{ label: long, description: long, kind: 'allow_once' }],
          allowsText: true,
          multiple: false,
          steps: [long],
          fingerprint: 'f',
          at: 10,
        });
      }
    });
    const { tasks, first } = await followed(client, 5000);
    expect(first).toBeLessThan(5 * kibibyte * kibibyte);
    const request = tasks.get(1)?.requests[0];
    expect(request?.tool?.command).toMatch(/y\n\[983040 more characters were cut off here\.\]$/);
    expect(request?.title.length).toBeLessThan(1100);
    // The inbox shows those that wait longest; the others come when these are answered.
    expect((await client.requests.list())[0]).toEqual(request);
  });

  test('the record of many large decisions can be read page by page', async () => {
    const client = await clientOf((db) => {
      for (let at = 1; at <= 600; at += 1) {
        const shown = { body: 'z'.repeat(66 * kibibyte) };
        const about = { by: 'person', task: null, repository: '/r', request: 1, answered: null, rule: null };
        addDecision(db, { ...about, at, kind: 'answer', shown });
      }
    });
    const hashes: string[] = [];
    for (let pages = 1; ; pages += 1) {
      const page = await client.decisions.list({ after: hashes.length, limit: 500 });
      if (page.length === 0) break;
      expect(pages).toBeLessThan(20);
      hashes.push(...page.map(({ hash }) => hash));
    }
    expect(new Set(hashes).size).toBe(600);
  });
});
