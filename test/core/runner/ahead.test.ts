import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setupName } from '../../../core/contract/check';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
let repository: number;
let log = '';
beforeAll(async () => {
  bed = await openBed();
  log = join(bed.folder, 'runs');
  await bed.repository.write('.gitignore', 'deps\n');
  await bed.repository.commit('Ignore');
  repository = (await bed.calls.repositories.add({ path: bed.repository.path, trust: true })).id;
});
afterAll(() => bed.close());

const runsIn = (path: string) =>
  existsSync(log)
    ? readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line === path)
    : [];

/** Sets how worktrees are set up, and waits until one is ready; gives its path. */
async function ready(setupCommand: string): Promise<string> {
  const leave = new AbortController();
  const changes = await bed.calls.changes.follow(undefined, { signal: leave.signal });
  await bed.calls.repositories.configure({ repository, setupCommand });
  await bed.calls.repositories.configure({ repository, pool: 1 });
  try {
    for await (const change of changes) {
      if (change.type !== 'worktrees.changed') continue;
      const { worktrees } = await bed.calls.worktrees.list();
      const found = worktrees.find(({ reason }) => reason === 'ready');
      if (found !== undefined) return found.path;
    }
    throw new Error('The changes ended.');
  } finally {
    leave.abort();
  }
}

/** Has a task take what is ready, and none be made in its place. */
async function take(prompt: string) {
  const { id } = await bed.calls.tasks.create({ repositoryId: repository, title: 'Take', prompt, agent: 'echo' });
  const task = await bed.reaches(id, 'review');
  const setups = (await bed.calls.tasks.get({ task: id })).checks.filter(({ name }) => name === setupName);
  return { task, setups };
}

it('a worktree is set up before a task takes it, seen as that task’s setup, and not set up again', async () => {
  const path = await ready(`pwd >> '${log}'; echo made > deps; echo "ready for $SWITCHYARD_REPOSITORY"`);
  expect(runsIn(path)).toHaveLength(1);
  const { task, setups } = await take('[write: one.txt | one]');
  expect(task.worktree).toBe(path);
  expect(setups).toMatchObject([{ state: 'passed', output: `ready for ${bed.repository.path}` }]);
  expect(runsIn(path)).toHaveLength(1);
  expect(readFileSync(join(path, 'deps'), 'utf8')).toBe('made\n');
  expect((await bed.calls.reviews.get({ task: task.id })).files.map((file) => file.path)).toEqual(['one.txt']);
  await bed.calls.repositories.configure({ repository, pool: 0 });
});

it('one whose setup failed ahead is set up again by the task that takes it', async () => {
  const gate = join(bed.folder, 'gate');
  const path = await ready(`pwd >> '${log}'; echo tried > deps; test -e '${gate}'`);
  writeFileSync(gate, '');
  const { task, setups } = await take('[write: two.txt | two]');
  expect(task.worktree).toBe(path);
  expect(setups).toMatchObject([{ state: 'passed' }]);
  expect(runsIn(path)).toHaveLength(2);
  await bed.calls.repositories.configure({ repository, pool: 0 });
});

it('a setup that changes files of the commit, and that of a repository that is not trusted, is for the task to run', async () => {
  const path = await ready(`pwd >> '${log}'; echo changed >> README.md`);
  expect(runsIn(path)).toEqual([]);
  const { task } = await take('[write: three.txt | three]');
  expect([task.worktree, runsIn(path).length]).toEqual([path, 1]);
  await bed.calls.repositories.configure({ repository, pool: 0 });

  await bed.calls.repositories.trust({ repository, trust: false });
  const other = await ready(`pwd >> '${log}'`);
  const { task: plain } = await take('[write: four.txt | four]');
  expect([plain.worktree, runsIn(other)]).toEqual([other, []]);
});

it('a setup that Switchyard is closed in is ended, and run again by the task that takes its worktree', async () => {
  const gate = join(bed.folder, 'closed');
  await bed.calls.repositories.configure({ repository, pool: 0 });
  await bed.calls.repositories.trust({ repository, trust: true });
  const setupCommand = `pwd >> '${log}'; test -e '${gate}' || exec sleep 600`;
  const before = existsSync(log) ? readFileSync(log, 'utf8').length : 0;
  await bed.calls.repositories.configure({ repository, setupCommand, pool: 1 });
  await expect.poll(() => readFileSync(log, 'utf8').length, { timeout: 20_000 }).toBeGreaterThan(before);
  const path = readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? '';
  await bed.runtime.stop();
  writeFileSync(gate, '');
  bed = await bed.again(true);
  const { task, setups } = await take('[write: five.txt | five]');
  expect([task.worktree, runsIn(path).length]).toEqual([path, 2]);
  expect(setups).toMatchObject([{ state: 'passed' }]);
});
