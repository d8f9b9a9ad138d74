import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Task } from '../../core/contract/task';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { contents, createBench, soil } from '../core/git/fixture';
import { type Bed, openBed } from '../support/runtime';

// Random dirty worktrees go through every way by which Switchyard takes one away, and come back out of the recycle bin.
const all = process.env.SWITCHYARD_TEST_SETS === 'all';
const trees = all ? 300 : 7;

const bench = createBench();
let bed: Bed;
let repository: number;
let standing: Task;
beforeAll(async () => {
  bed = await openBed();
  mkdirSync(join(bed.repository.path, '.git/info'), { recursive: true });
  writeFileSync(join(bed.repository.path, '.git/info/exclude'), 'ignored/\n*.secret\n');
  repository = (await bed.calls.repositories.add({ path: bed.repository.path, trust: true })).id;
  standing = await make('Standing', '[write: hello.txt | hello]\n[fail: stopped]', 'failed');
});
afterAll(() => bed.close());

async function make(title: string, prompt: string, state: Task['state']): Promise<Task> {
  const { id } = await bed.calls.tasks.create({ repositoryId: repository, title, prompt, agent: 'echo' });
  return bed.reaches(id, state);
}

/** Everything of a worktree that must come back: files, bits, links, what is ignored, the index, the commit. */
function stateOf(directory: string): unknown {
  const git = (...args: string[]) => bench.plain(directory, ...args);
  return [
    contents(directory),
    git('status', '--porcelain=v2', '-z', '--untracked-files=all', '--ignored'),
    git('ls-files', '--stage', '-v', '-z'),
    git('rev-parse', 'HEAD'),
  ];
}

/** Makes a worktree dirty, in files git knows, files it does not, and files it ignores. */
function dirty(directory: string, seed: number): void {
  soil(bench, directory, seed);
  for (const name of ['ignored/deep/note', 'a.secret', 'run.secret']) {
    mkdirSync(join(directory, name, '..'), { recursive: true });
    writeFileSync(join(directory, name), `${name} ${seed}`, { mode: name.startsWith('run') ? 0o755 : 0o644 });
  }
}

/** Only what git ignores: an approval leaves nothing else behind. */
function dirtyIgnored(directory: string, seed: number): void {
  mkdirSync(join(directory, 'ignored'), { recursive: true });
  soil({ plain: () => '' }, join(directory, 'ignored'), seed);
}

const newest = async (task: number | null) => {
  const found = (await bed.calls.worktrees.backups()).find((one) => (one.task?.id ?? null) === task);
  if (found === undefined) throw new Error(`Nothing of task ${task} is in the recycle bin.`);
  return found;
};
const bringBack = async (task: number | null) => {
  const { ref } = await newest(task);
  return (await bed.calls.worktrees.restore({ repository, ref })).path;
};

interface Way {
  readonly name: string;
  /** Takes a dirty tree away, gives how it was and how it came back. */
  readonly go: (seed: number) => Promise<readonly [before: unknown, after: unknown]>;
}

async function throughStanding(
  seed: number,
  away: (path: string) => Promise<unknown>,
  back: () => Promise<unknown>,
): Promise<readonly [unknown, unknown]> {
  const path = (await bed.calls.tasks.get({ task: standing.id })).worktree ?? '';
  dirty(path, seed);
  const before = stateOf(path);
  await away(path);
  expect(() => contents(path)).toThrow('ENOENT');
  await back();
  return [before, stateOf(path)];
}

/** A task that is done, whose worktree went with that; its backup is put back beside it. */
async function throughDone(
  seed: number,
  taken: (path: string) => Promise<unknown>,
): Promise<readonly [unknown, unknown]> {
  const task = await make(`Lands ${seed}`, `[write: file-${seed}.txt | ${seed}]`, 'review');
  const path = task.worktree ?? '';
  dirtyIgnored(path, seed);
  const before = stateOf(path);
  const { base, head, tree } = await bed.calls.reviews.get({ task: task.id });
  await bed.calls.tasks.approve({ task: task.id, base, head, tree });
  await taken(path);
  expect(() => contents(path)).toThrow('ENOENT');
  const back = await bringBack(task.id);
  const after = stateOf(back);
  await bed.calls.worktrees.remove({ path: back });
  return [before, after];
}

const ways: readonly Way[] = [
  {
    name: 'removed by hand and restored',
    go: (seed) =>
      throughStanding(
        seed,
        (path) => bed.calls.worktrees.remove({ path }),
        () => bringBack(standing.id),
      ),
  },
  {
    name: 'removed by hand, and the task tried again',
    go: (seed) =>
      throughStanding(
        seed,
        (path) => bed.calls.worktrees.remove({ path }),
        async () => {
          await bed.calls.tasks.retry({ task: standing.id });
          await bed.reaches(standing.id, 'failed');
        },
      ),
  },
  {
    name: 'discarded and restored',
    go: (seed) =>
      throughStanding(
        seed,
        () => bed.calls.tasks.discard({ task: standing.id }),
        () => bringBack(standing.id),
      ),
  },
  {
    name: 'left by going back',
    go: async (seed) => {
      const path = (await bed.calls.tasks.get({ task: standing.id })).worktree ?? '';
      dirty(path, seed);
      const before = stateOf(path);
      await bed.calls.checkpoints.back({ task: standing.id, checkpoint: 0 });
      const left = (await bed.calls.worktrees.backups()).find(({ bringsBack }) => bringsBack === 'checkpoint');
      await bed.calls.worktrees.restore({ repository, ref: left?.ref ?? '' });
      return [before, stateOf(path)];
    },
  },
  {
    name: 'nobody’s, removed and restored',
    go: async (seed) => {
      const path = join(bed.config.folders.worktrees, 'strange', `orphan-${seed}`);
      bench.plain(bed.repository.path, 'worktree', 'add', '-q', '--detach', path, 'HEAD');
      dirty(path, seed);
      const before = stateOf(path);
      await bed.calls.worktrees.remove({ path });
      expect(() => contents(path)).toThrow('ENOENT');
      const back = await bringBack(null);
      const after = stateOf(back);
      await bed.calls.worktrees.remove({ path: back });
      return [before, after];
    },
  },
  { name: 'gone when its change landed', go: (seed) => throughDone(seed, async () => {}) },
  {
    name: 'kept for a while when its change landed, and then kept long enough',
    go: async (seed) => {
      await bed.calls.settings.set({ name: 'worktreeDays', value: 1 });
      const done = await throughDone(seed, async (path) => {
        expect((await bed.calls.worktrees.list()).worktrees).toContainEqual(
          expect.objectContaining({ path, reason: 'kept', goesAt: expect.any(Number) }),
        );
        await bed.runtime.stop();
        const db = openDatabase({ file: bed.config.folders.database });
        db.prepare("UPDATE task SET state_since = 0 WHERE state = 'done'").run();
        closeDatabase(db);
        bed = await bed.again(true);
      });
      await bed.calls.settings.set({ name: 'worktreeDays', value: 0 });
      return done;
    },
  },
];

test(`${trees} random dirty worktrees come back byte for byte, whichever way they went`, async () => {
  const lost: string[] = [];
  const untouched: string[] = [];
  for (let seed = 1; seed <= trees; seed += 1) {
    const way = ways[seed % ways.length] as Way;
    const [before, after] = await way.go(seed).catch((cause: unknown) => {
      throw new Error(`${way.name}, seed ${seed}`, { cause });
    });
    if (JSON.stringify(before) !== JSON.stringify(after)) {
      lost.push(`${way.name}, seed ${seed}`);
      expect(after, `${way.name}, seed ${seed}`).toEqual(before);
    }
    if (JSON.stringify(before) === '[]') untouched.push(way.name);
  }
  expect({ lost, untouched }).toEqual({ lost: [], untouched: [] });
}, 3_600_000);

test('the control: without its snapshot a worktree that comes back is another one', async () => {
  const path = (await bed.calls.tasks.get({ task: standing.id })).worktree ?? '';
  dirty(path, 4711);
  const before = JSON.stringify(stateOf(path));
  await bed.calls.tasks.discard({ task: standing.id });
  const { ref } = await newest(standing.id);
  bench.plain(bed.repository.path, 'branch', '-f', standing.branch ?? '', ref.replace(/$/, '^1'));
  bench.plain(bed.repository.path, 'update-ref', '-d', ref);
  await bed.calls.tasks.restore({ task: standing.id });
  expect(JSON.stringify(stateOf(path))).not.toBe(before);
});
