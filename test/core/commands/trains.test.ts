import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Check, RepositoryCheck } from '../../../core/contract/check';
import { openDecision } from '../../../core/contract/decision';
import type { Task } from '../../../core/contract/task';
import type { Train } from '../../../core/contract/train';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
let repository: number;
beforeAll(async () => {
  bed = await openBed();
  repository = (await bed.calls.repositories.add({ path: bed.repository.path, trust: true })).id;
});
afterAll(() => bed.close());

const git = (...args: string[]) => bed.repository.git(...args);
const now = ({ id }: Task) => bed.calls.tasks.get({ task: id });
const main = () => git('rev-parse', 'main');
const checking = (command: string): RepositoryCheck => ({ name: 'test', command, required: true });
const says = (command: string | null, setupCommand: string | null = null) =>
  bed.calls.repositories.configure({ repository, checks: command === null ? [] : [checking(command)], setupCommand });

async function inReview(prompt: string, after: readonly Task[] = []): Promise<Task> {
  const task = { repositoryId: repository, title: prompt.slice(0, 40), prompt, agent: 'echo' };
  const stacked = after.length > 0 && { after: after.map(({ id }) => id), when: 'review' as const };
  return bed.reaches((await bed.calls.tasks.create({ ...task, ...stacked })).id, 'review');
}

async function seen(tasks: readonly Task[]) {
  const reviews = await Promise.all(tasks.map(({ id }) => bed.calls.reviews.get({ task: id })));
  return {
    base: reviews[0]?.base ?? '',
    changes: reviews.map(({ task, mergeBase, head, tree }) => ({ task, mergeBase, head, tree })),
  };
}

/** Resolves with a train as soon as it is as wanted. */
async function until(id: number, wanted: (train: Train) => boolean): Promise<Train> {
  const leave = new AbortController();
  try {
    for await (const change of await bed.calls.changes.follow(undefined, { signal: leave.signal })) {
      const all = change.type === 'snapshot' ? await bed.calls.trains.list() : [];
      const train = change.type === 'train.changed' ? change.train : all.find((one) => one.id === id);
      if (train?.id === id && wanted(train)) return train;
    }
    throw new Error('The changes ended.');
  } finally {
    leave.abort();
  }
}
const ended = ({ id }: Train) => until(id, ({ state }) => state === 'ended');
const states = ({ cars }: Train) => cars.map(({ state }) => state);
/** A check that says something only where a train runs it, and not in the worktree of an agent. */
const inTrain = (command: string) => `case "$PWD" in */train-*) ${command} ;; esac`;
const worktrees = () =>
  readdirSync(bed.config.folders.worktrees).flatMap((folder) =>
    readdirSync(join(bed.config.folders.worktrees, folder)),
  );

it('lands what passes on top of what landed before it, sends back what does not, and leaves what is after that', async () => {
  // Nothing is wrong with b and c but that they come together.
  const command = 'echo "checked $(ls *.txt | tr "\\n" " ")"; ! { test -e b.txt && test -e c.txt; }';
  await says(command, 'echo set >> .git-setup; echo up');
  await bed.repository.write('.gitignore', '.git-setup\n');
  await bed.repository.commit('Ignore');
  const [a, b, c, e] = [
    await inReview('[write: a.txt | a]'),
    await inReview('[write: b.txt | b]'),
    await inReview('[write: c.txt | c]'),
    await inReview('[write: e.txt | e]'),
  ] as const;
  const d = await inReview('[write: d.txt | d]', [c]);
  await bed.repository.write('mine.txt', 'in no commit');
  const before = await main();

  // What is not as it was seen, or cannot land with the others, refuses all of it, and nothing has begun.
  const all = await seen([a, b, d, c, e]);
  const wrong = all.changes.map((one, index) => (index === 1 ? { ...one, head: before } : one));
  await expect(bed.calls.trains.start({ ...all, changes: wrong })).rejects.toMatchObject({
    code: 'MOVED',
    message: expect.stringMatching(/^No train was begun, because of task \d+\. Nothing was merged: the change on/),
  });
  await expect(bed.calls.trains.start({ ...all, changes: all.changes.slice(2, 3) })).rejects.toMatchObject({
    code: 'WRONG_STATE',
    message: expect.stringContaining(`It lands after task ${c.id}, which is not on the train. Name that one, too.`),
  });
  expect(await bed.calls.trains.list()).toEqual([]);
  expect(await main()).toBe(before);

  const begun = await bed.calls.trains.start({ ...all, strategy: 'squash' });
  expect(begun.cars.map(({ task }) => task)).toEqual([a, b, c, d, e].map(({ id }) => id));
  expect((await now(e)).train).toMatchObject({ train: begun.id, place: 5, of: 5, state: 'waiting' });
  await expect(bed.calls.trains.start(await seen([e]))).rejects.toMatchObject({
    code: 'WRONG_STATE',
    message: `Task ${e.id} is on train ${begun.id} already. Wait for that (in the terminal: train show ${begun.id} --follow), or stop it.`,
  });
  const train = await ended(begun);
  expect(states(train)).toEqual(['landed', 'landed', 'returned', 'left', 'landed']);
  expect(train.cars[2]?.reason).toBe('Its check test failed on top of main as it is now (exit status 1).');
  expect(train.cars[3]?.reason).toBe(`It lands after task ${c.id}, which has not landed.`);

  // Each landed as the very commit that was checked, in order, and the person's own file is where it was.
  const oids = train.cars.flatMap(({ mergedOid }) => mergedOid ?? []);
  expect((await git('rev-list', '--reverse', `${before}..main`)).split('\n')).toEqual(oids);
  expect(await git('status', '--porcelain')).toBe('?? mine.txt');
  for (const [index, task] of [a, b, e].entries()) {
    const { state, outcome, checks } = await now(task);
    expect({ state, outcome }).toEqual({ state: 'done', outcome: 'merged' });
    const run = checks.find(({ train: of, name }) => of === train.id && name === 'test');
    expect(run).toMatchObject({ state: 'passed', head: oids[index], clean: true });
  }
  const printed = (await now(e)).checks.map(({ name, output }) => `${name}: ${output}`);
  expect(printed).toContain('test: checked a.txt b.txt e.txt');
  expect(printed).toContain('Worktree setup: up');
  expect(worktrees().filter((name) => name.startsWith('train'))).toEqual([]);
  expect(await git('worktree', 'list')).not.toContain('/train-');

  // The agent was told what failed, where, and how to see it.
  const back = await bed.reaches(c.id, 'review');
  const events = await bed.calls.sessions.read({ session: back.session ?? 0, after: 0 });
  const talk = JSON.stringify(events);
  expect(events.flatMap((event) => (event.type === 'prompt' ? [event.by] : []))).toEqual(['person', 'switchyard']);
  expect(talk).toContain('failed: echo');
  expect(talk).toContain('checked a.txt b.txt c.txt');
  expect(talk).toContain(`git merge --no-edit ${oids[1]}`);
  expect((await now(d)).train).toMatchObject({ state: 'left' });

  const decided = (await bed.calls.decisions.list({ after: 0, limit: 100 })).map((one) => openDecision(one));
  const kinds = decided.map((one) => `${one?.kind} ${one?.task ?? '-'} ${one?.rule ?? ''}`.trim());
  expect(kinds.slice(-5)).toEqual([
    'approve-train -',
    `approve ${a.id}`,
    `approve ${b.id}`,
    `request-changes ${c.id} train ${train.id}: what fails goes back to its agent`,
    `approve ${e.id}`,
  ]);
  expect(decided.at(-2)).toMatchObject({ by: `train ${train.id}` });
  expect(decided.at(-1)).toMatchObject({ by: 'person', answered: { strategy: 'squash', train: train.id } });
  expect((await bed.calls.decisions.check()).broken).toBeNull();

  // It passed on its branch, without all that landed meanwhile; what fails with that is not landed by a plain approval either.
  const approved = async (overrideChecks: boolean) => {
    const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: c.id });
    return bed.calls.tasks.approve({ task: c.id, base, mergeBase, head, tree, overrideChecks });
  };
  await bed.calls.tasks.discard({ task: d.id });
  const checkOf = (state: string) => [{ name: 'test', required: true, state }];
  expect(await bed.calls.reviews.get({ task: c.id })).toMatchObject({
    ...{ checks: checkOf('passed'), passedApart: { checks: ['test'], behind: 3 } },
  });
  const again = await seen([c]);
  expect(states(await ended(await bed.calls.trains.start(again)))).toEqual(['returned']);
  const { worktree } = await bed.reaches(c.id, 'review');
  // Nothing is known of what its agent made of it, and all of what the train checked.
  expect((await bed.calls.reviews.get({ task: c.id })).passedApart).toMatchObject({ behind: 3 });
  await git('-C', worktree ?? '', 'reset', '-q', '--hard', again.changes[0]?.head ?? '');
  const passes = async (command: string) => {
    await says(command);
    await bed.calls.checks.run({ task: c.id });
    const ran = ({ name, train, ...run }: Check) =>
      name === 'test' && train === null && run.command === command && run.state === 'passed' && !run.stale;
    await bed.until(c.id, ({ checks }) => checks.some(ran));
  };
  await passes(command);
  expect(await bed.calls.reviews.get({ task: c.id })).toMatchObject({
    ...{ checks: checkOf('failed-on-top'), passedApart: null },
  });
  await expect(approved(false)).rejects.toMatchObject({
    code: 'CHECKS_NOT_PASSED',
    message: `Nothing was merged: required checks have not passed on this change: test failed on a train, on top of its base as that is now. Mend that, have what would land checked again (in the terminal: task land ${c.id}), or approve all the same by overriding them (--override-checks).`,
  });
  // Of another check nothing is known there.
  await passes('true');
  expect((await bed.calls.reviews.get({ task: c.id })).passedApart).toMatchObject({ behind: 3 });
  await passes(command);
  expect(await approved(true)).toMatchObject({ outcome: 'merged' });
  const [last] = (await bed.calls.decisions.list({ after: 0, limit: 500, task: c.id })).map(openDecision).slice(-1);
  expect(last).toMatchObject({ answered: { overrideChecks: true }, shown: { checks: checkOf('failed-on-top') } });
});

it('goes on after a restart where it stopped, gives what conflicts back, and checks again on a base that moved', async () => {
  const gate = join(bed.folder, 'gate');
  await says(inTrain(`while [ ! -e '${gate}' ]; do sleep 0.05; done; cat moved 2>/dev/null; true`));
  const [f, g, h] = [
    await inReview('[write: f.txt | f]'),
    await inReview('[write: f.txt | other]'),
    await inReview('[write: h.txt | h]'),
  ] as const;
  const begun = await bed.calls.trains.start(await seen([f, g, h]));
  await until(begun.id, ({ cars }) => cars[0]?.state === 'checking');
  await bed.until(f.id, ({ checks }) => checks.some(({ state, train }) => state === 'running' && train === begun.id));
  bed = await bed.restart();
  await bed.until(f.id, ({ checks }) => checks.some(({ state, train }) => state === 'running' && train === begun.id));
  // Somebody else commits to the base, and what was being checked is checked again on that.
  await bed.repository.write('moved', 'moved on\n');
  await bed.repository.commit('Move on');
  const moved = await main();
  await writeFile(gate, '');
  const train = await ended(begun);
  expect(states(train)).toEqual(['landed', 'returned', 'landed']);
  expect(train.cars[1]?.reason).toBe('It conflicts with main in f.txt.');
  expect(await git('merge-base', moved, 'main')).toBe(moved);
  expect((await now(f)).checks.find(({ train: of }) => of === begun.id)?.output).toBe('moved on');
  expect(await bed.reaches(g.id, 'review')).toMatchObject({ state: 'review' });
  await bed.calls.tasks.discard({ task: g.id });
});

it('is stopped by a word, and lets a person do with a change what they want meanwhile', async () => {
  await says(inTrain('touch left-behind; while :; do sleep 0.05; done'));
  const [i, j, k, n] = [
    await inReview('[write: i.txt | i]'),
    await inReview('[write: j.txt | j]'),
    await inReview('[write: k.txt | k]'),
    await inReview('[write: n.txt | n]'),
  ] as const;
  const before = await main();
  const begun = await bed.calls.trains.start(await seen([i, j, k]));
  await bed.until(i.id, ({ checks }) => checks.some(({ state, train }) => state === 'running' && train === begun.id));
  await bed.calls.tasks.reject({ task: j.id, comment: 'Otherwise, please.' });
  // The one behind it begins when this has ended, and is ended by itself.
  const behind = await bed.calls.trains.start(await seen([n]));
  const stopped = await bed.calls.trains.stop({ train: begun.id });
  expect(await bed.calls.trains.get({ train: behind.id })).toMatchObject({ state: 'open' });
  await bed.until(n.id, ({ checks }) => checks.some(({ state, train }) => state === 'running' && train === behind.id));
  expect(states(await bed.calls.trains.stop({ train: behind.id }))).toEqual(['left']);
  expect(stopped).toMatchObject({ state: 'ended', reason: 'You stopped the train.' });
  expect(states(stopped)).toEqual(['left', 'left', 'left']);
  await expect(bed.calls.trains.stop({ train: begun.id })).rejects.toMatchObject({ code: 'WRONG_STATE' });
  expect(await main()).toBe(before);
  expect(await now(i)).toMatchObject({ state: 'review', train: { state: 'left', reason: 'You stopped the train.' } });
  expect(worktrees().filter((name) => name.startsWith('train'))).toEqual([]);
  await bed.reaches(j.id, 'review');

  // Of what was made from one prompt one is to land.
  const agents = [{ agent: 'echo' }, { agent: 'echo' }];
  const contest = { repositoryId: repository, title: 'Twice', prompt: '[write: m.txt | m]', agents };
  const rivals = await Promise.all(
    (await bed.calls.contests.create(contest)).map(({ id }) => bed.reaches(id, 'review')),
  );
  await expect(bed.calls.trains.start(await seen(rivals))).rejects.toMatchObject({
    code: 'WRONG_STATE',
    message: expect.stringMatching(/were made from one prompt, of which one is to land\. Compare them/),
  });

  // Nor on two trains.
  const [rival, other] = rivals as [Task, Task];
  const first = await bed.calls.trains.start(await seen([rival]));
  await expect(bed.calls.trains.start(await seen([other]))).rejects.toMatchObject({
    code: 'WRONG_STATE',
    message: expect.stringContaining(`task ${rival.id} is on train ${first.id}. Leave task ${other.id} out`),
  });
  await bed.calls.trains.stop({ train: first.id });

  // What is known to have failed on that very commit is not tried on top of others.
  await says('false');
  const o = await inReview('[write: o.txt | o]');
  await expect(bed.calls.trains.start(await seen([n, o]))).rejects.toMatchObject({
    code: 'CHECKS_NOT_PASSED',
    message: `No train was begun, because of task ${o.id}. Required checks have not passed on this change: test failed. Leave it out, run them again (in the terminal: check run ${o.id}), or approve it alone by overriding them (--override-checks).`,
  });

  // Without checks nothing looks at what comes of a base that moved, so such a train ends there.
  await says(null);
  const l = await inReview('[write: l.txt | l]', [i]);
  const all = await seen([i, k]);
  await bed.repository.write('again', 'again\n');
  await bed.repository.commit('Move again');
  await expect(bed.calls.trains.start(all)).rejects.toMatchObject({ code: 'MOVED' });
  // What is after another one lands behind it, brought onto what that became.
  const three = await bed.calls.trains.start({ ...(await seen([l, i, k])), strategy: 'ff' });
  expect(three.cars.map(({ task }) => task)).toEqual([i.id, l.id, k.id]);
  expect(states(await ended(three))).toEqual(['landed', 'landed', 'landed']);
  expect(await git('ls-tree', '--name-only', 'main', 'i.txt', 'k.txt', 'l.txt')).toBe('i.txt\nk.txt\nl.txt');
  expect(await git('rev-list', '--count', '--merges', `${before}..main`)).toBe('0');
});
