import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Task } from '../../core/contract/task';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { contents, createBench, soil } from '../core/git/fixture';
import { type Bed, openBed } from '../support/runtime';

/**
 * Random dirty worktrees go through every way by which Switchyard takes one away, and come back out of the recycle bin.
 * SWITCHYARD_TEST_SETS=all makes it three hundred; SWITCHYARD_TEST_SEED has others of them.
 */
const all = process.env.SWITCHYARD_TEST_SETS === 'all';
const trees = all ? 300 : 8;
const first = Number(process.env.SWITCHYARD_TEST_SEED ?? 1);

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
function stateOf(directory: string) {
  const git = (...args: string[]) => bench.plain(directory, ...args);
  return {
    files: contents(directory),
    status: git('status', '--porcelain=v2', '-z', '--untracked-files=all', '--ignored'),
    index: git('ls-files', '--stage', '-v', '-z'),
    head: git('rev-parse', 'HEAD'),
  };
}
type State = ReturnType<typeof stateOf>;

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
  writeFileSync(join(directory, 'ignored', `seed-${seed}`), `${seed}`);
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
  readonly go: (seed: number) => Promise<readonly [before: State, after: State]>;
}

async function throughStanding(
  seed: number,
  away: (path: string) => Promise<unknown>,
  back: () => Promise<unknown>,
): Promise<readonly [State, State]> {
  const path = (await bed.calls.tasks.get({ task: standing.id })).worktree ?? '';
  dirty(path, seed);
  const before = stateOf(path);
  await away(path);
  expect(() => contents(path)).toThrow('ENOENT');
  await back();
  return [before, stateOf(path)];
}

/** A task that is done, whose worktree went with that; its backup is put back beside it. */
async function throughDone(seed: number, taken: (path: string) => Promise<unknown>): Promise<readonly [State, State]> {
  const task = await make(`Lands ${seed}`, `[write: file-${seed}.txt | ${seed}]`, 'review');
  const path = task.worktree ?? '';
  dirtyIgnored(path, seed);
  const before = stateOf(path);
  const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: task.id });
  await bed.calls.tasks.approve({ task: task.id, base, mergeBase, head, tree });
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
  {
    name: 'discarded because another one of its contest was picked, and restored',
    async go(seed) {
      const about = {
        repositoryId: repository,
        title: `Contest ${seed}`,
        prompt: `[write: contest-${seed}.txt | ${seed}]`,
      };
      const made = await bed.calls.contests.create({ ...about, agents: [{ agent: 'echo' }, { agent: 'echo' }] });
      const [picked, other] = (await Promise.all(made.map(({ id }) => bed.reaches(id, 'review')))) as [Task, Task];
      const path = other.worktree ?? '';
      dirty(path, seed);
      const before = stateOf(path);
      const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: picked.id });
      await bed.calls.tasks.approve({ task: picked.id, base, mergeBase, head, tree, discardOthers: true });
      expect(() => contents(path)).toThrow('ENOENT');
      const after = stateOf(await bringBack(other.id));
      await bed.calls.tasks.discard({ task: other.id });
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

const promise = 'G1 never-lose-work';

test(`${trees} random dirty worktrees come back byte for byte, whichever way they went`, async () => {
  const lost: string[] = [];
  for (let seed = first; seed < first + trees; seed += 1) {
    const way = ways[seed % ways.length] as Way;
    const at = `${way.name}, seed ${seed}`;
    const [before, after] = await way.go(seed).catch((cause: unknown) => {
      throw new Error(at, { cause });
    });
    // A clean tree would prove nothing.
    expect(before.status, at).not.toBe('');
    if (JSON.stringify(before) !== JSON.stringify(after)) lost.push(at);
    expect(after, at).toEqual(before);
  }
  process.stdout.write(
    `${JSON.stringify({ promise, n: trees, ways: ways.length, violations: lost.length, seed: first })}\n`,
  );
  expect(lost).toEqual([]);
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
  const control = Number(JSON.stringify(stateOf(path)) !== before);
  process.stdout.write(`${JSON.stringify({ promise, control })}\n`);
  expect(control).toBe(1);
});
