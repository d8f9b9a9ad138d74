import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Task } from '../../core/contract/task';
import { contents } from '../core/git/fixture';
import { randomFrom } from '../support/random';
import { type Bed, openBed } from '../support/runtime';

/**
 * Between the view of a change and its approval, or while that is carried out, its branch, its base or its worktree is moved
 * by another git. SWITCHYARD_TEST_SETS=all makes it two hundred races, and a hundred conflicting merges; SWITCHYARD_TEST_RACES any other number.
 */
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261122);
const all = process.env.SWITCHYARD_TEST_SETS === 'all';
const races = Number(process.env.SWITCHYARD_TEST_RACES ?? (all ? 200 : 8));
const run = promisify(execFile);

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
});
afterEach(() => bed.close());

let made = 0;
async function inReview(text: string): Promise<Task> {
  const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  made += 1;
  const prompt = `[write: file-${made}.txt | ${text}]`;
  const { id } = await bed.calls.tasks.create({ repositoryId, title: `Race ${made}`, prompt, agent: 'echo' });
  return bed.reaches(id, 'review');
}

const strategies = ['merge', 'squash', 'rebase'] as const;
/** What is moved, and when: before the approval is sent, or while it is carried out. */
const movers = ['head', 'base', 'both', 'rewritten', 'worktree'] as const;

/** Resolves whether the base has moved where that was asked for. */
async function move(task: Task, what: (typeof movers)[number], round: string): Promise<boolean> {
  const top = task.worktree ?? '';
  const commit = async (folder: string, file: string, ...more: string[]) => {
    await writeFile(join(folder, file), round);
    // Somebody else at work in the same checkout may hold its lock; then this one did not move.
    await run('git', ['-C', folder, 'add', file]).catch(() => {});
    const env = { ...process.env, HOME: join(bed.folder, 'home') };
    return run('git', ['-C', folder, 'commit', '-q', '-m', `Race ${round}`, ...more, '--', file], { env }).then(
      () => true,
      () => false,
    );
  };
  if (what === 'worktree') await writeFile(join(top, 'unseen.txt'), round).catch(() => {});
  if (what === 'head' || what === 'both') await commit(top, 'unseen.txt').catch(() => {});
  if (what === 'rewritten') await commit(top, 'unseen.txt', '--amend').catch(() => {});
  return (what === 'base' || what === 'both') && (await commit(bed.repository.path, `beside-${round}.txt`));
}

/** One race for each number. `bound` false approves whatever is there by then, as if nothing were bound to what was seen. */
async function race(numbers: readonly number[], bound: boolean) {
  const random = randomFrom(seed);
  const { git } = bed.repository;
  const ends = { landed: 0, refused: 0, unseen: 0 };
  let task = await inReview('first');
  for (const number of numbers) {
    const what = movers[number % movers.length] ?? 'head';
    const round = `${bound ? 'b' : 'c'}${number}`;
    await move(task, 'base', `${round}-before`);
    const seen = await bed.calls.reviews.get({ task: task.id });
    const ids = ({ base, mergeBase, head, tree }: typeof seen) => ({ task: task.id, base, mergeBase, head, tree });
    const strategy = strategies[Math.floor(random() * strategies.length)];
    const approve = async () => {
      const approval = ids(bound ? seen : await bed.calls.reviews.get({ task: task.id }));
      return bed.calls.tasks.approve({ ...approval, strategy }).then(
        (done) => done,
        (failure: { code?: string }) => failure.code ?? String(failure),
      );
    };
    const before = number % 3 === 0;
    if (before) await move(task, what, round);
    const moving = before
      ? Promise.resolve(true)
      : new Promise((resolve) => setTimeout(resolve, random() * 250)).then(() => move(task, what, round));
    const [end, hasMoved] = await Promise.all([approve(), moving]);
    const at = `seed ${seed}, race ${round} (${what}, ${strategy}): ${typeof end === 'string' ? end : end.state}`;
    if (typeof end === 'string') {
      ends.refused += 1;
      expect(['MOVED', 'CHECKOUT_IN_THE_WAY', 'CONFLICT'], at).toContain(end);
      expect((await bed.calls.tasks.get({ task: task.id })).state, at).toBe('review');
      // What was refused is nowhere on the base.
      expect(await git('ls-tree', '--name-only', 'main', `file-${made}.txt`), at).toBe('');
      // What a worktree holds that is in no commit would be in the way of every race to come.
      if (what === 'worktree') await move(task, 'head', `${round}-after`);
    } else {
      ends.landed += 1;
      // The one commit that may carry it: what was seen of both sides, merged as git itself merges them.
      const [tree] = (await git('merge-tree', '--write-tree', seen.base, seen.head)).split('\n');
      const [onto] = (await git('rev-list', '--first-parent', '--reverse', `${seen.base}..${end.mergedOid}`)).split(
        '\n',
      );
      const isOnto = (await git('rev-parse', `${onto}^1`)) === seen.base;
      const isSeen = isOnto && (await git('rev-parse', `${end.mergedOid}^{tree}`)) === tree;
      if (!isSeen) ends.unseen += 1;
      if (bound) expect(isSeen, at).toBe(true);
      expect(await git('merge-base', '--is-ancestor', end.mergedOid ?? '', 'main').catch(() => 'no'), at).toBe('');
      task = await inReview(round);
    }
    expect(existsSync(join(bed.repository.path, '.git/MERGE_HEAD')), at).toBe(false);
    // Somebody's commit that met the landing's lock is theirs to make again: what they had staged for it still stands there.
    const beside = `beside-${round}.txt`;
    const staged = await git('status', '--porcelain', '--untracked-files=no');
    expect(staged, at).toBe(hasMoved || staged === '' ? '' : `A  ${beside}`);
    if (staged !== '') await git('commit', '-q', '-m', `Race ${round}`, '--', beside);
  }
  return ends;
}

it('never merges an id that was not seen, whatever moves between the view and the approval', async () => {
  const numbers = Array.from({ length: races }, (_, number) => number);
  const { unseen, ...ends } = await race(numbers, true);
  const control = await race(numbers.slice(0, Math.max(6, races / 10)), false);
  const line = { promise: 'G2 approve-races', n: races, violations: unseen, control: control.unseen, ...ends };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  expect(unseen).toBe(0);
  // The same races without the binding do merge what nobody saw, and the bound ones were not all refused before they began.
  expect(control.unseen).toBeGreaterThan(0);
  expect(ends.refused).toBeGreaterThan(0);
}, 1_800_000);

it('leaves checkout, index and refs as they are by merges that conflict', async () => {
  const task = await inReview('theirs');
  const { git, path } = bed.repository;
  await bed.repository.write(`file-${made}.txt`, 'ours\n');
  await bed.repository.commit('Conflict');
  await bed.repository.write('source/app.txt', 'edited by hand\n');
  await bed.repository.write('untracked.txt', 'mine');
  const look = async () => [contents(path), await git('status', '--porcelain'), await git('for-each-ref')];
  const before = await look();
  const many = Math.ceil(races / 2);
  let violations = 0;
  for (let number = 0; number < many; number += 1) {
    const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: task.id });
    const strategy = (['ff', ...strategies] as const)[number % 4];
    const code = await bed.calls.tasks.approve({ task: task.id, base, mergeBase, head, tree, strategy }).then(
      () => 'landed',
      (failure: { code?: string }) => failure.code,
    );
    expect(code).toBe('CONFLICT');
    if (existsSync(join(path, '.git/MERGE_HEAD'))) violations += 1;
  }
  expect(await look()).toEqual(before);
  // The control: git itself, merging the same two, leaves the checkout half merged.
  await git('checkout', '-q', '--', 'source/app.txt');
  await git('merge', '-q', task.branch ?? '').catch(() => {});
  const control = Number(existsSync(join(path, '.git/MERGE_HEAD')));
  const line = { promise: 'G3 conflicting merges', n: many, violations, control };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  expect([violations, control]).toEqual([0, 1]);
}, 600_000);
