import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setupName } from '../../../core/contract/check';
import type { Task } from '../../../core/contract/task';
import type { Train } from '../../../core/contract/train';
import type { Execute } from '../../../core/starter/process';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { type Bed, openBed } from '../../support/runtime';
import { execute } from '../../support/starter';

/** What happens when git is to write files of a checkout, which it cannot do then. */
let refuses: (() => Promise<void>) | null = null;
/** What happens first when git is asked something in the worktree of a train. */
let beforeTrain: (() => Promise<void>) | null = null;
const interposed: Execute = async (what) => {
  const said = [what.directory, ...what.args, ...Object.values(what.environment)];
  if (/git$/.test(what.program) && said.some((text) => /[/\\]train-\d/.test(text))) await beforeTrain?.();
  if (refuses === null || !what.args.includes('checkout-index')) return execute(what);
  await refuses();
  return { stdout: Buffer.alloc(0), stderr: 'fatal: it is full', exitCode: 128, signalled: false, truncated: false };
};

let bed: Bed;
let repository: number;
let gates = 0;
beforeAll(async () => {
  bed = await openBed({ execute: interposed });
  repository = (await bed.calls.repositories.add({ path: bed.repository.path, trust: true })).id;
});
afterAll(() => bed.close());

const git = (...args: string[]) => bed.repository.git(...args);
const now = ({ id }: Task) => bed.calls.tasks.get({ task: id });
const review = ({ id }: Task) => bed.calls.reviews.get({ task: id });
const states = ({ cars }: Train) => cars.map(({ state }) => state);
const isChecked = ({ id }: Train) => {
  return ({ checks }: Task) => checks.some(({ state, train }) => state === 'running' && train === id);
};

/** A file whose being there lets a script go on, and what waits for it. */
function gated() {
  gates += 1;
  const gate = join(bed.folder, `gate-${gates}`);
  return { open: () => writeFile(gate, ''), wait: `while [ ! -e '${gate}' ]; do sleep 0.02; done` };
}

/** A check that says something only where a train runs it. */
const checked = (script: string) =>
  bed.calls.repositories.configure({
    repository,
    checks: [{ name: 'test', command: `case "$PWD" in */train-*) ${script} ;; esac`, required: true }],
  });

async function inReview(name: string): Promise<Task> {
  const task = { repositoryId: repository, title: name, prompt: `[write: ${name}.txt | ${name}]`, agent: 'echo' };
  return bed.reaches((await bed.calls.tasks.create(task)).id, 'review');
}

async function begin(...tasks: readonly Task[]): Promise<Train> {
  const reviews = await Promise.all(tasks.map(review));
  const changes = reviews.map(({ task, mergeBase, head, tree }) => ({ task, mergeBase, head, tree }));
  return bed.calls.trains.start({ base: reviews[0]?.base ?? '', changes });
}

/** A train of two whose first is being checked until it is `open`ed; the check then ends as `last` does. */
async function underCheck(names: readonly [string, string], { last = 'true' } = {}) {
  const { open, wait } = gated();
  await checked(`${wait}; ${last}`);
  const tasks = [await inReview(names[0]), await inReview(names[1])] as const;
  const train = await begin(...tasks);
  await bed.until(tasks[0].id, isChecked(train));
  return { open, train, tasks };
}

async function ended({ id }: Train): Promise<Train> {
  for await (const change of await bed.calls.changes.follow(undefined)) {
    const train = change.type === 'snapshot' ? await bed.calls.trains.get({ train: id }) : undefined;
    const seen = change.type === 'train.changed' && change.train.id === id ? change.train : train;
    if (seen?.state === 'ended') return seen;
  }
  throw new Error('The changes ended.');
}

it('runs no check of a repository that is not trusted any more', async () => {
  const { open, train, tasks } = await underCheck(['a', 'b']);
  const [, b] = tasks;
  await bed.calls.repositories.trust({ repository, trust: false });
  await open();
  const { cars } = await ended(train);
  expect(cars).toMatchObject([
    { state: 'landed' },
    { state: 'left', reason: expect.stringContaining('it is not trusted as it is now. Look at it and trust it') },
  ]);
  expect((await now(b)).checks.filter(({ train: of }) => of === train.id)).toEqual([]);
  await bed.calls.repositories.trust({ repository, trust: true });
});

it('leaves a change in review that somebody goes on with while it is checked, and does not give it to its agent', async () => {
  const { open, train, tasks } = await underCheck(['c', 'd'], { last: 'false' });
  const [c, d] = tasks;
  await writeFile(join((await now(c)).worktree ?? '', 'mine.txt'), 'in no commit');
  await open();
  const { cars } = await ended(train);
  // The other one shows that what nobody touched goes back.
  expect(states(await ended(train))).toEqual(['left', 'returned']);
  expect(cars[0]?.reason).toMatch(/exit status 1\)\. It did not go back to its agent: .* has edits .* mine\.txt/);
  expect(await now(c)).toMatchObject({ state: 'review' });
  await bed.reaches(d.id, 'review');
});

it('lands nothing that left review meanwhile, though it is there again as it was approved', async () => {
  const { open, train, tasks } = await underCheck(['i', 'j']);
  const [, j] = tasks;
  await bed.calls.tasks.discard({ task: j.id });
  const again = await bed.calls.tasks.restore({ task: j.id });
  expect(again).toMatchObject({ state: 'review', train: null });
  await open();
  const { cars } = await ended(train);
  expect(cars).toMatchObject([
    { state: 'landed' },
    { state: 'left', reason: 'It is not in review any more: it is discarded.', head: (await review(j)).head },
  ]);
  expect(await now(j)).toMatchObject({ state: 'review' });
});

it('goes on at once without a change that somebody takes over while it is checked', async () => {
  const { open, train, tasks } = await underCheck(['taken', 'other']);
  const [taken, other] = tasks;
  // Nobody holds terminals here, so none opens, and it is in review again.
  await bed.calls.tasks.take({ task: taken.id, size: { columns: 80, rows: 24 } });
  await bed.until(other.id, isChecked(train));
  await open();
  const { cars } = await ended(train);
  expect(cars).toMatchObject([
    { state: 'left', reason: 'You took it over in a terminal. Approve it again when it is in review.' },
    { state: 'landed' },
  ]);
  expect(await bed.until(taken.id, ({ takeover }) => takeover === null)).toMatchObject({ state: 'review' });
});

it('goes on at once without what is taken over before its setup or its check has begun', async () => {
  const { open, wait } = gated();
  await checked(wait);
  const setup = `case "$PWD" in */train-*) if [ -e early.txt ]; then ${wait}; fi ;; esac`;
  await bed.calls.repositories.configure({ repository, setupCommand: setup });
  const [early, later, other] = [await inReview('early'), await inReview('later'), await inReview('last')];
  const ran = async (task: Task) => (await now(task)).checks.filter(({ train }) => train !== null);
  const taken = new Set<Task>();
  const takeOver = async (task: Task) => {
    taken.add(task);
    await bed.calls.tasks.take({ task: task.id, size: { columns: 80, rows: 24 } });
  };
  beforeTrain = async () => {
    if (!taken.has(early) && (await now(early)).train?.state === 'checking') await takeOver(early);
    if (!taken.has(later) && (await ran(later)).some(({ state }) => state === 'passed')) await takeOver(later);
  };
  const train = await begin(early, later, other);
  await bed.until(other.id, (task) => task.checks.some(({ name, train: of }) => name === 'test' && of === train.id));
  beforeTrain = null;
  await open();
  expect(states(await ended(train))).toEqual(['left', 'left', 'landed']);
  const end = { state: 'failed', exitCode: null };
  expect(await ran(early)).toMatchObject([{ name: setupName, ...end }]);
  expect(await ran(later)).toMatchObject([
    { name: setupName, state: 'passed' },
    { name: 'test', ...end },
  ]);
  for (const { id } of taken) await bed.until(id, ({ takeover, state }) => takeover === null && state === 'review');
  await bed.calls.repositories.configure({ repository, setupCommand: null });
});

it('lands nothing that is compared with another commit than when it was approved, on a base that was put back or else', async () => {
  await bed.repository.write('put-back.txt', 'not of this change\n');
  await bed.repository.commit('Put back later');
  const { open, train, tasks } = await underCheck(['back-1', 'back-2']);
  const [one, other] = await Promise.all(tasks.map(review));
  const to = await git('rev-parse', 'main~');
  await git('reset', '-q', '--hard', to);
  await open();
  const { cars } = await ended(train);
  const words = (was?: string) =>
    `It is compared with ${to.slice(0, 10)} now, and was with ${was?.slice(0, 10)} when you approved it. Look at it again, then approve.`;
  expect(cars).toMatchObject([
    { state: 'left', reason: words(one?.mergeBase) },
    { state: 'left', reason: words(other?.mergeBase) },
  ]);
  expect(await git('rev-parse', 'main')).toBe(to);
});

it('lands nothing that an earlier version approved, which did not keep what it was compared with', async () => {
  const { open, train } = await underCheck(['earlier-1', 'earlier-2']);
  await bed.runtime.stop();
  const db = openDatabase({ file: bed.config.folders.database });
  db.prepare('UPDATE train_car SET merge_base = NULL WHERE place = 2').run();
  closeDatabase(db);
  bed = await bed.again(true);
  await open();
  expect((await ended(train)).cars).toMatchObject([
    { state: 'landed' },
    {
      state: 'left',
      reason:
        'It was approved with an earlier version, which did not keep what it was compared with. Look at it again, then approve.',
    },
  ]);
});

it('checks again what was checked by other checks than there are when it lands', async () => {
  const { open, wait } = gated();
  await checked(wait);
  const e = await inReview('e');
  const train = await begin(e);
  await bed.until(e.id, isChecked(train));
  await checked('false');
  await open();
  expect(states(await ended(train))).toEqual(['returned']);
  await bed.reaches(e.id, 'review');
});

it('knows a change as landed the moment its task is done, and is stopped without waiting for other checks', async () => {
  await checked('true');
  const { open, wait } = gated();
  const retention = { worktreeDays: 0, backupDays: null };
  await bed.calls.repositories.configure({ repository, teardownCommand: wait, retention });
  const [f, g] = [await inReview('f'), await inReview('g')];
  const train = await begin(f, g);
  await bed.reaches(f.id, 'done');
  // Its worktree is still being torn down; whoever stops the train now stops what has not landed.
  expect(states(await bed.calls.trains.get({ train: train.id }))).toEqual(['landed', 'waiting']);
  const stopped = bed.calls.trains.stop({ train: train.id });
  await open();
  expect(states(await stopped)).toEqual(['landed', 'left']);
  await bed.calls.repositories.configure({ repository, teardownCommand: null });

  const other = gated();
  const check = { name: 'slow', command: other.wait, required: true };
  await bed.calls.repositories.configure({ repository, checks: [check] });
  await bed.calls.checks.run({ task: g.id });
  const second = await begin(g);
  expect(states(await bed.calls.trains.stop({ train: second.id }))).toEqual(['left']);
  expect((await now(g)).checks).toMatchObject([{ name: 'test' }, { name: 'slow', state: 'running' }]);
  await other.open();
  await bed.until(g.id, ({ checks }) => checks.every(({ state }) => state !== 'running'));
});

it('ends when it is stopped while something lands that cannot be finished, and knows of it when somebody ends that', async () => {
  await checked('true');
  const h = await inReview('h');
  let stopped: Promise<Train> | null = null;
  refuses = async () => {
    const [train] = await bed.calls.trains.list();
    stopped ??= bed.calls.trains.stop({ train: train?.id ?? 0 });
    // It is stopped as soon as it says so; it has not ended, because this is not over.
    while ((await bed.calls.trains.list())[0]?.reason === null) await new Promise(setImmediate);
  };
  const train = await begin(h);
  const { cars } = await ended(train);
  expect(await stopped).toMatchObject({ id: train.id, reason: 'You stopped the train.' });
  refuses = null;
  expect(cars).toMatchObject([{ state: 'left', reason: expect.stringContaining('could not be finished') }]);
  expect(await now(h)).toMatchObject({ state: 'review' });
  // Whoever approves it goes on where it stopped.
  const { base, mergeBase, head, tree } = await review(h);
  await bed.calls.tasks.approve({ task: h.id, base, mergeBase, head, tree });
  expect(await now(h)).toMatchObject({ state: 'done', mergedOid: await git('rev-parse', 'main') });
  expect(states(await bed.calls.trains.get({ train: train.id }))).toEqual(['landed']);
  expect(await git('status', '--porcelain')).toBe('');
});

it('lands a change whose own check the end of a runtime cut off, and does not begin that again meanwhile', async () => {
  await checked('true');
  const task = await inReview('cut');
  const { wait } = gated();
  const command = `case "$PWD" in */train-*) ;; *) ${wait} ;; esac`;
  await bed.calls.repositories.configure({ repository, checks: [{ name: 'own', command, required: true }] });
  await bed.calls.checks.run({ task: task.id });
  const train = await begin(task);
  await bed.until(task.id, ({ checks }) => checks.some(({ name, state }) => name === 'own' && state === 'running'));
  await bed.runtime.stop();
  const db = openDatabase({ file: bed.config.folders.database });
  // As one that was begun without the person, when the change was brought onto something else.
  db.prepare("UPDATE check_run SET by_itself = 1 WHERE cut_off = 'closing'").run();
  closeDatabase(db);
  bed = await bed.again(true);
  expect((await ended(train)).cars).toMatchObject([{ state: 'landed' }]);
});
