import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commands } from '../../cli/commands';
import { openLook } from '../../core/look';
import { openTerminal } from './terminal';

let terminal: Awaited<ReturnType<typeof openTerminal>>;

/** Every command that only reads, as it is called on what the scene below makes. */
const reading: readonly (readonly string[])[] = [
  ['task', 'list'],
  ['task', 'show', '1'],
  ['task', 'show', '4'],
  ['task', 'diff', '1'],
  ['task', 'log', '1'],
  ['logs', '1'],
  ['task', 'checkpoints', '1'],
  ['task', 'comments', '1'],
  ['task', 'messages', '1'],
  ['task', 'reviews', '1'],
  ['task', 'stack', '1'],
  ['task', 'overlaps', '1'],
  ['task', 'overlaps', '1', 'base'],
  ['task', 'compare', '2'],
  ['inbox'],
  ['audit', 'list'],
  ['audit', 'show', '1'],
  ['audit', 'export'],
  ['audit', 'check'],
  ['repository', 'list'],
  ['repository', 'remotes', 'my repository'],
  ['rule', 'list'],
  ['check', 'list', 'my repository'],
  ['train', 'list'],
  ['worktree', 'list'],
  ['worktree', 'show', '1'],
  ['worktree', 'bin'],
  ['search', 'kestrel'],
  ['settings', 'list'],
  ['settings', 'get', 'concurrency'],
  ['stack', 'verify'],
  ['processes'],
  ['forge', 'status'],
  ['key', 'list'],
  ['sign-in', 'list'],
  ['dump'],
];

beforeAll(async () => {
  terminal = await openTerminal();
});
afterAll(() => terminal.close());

test('what only reads says the same without a runtime, and starts none', async () => {
  await terminal.start();
  const add = ['task', 'add', '--repository', 'my repository', '--trust', '--agent', 'echo', '--json'];
  const task = (title: string, prompt: string) =>
    terminal.type([...add, '--title', title, '--prompt', prompt, '--wait']);
  await task('Of birds', 'A kestrel\n[write: bird.txt | kestrel]');
  await terminal.type([...add, '--times', '2', '--title', 'Of trees', '--prompt', 'Plant one', '--wait']);
  await terminal.type([...add, '--title', 'Stopped', '--prompt', '[limit: 60m]']);
  await terminal.type(['task', 'comment', '1', '--file', 'bird.txt', '--lines', '1', '--text', 'Which one?']);
  await expect
    .poll(async () => (await terminal.type(['search', 'kestrel', '--json'])).json.found.length)
    .toBeGreaterThan(0);
  await expect.poll(async () => (await terminal.type(['task', 'show', '4', '--json'])).json.parked).toBe('limit');
  const left: Record<string, unknown> = {};
  for (const words of reading) left[words.join(' ')] = (await terminal.type([...words, '--json'])).json;
  await terminal.stop();
  for (const words of reading) {
    const { code, json } = await terminal.type([...words, '--json']);
    expect({ words, code }).toEqual({ words, code: 0 });
    expect({ words, said: lasting(json) }).toEqual({ words, said: lasting(left[words.join(' ')]) });
  }
  const said = await terminal.type(['task', 'list']);
  expect(said.err).toMatch(/^No runtime is running: .* nothing was started\./);
  expect(existsSync(join(terminal.config.folders.run, 'owner.json'))).toBe(false);
});

test('every command that only reads is tried above', () => {
  const tried = reading.map((words) => words.join(' '));
  const missing = commands
    .filter(({ reads }) => reads !== undefined)
    .filter(({ words }) => !tried.some((each) => each.startsWith(words.join(' '))))
    .map(({ words }) => words.join(' '));
  // These need what the scene has not.
  expect(missing).toEqual(['train show']);
});

test('what would change something is refused where nobody owns the folder', async () => {
  const opened = await openLook({ config: terminal.config, desktop: null });
  await expect(opened?.client.tasks.cancel({ task: 4 })).rejects.toMatchObject({ code: 'CANCELLED' });
  expect((await opened?.client.tasks.get({ task: 4 }))?.state).toBe('queued');
  await opened?.close();
});

/** What an answer says but for what was measured and what depends on the time. */
function lasting(json: unknown): unknown {
  return JSON.parse(
    JSON.stringify(json, (key, value) =>
      ['size', 'measuring', 'bytes', 'waitedMs', 'index', 'startedAt', 'at'].includes(key) ? null : value,
    ),
  );
}

test('a damaged store, and a damaged search index, are said to be, as with a runtime', async () => {
  const { database, data } = terminal.config.folders;
  const index = join(data, 'search.db');
  rmSync(index);
  const nothing = await terminal.type(['search', 'kestrel']);
  expect(nothing).toMatchObject({ code: 0, out: 'Nothing has kestrel.\n' });
  expect(nothing.err).toContain('Nothing was searched: there is no search index of this version. A runtime makes it');
  writeFileSync(index, 'no index '.repeat(1000));
  expect((await terminal.type(['search', 'kestrel'])).err).toContain(
    'Nothing was searched: the search index is damaged.',
  );

  const whole = readFileSync(database);
  const damage = /^\S.*switchyard\.db is damaged \(.*Move it and its -wal and -shm files aside, and put the newest/;
  // In its first bytes, which opening reads, and behind its first page, which it does not.
  for (const [from, to] of [
    [0, 28],
    [4096, whole.length],
  ] as const) {
    writeFileSync(database, Buffer.from(whole).fill(0xa5, from, to));
    expect(await terminal.type(['task', 'list'])).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(damage),
    });
  }
  // Whoever was refused has let go of it.
  if (process.platform === 'linux')
    expect(openFiles().filter((file) => file === database || file === index)).toEqual([]);
});

/** The files this process has open, on Linux. */
function openFiles(): string[] {
  const folder = '/proc/self/fd';
  return readdirSync(folder).flatMap((name) => {
    try {
      return readlinkSync(join(folder, name));
    } catch {
      // That of the listing itself.
      return [];
    }
  });
}
