import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Approval } from '../../../core/contract/review';
import type { Task } from '../../../core/contract/task';
import { startOf } from '../../../core/git/live';
import { openLook } from '../../../core/look';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { finishLanding, recordLanding } from '../../../core/store/landings';
import { beginPick, intendPick, openPicks } from '../../../core/store/picks';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
let repositoryId: number;
beforeAll(async () => {
  bed = await openBed({ start: false });
  ({ id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true }));
  const broken = { name: 'broken', command: 'no-such-program-anywhere', args: [] };
  await bed.calls.settings.set({ name: 'acpAgents', value: [broken] });
});
afterAll(() => bed.close());

const echo = { agent: 'echo' };
const prompt = '[ask: Which way?]\n[write: same.txt | same]\n[write: way.txt | {answer}]';
const contest = (agents: { agent: string; model?: string }[], words = prompt) =>
  bed.calls.contests.create({ repositoryId, title: 'Find a way', prompt: words, agents });
const now = ({ id }: Pick<Task, 'id'>) => bed.calls.tasks.get({ task: id });
const compare = ({ id }: Pick<Task, 'id'>) => bed.calls.contests.compare({ task: id });
const outcomes = async (tasks: readonly Task[]) =>
  (await Promise.all(tasks.map(now))).map(({ state, outcome }) => outcome ?? state);
const decided = async () =>
  (await bed.calls.decisions.list({ after: 0, limit: 500 })).map(({ text }) => JSON.parse(text));

async function answer(task: Task, text: string): Promise<Task> {
  const { requests } = await bed.reaches(task.id, 'waiting');
  await bed.calls.requests.answer({
    request: requests[0]?.id ?? 0,
    answer: { decision: null, rule: null, options: [], text },
  });
  return bed.reaches(task.id, 'review');
}

async function approve(task: Task, more: Partial<Approval> = {}): Promise<Task> {
  const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: task.id });
  return bed.calls.tasks.approve({ task: task.id, base, mergeBase, head, tree, ...more });
}

/** Another runtime on the same data, once something was written to its store while there was none. */
async function againAfter(write: (db: ReturnType<typeof openDatabase>) => void): Promise<void> {
  await bed.runtime.stop();
  const db = openDatabase({ file: bed.config.folders.database });
  write(db);
  closeDatabase(db);
  bed = await bed.again(true);
}

it('one prompt makes tasks that begin at one commit, are compared, and of which one is merged and the others are kept', async () => {
  // Named wrong, nothing of it is made.
  await expect(contest([echo, { agent: 'nobody' }])).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await expect(contest([echo, { agent: 'echo', model: 'opus' }])).rejects.toThrow('claude and goose can');
  expect(await bed.calls.tasks.list({})).toEqual([]);

  const [first, second, broken, late] = (await contest([echo, echo, { agent: 'broken' }, echo])) as [
    Task,
    Task,
    Task,
    Task,
  ];
  const all = [first, second, broken, late];
  expect(all.map((task) => task.contest)).toEqual(
    all.map(() => ({ id: first.contest?.id, tasks: all.map(({ id }) => id), picked: null })),
  );
  expect((await compare(late)).oid).toBeNull();
  // What they all have is none's own any more.
  await expect(bed.calls.tasks.edit({ task: first.id, prompt: 'Something else' })).rejects.toThrow('is in a contest');
  await bed.calls.tasks.cancel({ task: late.id });
  await bed.runtime.start();
  await answer(first, 'left');
  await bed.reaches(broken.id, 'failed');

  // One that begins after the base moved begins where the others did.
  const begun = await bed.repository.git('rev-parse', 'main');
  await bed.repository.write('moved.txt', 'moved');
  await bed.repository.git('add', 'moved.txt');
  await bed.repository.git('commit', '-q', '-m', 'Move main');
  await bed.calls.tasks.retry({ task: late.id });
  const { worktree } = await bed.reaches(late.id, 'waiting');
  expect(await bed.repository.git('-C', worktree ?? '', 'rev-parse', 'HEAD')).toBe(begun);
  await answer(second, 'right');

  const compared = await compare(second);
  expect(compared.oid).toBe(begun);
  const asked = compared.tasks.map(({ task, questions, range }) => [
    task.id,
    task.state,
    questions,
    range?.base ?? null,
  ]);
  expect(asked).toEqual([
    [first.id, 'review', 1, begun],
    [second.id, 'review', 1, begun],
    [broken.id, 'failed', 0, null],
    [late.id, 'waiting', 1, null],
  ]);
  const variants = compared.files.map(({ path, alike, versions }) => [path, alike, versions.map((one) => one.variant)]);
  expect(variants).toEqual([
    ['same.txt', true, [1, 1]],
    ['way.txt', false, [1, 2]],
  ]);

  // Whatever does not land discards nothing.
  await expect(bed.calls.contests.pick({ task: broken.id })).rejects.toThrow('would leave no change');
  const moved = { discardOthers: true, head: begun };
  await expect(approve(second, moved)).rejects.toMatchObject({ code: 'MOVED' });
  expect(await outcomes(all)).toEqual(['review', 'review', 'failed', 'waiting']);

  await approve(second, { discardOthers: true });
  expect(await outcomes(all)).toEqual(['discarded', 'merged', 'discarded', 'discarded']);
  expect((await now(late)).requests).toEqual([]);
  expect(await bed.repository.git('show', 'main:way.txt')).toBe('right');
  const { backupRef, contest: shown } = await now(first);
  expect(shown?.picked).toBe(second.id);
  expect(await bed.repository.git('rev-parse', '--verify', backupRef ?? '')).toMatch(/^[0-9a-f]{40}$/);
  const lines = (await decided()).map(({ kind, task }) => `${kind} ${task}`);
  expect(lines.filter((line) => !/^(answer|trust)/.test(line))).toEqual([
    `approve ${second.id}`,
    `pick ${second.id}`,
    ...[first, broken, late].map(({ id }) => `discard ${id}`),
  ]);
  expect((await decided()).find(({ kind }) => kind === 'pick')).toMatchObject({
    answered: { discards: [first.id, broken.id, late.id] },
    shown: { others: [{ task: first.id, state: 'review' }, { state: 'failed' }, { state: 'waiting' }] },
  });

  // What was discarded comes back with everything in it, and nothing takes it away again unasked.
  expect((await bed.calls.tasks.restore({ task: first.id })).state).toBe('review');
  bed = await bed.restart();
  expect(await outcomes([first])).toEqual(['review']);
  expect((await bed.calls.contests.pick({ task: second.id })).discarded).toEqual([first.id]);
  await expect(bed.calls.contests.pick({ task: second.id })).rejects.toThrow('no other task');
});

it('a pick that was cut short is gone on with by the next start, but not one whose change did not land', async () => {
  const words = '[write: short.txt | short]';
  const [first, second, third] = (await contest([echo, echo, echo], words)) as [Task, Task, Task];
  const all = [first, second, third];
  for (const { id } of all) await bed.reaches(id, 'review');
  const picked = { contest: first.contest?.id ?? 0, task: first.id, by: 'person', at: 1 };

  // What somebody committed by hand is compared as it is now, and its checks are of before that.
  const { worktree } = await now(third);
  const commit = async (text: string) => {
    writeFileSync(join(worktree ?? '', 'short.txt'), text);
    await bed.repository.git('-C', worktree ?? '', 'commit', '-q', '-a', '-m', 'By hand');
  };
  await bed.calls.repositories.configure({
    repository: repositoryId,
    checks: [{ name: 'test', command: 'true', required: false }],
  });
  await bed.calls.checks.run({ task: third.id });
  await bed.until(third.id, ({ checks }) => checks[0]?.state === 'passed');
  const compared = async () => {
    const { change, checks } = (await compare(third)).tasks[2]?.task ?? expect.fail();
    return [change?.additions, checks.map(({ name, stale }) => `${name} ${stale}`)];
  };
  expect(await compared()).toEqual([1, ['test false']]);
  await commit('short\nand more\n');
  expect(await compared()).toEqual([2, ['test true']]);
  await bed.until(third.id, ({ change }) => change?.additions === 2);
  await bed.calls.repositories.configure({ repository: repositoryId, checks: [] });
  // Also where nobody owns the folder, and so nothing can be kept of it.
  await bed.runtime.stop();
  await commit('short\nand more\nand more\n');
  const look = await openLook({ config: bed.config, desktop: null });
  const seen = await look?.client.contests.compare({ task: third.id });
  await look?.close();
  expect(seen?.tasks[2]?.task.change).toEqual({ files: 1, additions: 3, deletions: 0 });
  bed = await bed.again(true);

  await againAfter((db) => intendPick(db, picked));
  expect(openPicksOf()).toEqual([]);
  expect(await outcomes(all)).toEqual(['review', 'review', 'review']);

  // Merged in another way, it takes nothing with it: that is offered.
  await approve(first);
  expect(await outcomes(all)).toEqual(['merged', 'review', 'review']);
  expect((await now(second)).contest?.picked).toBeNull();

  await againAfter((db) => beginPick(db, { ...picked, others: [second.id, third.id] }));
  for (const { id } of [second, third]) await bed.until(id, ({ outcome }) => outcome === 'discarded');
  await bed.until(first.id, () => openPicksOf().length === 0);

  const alone = await bed.calls.tasks.create({
    repositoryId,
    title: 'Alone',
    prompt: '[write: alone.txt | a]',
    agent: 'echo',
  });
  await expect(compare(alone)).rejects.toMatchObject({ code: 'WRONG_STATE' });
  await bed.reaches(alone.id, 'review');
  await expect(approve(alone, { discardOthers: true })).rejects.toThrow('was added alone');
  expect(await outcomes([alone])).toEqual(['review']);
});

it('an approval that finds another change landed, which an earlier one left half way, discards nothing for that', async () => {
  const [first, second] = (await contest([echo, echo], '[write: half.txt | half]')) as [Task, Task];
  for (const { id } of [first, second]) await bed.reaches(id, 'review');
  // Whoever approves again what could not be finished says again what goes.
  const { head, base } = await bed.calls.reviews.get({ task: first.id });
  const stuck = openDatabase({ file: bed.config.folders.database });
  const half = { oldOid: base, newOid: base };
  const landing = recordLanding(stuck, {
    ...{ ...half, task: first.id, baseRef: 'refs/heads/main', headOid: head },
    ...{ checkout: null, strategy: 'merge', message: 'Merge', decision: null, at: 1 },
  });
  const note = join(bed.repository.path, '.git', 'switchyard-landing');
  const owner = { pid: process.ppid, started: await startOf(process.ppid) };
  writeFileSync(note, JSON.stringify({ ...half, branch: 'main', owner }));
  await expect(approve(first, { discardOthers: true })).rejects.toMatchObject({ code: 'CHECKOUT_IN_THE_WAY' });
  expect(openPicksOf()).toEqual([]);
  rmSync(note);
  finishLanding(stuck, { landing, state: 'abandoned', at: 1 });
  closeDatabase(stuck);

  const [newOid, oldOid] = await Promise.all(['main', 'main~1'].map((name) => bed.repository.git('rev-parse', name)));
  const db = openDatabase({ file: bed.config.folders.database });
  recordLanding(db, {
    ...{
      task: first.id,
      baseRef: 'refs/heads/main',
      oldOid: oldOid ?? '',
      newOid: newOid ?? '',
      headOid: newOid ?? '',
    },
    ...{ checkout: null, strategy: 'merge', message: 'Merge', decision: null, at: 1 },
  });
  closeDatabase(db);
  await expect(approve(first, { discardOthers: true })).rejects.toThrow('What you approved before');
  expect(await outcomes([first, second])).toEqual(['merged', 'review']);
  expect((await now(second)).contest?.picked).toBeNull();
  bed = await bed.restart();
  await bed.reaches(second.id, 'review');
  expect(openPicksOf()).toEqual([]);
});

function openPicksOf() {
  const db = openDatabase({ file: bed.config.folders.database });
  try {
    return openPicks(db);
  } finally {
    closeDatabase(db);
  }
}
