import { mkdtempSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stackText } from '../../../cli/stack-text';
import { alone } from '../../../core/commands/acting';
import { approvalsOf } from '../../../core/contract/review';
import type { Task } from '../../../core/contract/task';
import type { Execution } from '../../../core/starter/process';
import { type Bed, openBed } from '../../support/runtime';
import { execute } from '../../support/starter';

let bed: Bed;
let repositoryId: number;
/** What a test has happen before a command of the runtime's starts. */
let atStart: (what: Execution) => Promise<void> = async () => {};
beforeAll(async () => {
  bed = await openBed({
    environment: { PATH: `${await refusingGit(full)}:${process.env.PATH}` },
    async execute(what) {
      await atStart(what);
      return execute(what);
    },
  });
  ({ id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true }));
});
afterAll(async () => {
  await bed.close();
  await rm(full, { recursive: true, force: true });
});

/** A git that writes no files as long as there is a file `full` beside it, as on a full disk. */
const full = mkdtempSync(join(tmpdir(), 'switchyard-full-'));
async function refusingGit(folder: string): Promise<string> {
  const program = `#!/bin/sh
PATH='${process.env.PATH}'
case "$*" in *checkout-index*) [ -e '${folder}/full' ] && echo 'No space left on device' >&2 && exit 1 ;; esac
exec git "$@"
`;
  await writeFile(join(folder, 'git'), program, { mode: 0o755 });
  return folder;
}

const git = (...args: string[]) => bed.repository.git(...args);
const inIt = (task: Task, ...args: string[]) => git('-C', task.worktree ?? '', ...args);
const create = (prompt: string, after: readonly Task[] = []) =>
  bed.calls.tasks.create({
    ...{ repositoryId, title: 'Change', prompt, agent: 'echo' },
    ...(after.length > 0 && { after: after.map(({ id }) => id), when: 'review' as const }),
  });
const inReview = async (prompt: string, after: readonly Task[] = []) =>
  bed.reaches((await create(prompt, after)).id, 'review');
const review = ({ id }: Task) => bed.calls.reviews.get({ task: id });
const now = ({ id }: Task) => bed.calls.tasks.get({ task: id });
const filesOf = async (task: Task) => (await review(task)).files.map(({ path }) => path);
/** Waits until a task stands on the changes as they are now, or on its base. */
const stands = (task: Task, on: readonly Task[]) =>
  bed.until(
    task.id,
    ({ stack, state }) => state === 'review' && `${stack?.on ?? ''}` === `${on.map(({ id }) => id)}` && !stack?.problem,
  );

async function approve(task: Task, strategy?: 'ff' | 'merge' | 'squash' | 'rebase'): Promise<Task> {
  const { base, mergeBase, head, tree } = await review(task);
  return bed.calls.tasks.approve({ task: task.id, base, mergeBase, head, tree, strategy });
}

/** The person commits in a task's worktree, and the review is looked at. */
async function commitIn(task: Task, path: string, text: string): Promise<string> {
  await writeFile(join(task.worktree ?? '', path), text);
  await inIt(task, 'add', '-A');
  await inIt(task, 'commit', '-q', '-m', `Write ${path}`);
  return (await review(task)).head;
}

it('a task that starts from the branch of another shows its own change, follows it, and lands after it', async () => {
  const a = await inReview('[write: a.txt | a]');
  const b = await inReview('[write: b.txt | b]', [a]);
  expect(await readFile(join(b.worktree ?? '', 'a.txt'), 'utf8')).toBe('a\n');
  expect(b).toMatchObject({ after: [a.id], landsAfter: [a.id], stack: { on: [a.id], problem: null } });
  expect(b.change?.files).toBe(1);
  expect(await now(a)).toMatchObject({ before: [b.id] });
  expect(await filesOf(b)).toEqual(['b.txt']);
  expect(await review(b)).toMatchObject({ held: `It lands after task ${a.id}, which is in review.`, strategies: [] });
  await expect(approve(b)).rejects.toMatchObject({
    code: 'WRONG_STATE',
    message: `Nothing was merged: It lands after task ${a.id}, which is in review. Or approve all it is after first, and it, in order (in the terminal: task approve ${b.id} --stack).`,
  });

  // What the person left there uncommitted stays, byte for byte.
  await writeFile(join(b.worktree ?? '', 'mine.txt'), 'mine\n');
  const before = (await review(b)).head;
  const head = await commitIn(a, 'more.txt', 'more\n');
  await expect.poll(async () => (await review(b)).mergeBase, { timeout: 30_000 }).toBe(head);
  expect(await filesOf(b)).toEqual(['b.txt']);
  expect(await inIt(b, 'status', '--porcelain')).toBe('?? mine.txt');
  expect(await git('for-each-ref', '--format=%(objectname)', `refs/switchyard/backup/${b.id}/`)).toBe(before);
  expect(await inIt(b, 'log', '--format=%s', `${head}..`)).toBe('Change');
  await inIt(b, 'clean', '-q', '-f', 'mine.txt');

  await approve(a, 'squash');
  const free = await stands(b, []);
  expect(free.landsAfter).toEqual([]);
  expect(await filesOf(b)).toEqual(['b.txt']);
  expect(await approve(b, 'ff')).toMatchObject({ outcome: 'merged' });
  expect(await git('log', '-2', '--format=%s', 'main')).toBe('Change\nChange');
});

it('a diamond lands in order at one word, and what was seen is what lands', async () => {
  const a = await inReview('[write: a | a]');
  const made = [await create('[write: b | b]', [a]), await create('[write: c | c]', [a])];
  const [b, c] = (await Promise.all(made.map(({ id }) => bed.reaches(id, 'review')))) as [Task, Task];
  const d = await inReview('[write: d | d]', [b, c]);
  expect(await filesOf(d)).toEqual(['d']);
  expect(await inIt(d, 'ls-files', 'a', 'b', 'c', 'd')).toBe('a\nb\nc\nd');
  await bed.repository.write('main', 'main\n');
  await bed.repository.commit('Main moves');
  const seen = async () => {
    const stack = await bed.calls.tasks.stack({ task: d.id });
    return { base: stack[0]?.base ?? '', approvals: approvalsOf(stack) };
  };
  const { base, approvals } = await seen();
  expect(approvals.map(({ task }) => task)).toEqual([a.id, b.id, c.id, d.id]);
  await expect(bed.calls.tasks.approveStack({ base, approvals: approvals.slice(1) })).rejects.toMatchObject({
    code: 'MOVED',
  });
  const wrong = approvals.map((one, index) => (index === 2 ? { ...one, head: base } : one));
  await expect(bed.calls.tasks.approveStack({ base, approvals: wrong, strategy: 'merge' })).rejects.toMatchObject({
    code: 'MOVED',
    message: `The change of task ${c.id} moved since you looked. Look at task ${c.id} again, then approve.`,
  });
  // It is the same commit, and was shown from another one on.
  const longer = approvals.map((one, index) => (index === 2 ? { ...one, mergeBase: base } : one));
  await expect(bed.calls.tasks.approveStack({ base, approvals: longer, strategy: 'merge' })).rejects.toMatchObject({
    code: 'MOVED',
    message: `What the change of task ${c.id} is compared with moved since you looked. Look at task ${c.id} again, then approve.`,
  });
  expect((await now(a)).state).toBe('review');
  // What comes up on the way stops there, and what has landed by then has.
  await writeFile(join(c.worktree ?? '', 'unseen'), 'unseen\n');
  await expect(bed.calls.tasks.approveStack({ base, approvals, strategy: 'merge' })).rejects.toMatchObject({
    message: expect.stringMatching(
      `^Landed: task ${a.id}, task ${b.id}\\. Not landed: task ${c.id} and what comes after it\\.`,
    ),
  });
  await rm(join(c.worktree ?? '', 'unseen'));
  await Promise.all([stands(c, []), stands(d, [c])]);
  await bed.calls.tasks.approveStack({ ...(await seen()), strategy: 'rebase' });
  for (const task of [a, b, c, d]) expect(await now(task)).toMatchObject({ outcome: 'merged' });
  expect(await git('ls-tree', '--name-only', 'main', 'a', 'b', 'c', 'd', 'main')).toBe('a\nb\nc\nd\nmain');
  expect(await git('status', '--porcelain')).toBe('');
});

it('a change that is just being brought on is looked at when that is over, and lands with its stack', async () => {
  const a = await inReview('[write: turn-a | a]');
  const b = await inReview('[write: turn-b | b]', [a]);
  const stack = await bed.calls.tasks.stack({ task: b.id });
  const [first, last] = stack;
  const approvals = approvalsOf(stack);
  let approving: Promise<unknown> = Promise.resolve();
  // As a restack has it: the branch has moved, which is not written down before the turn is over.
  await alone(b.id, async () => {
    atStart = async ({ args }) => {
      if (!args.includes('update-ref') || !args.includes('refs/heads/main')) return;
      atStart = async () => {};
      await git('update-ref', `refs/heads/${b.branch}`, first?.base ?? '', last?.head ?? '');
    };
    approving = bed.calls.tasks.approveStack({ base: first?.base ?? '', approvals, strategy: 'merge' });
    approving.catch(() => {});
    await bed.until(a.id, ({ state }) => state === 'done');
    // The landing of the first is over once its turn is, and then the other is next.
    await alone(a.id, async () => {});
    // A look at it that did not wait for its turn opens the repository once, so it is over by the end of these.
    for (let count = 0; count < 20; count += 1) await bed.calls.repositories.inspect({ path: bed.repository.path });
    await git('update-ref', `refs/heads/${b.branch}`, last?.head ?? '', first?.base ?? '');
  });
  expect(await approving).toMatchObject([
    { id: a.id, outcome: 'merged' },
    { id: b.id, outcome: 'merged' },
  ]);
});

it('a change that was put back to where it was before a restack lands as it is shown then, with its stack and on a train', async () => {
  const a = await inReview('[write: again-a | a]');
  const b = await inReview('[write: again-b | b]', [a]);
  const shown = await review(b);
  const onto = await commitIn(a, 'again-more', 'more\n');
  await expect.poll(async () => (await review(b)).mergeBase, { timeout: 30_000 }).toBe(onto);
  await inIt(b, 'reset', '-q', '--hard', shown.head);
  const stack = await bed.calls.tasks.stack({ task: b.id });
  expect(stack.at(-1)).toMatchObject({ head: shown.head, mergeBase: shown.mergeBase, problem: null });
  const landed = await bed.calls.tasks.approveStack({ base: stack[0]?.base ?? '', approvals: approvalsOf(stack) });
  expect(landed).toMatchObject([{ outcome: 'merged' }, { outcome: 'merged' }]);

  const below = await inReview('[write: back-a | a]');
  const freed = await inReview('[write: back-b | b]', [below]);
  const { head: before, mergeBase: begins } = await review(freed);
  await approve(below, 'merge');
  await stands(freed, []);
  await inIt(freed, 'reset', '-q', '--hard', before);
  const { base, task, mergeBase, head, tree } = await review(freed);
  expect([head, mergeBase]).toEqual([before, begins]);
  const { id } = await bed.calls.trains.start({ base, changes: [{ task, mergeBase, head, tree }] });
  const train = () => bed.calls.trains.get({ train: id });
  await expect.poll(async () => (await train()).state, { timeout: 30_000 }).toBe('ended');
  expect((await train()).cars).toMatchObject([{ state: 'landed', reason: null }]);
});

it('what conflicts is given to its agent once, and shown when that did not help', async () => {
  const a = await inReview('[write: both.txt | from a]');
  const b = await inReview('[write: both.txt | from b]', [a]);
  // What a person left there must not come into the agent's commit.
  await writeFile(join(b.worktree ?? '', 'mine.txt'), 'mine\n');
  await commitIn(a, 'both.txt', 'from a, otherwise\n');
  const kept = await bed.until(
    b.id,
    ({ stack }) => stack?.problem?.includes('edits in mine.txt, in no commit') === true,
  );
  expect(kept.state).toBe('review');
  await inIt(b, 'clean', '-q', '-f', 'mine.txt');
  await bed.calls.tasks.restack({ task: b.id });
  const told = await bed.until(
    b.id,
    ({ stack, state }) => state === 'review' && stack?.problem?.includes('did not') === true,
  );
  const said = JSON.stringify(await bed.calls.sessions.read({ session: told.session ?? 0, after: 0 }));
  expect(said).toContain(`Your change conflicts with the change of task ${a.id}`);
  expect(said).toContain('- both.txt (content): Both changed the same lines.');
  await expect(bed.calls.tasks.restack({ task: b.id })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('in both.txt, which its agent did not resolve.'),
  });
  const merge = /git merge --no-edit ([0-9a-f]{40})/.exec(said)?.[1] ?? '';
  await inIt(b, 'merge', '-q', '-X', 'ours', '--no-edit', merge);
  await bed.calls.tasks.restack({ task: b.id });
  expect((await now(b)).stack).toEqual({ on: [a.id], problem: null });
  expect((await filesOf(b)).sort()).toContain('both.txt');
  await bed.calls.tasks.discard({ task: a.id });
  expect((await review(b)).held).toContain(`task ${a.id}, which was discarded. Restore that one`);
  await expect(approve(b)).rejects.toMatchObject({
    message: expect.stringContaining(`task edit ${b.id} --detach ${a.id}`),
  });
  // Taken off it, it is to stand on its base, where there is no such file to change.
  await bed.calls.tasks.edit({ task: b.id, detach: [a.id] });
  const off = await bed.until(b.id, ({ stack }) => stack?.problem?.includes('main in both.txt, which') === true);
  expect(off.state).toBe('review');
  // Its agent was told how; done as told, the change is its own alone, and lands.
  const again = JSON.stringify(await bed.calls.sessions.read({ session: off.session ?? 0, after: 0 }));
  const last = [...again.matchAll(/git merge --no-edit ([0-9a-f]{40})/g)].at(-1)?.[1] ?? '';
  await inIt(b, 'merge', '-q', '--no-edit', last).catch(() => {});
  await writeFile(join(b.worktree ?? '', 'both.txt'), 'from b\n');
  await inIt(b, 'add', '-A');
  await inIt(b, 'commit', '-q', '--no-edit');
  // What was found of the commit before is not said of this one.
  expect((await review(b)).held ?? '').not.toContain('did not resolve');
  await bed.calls.tasks.restack({ task: b.id });
  expect((await now(b)).stack).toBe(null);
  expect(await review(b)).toMatchObject({ held: null });
  await approve(b);
});

it('a conflict with what was below it is resolved by its agent or by hand, all say the same of it, and then it lands', async () => {
  const a = await inReview('[write: rl.txt | a]');
  const b = await inReview('[write: rl.txt | b]', [a]);
  await bed.calls.tasks.reject({ task: a.id, comment: '[write: rl.txt | changed]' });
  await bed.until(a.id, ({ state }) => state === 'running');
  await bed.reaches(a.id, 'review');
  await approve(a, 'squash');
  const isStuck = ({ state, stack }: Task) =>
    state === 'review' && stack?.problem?.includes('main in rl.txt, which') === true;
  const { worktree, stack } = await bed.until(b.id, isStuck);
  expect(stack?.problem).toBe(
    `It conflicts with main in rl.txt, which its agent did not resolve. Have it try again (in the terminal: task resolve ${b.id}), or resolve it yourself in ${worktree}: git merge main, mend what conflicts, and commit. It is looked at again then.`,
  );
  const conflict = { path: 'rl.txt', kind: 'content' };
  expect(await review(b)).toMatchObject({
    conflicts: [conflict],
    held: expect.stringContaining(stack?.problem ?? '-'),
  });
  expect((await bed.calls.tasks.overlap({ task: b.id, with: null })).files).toMatchObject([
    { path: 'rl.txt', conflict: 'content' },
  ]);
  await expect(approve(b)).rejects.toMatchObject({ message: expect.stringContaining(`task resolve ${b.id}`) });
  // Its agent is told once more, by a person.
  await bed.calls.tasks.resolve({ task: b.id });
  const decided = await bed.calls.decisions.list({ after: 0, limit: 500, task: b.id });
  expect(JSON.parse(decided.at(-1)?.text ?? '')).toMatchObject({
    ...{ kind: 'request-changes', answered: { resolve: [conflict] } },
  });
  await bed.until(b.id, isStuck);
  // As it says, by hand.
  await inIt(b, 'merge', '-q', 'main').catch(() => {});
  await writeFile(join(b.worktree ?? '', 'rl.txt'), 'both\n');
  await inIt(b, 'commit', '-q', '-a', '--no-edit');
  const head = await inIt(b, 'rev-parse', 'HEAD');
  // Nobody has looked at it before it is approved.
  const [base, tree] = (await inIt(b, 'rev-parse', 'main', 'HEAD^{tree}')).split('\n');
  const ids = { task: b.id, base: base ?? '', mergeBase: base ?? '', head, tree: tree ?? '' };
  const landed = await bed.calls.tasks.approve(ids);
  expect(landed).toMatchObject({ outcome: 'merged', mergedOid: head });
  expect(await git('show', 'main:rl.txt')).toBe('both');
  // What is kept of it is what came onto its base, and not how it differs from what was below it once.
  const kept = (await bed.calls.decisions.list({ after: 0, limit: 500, task: b.id })).at(-1)?.text ?? '';
  expect(JSON.parse(kept).shown).toMatchObject({ mergeBase: base, checkout: expect.anything() });
});

it.each([
  ['by the approval itself', false],
  ['between the look and the approval', true],
])(
  'what was left of a change below, and was never shown, does not land with one that is freed %s',
  async (_, before) => {
    const [left, dropped] = [`left-${before}.txt`, `dropped-${before}.txt`];
    const a = await inReview(`[write: ${left} | a]`);
    await commitIn(a, dropped, 'never to land\n');
    const b = await inReview(`[write: ${left} | b]`, [a]);
    await inIt(a, 'rm', '-q', dropped);
    await commitIn(a, left, 'changed\n');
    await bed.until(
      b.id,
      ({ state, stack }) => state === 'review' && stack?.problem?.includes(`${left}, which`) === true,
    );
    await approve(a, 'squash');
    await bed.until(
      b.id,
      ({ state, stack }) => state === 'review' && stack?.problem?.includes(`main in ${left}, which`) === true,
    );
    // While it is held it is compared with what was below it.
    const { mergeBase } = await review(b);
    await inIt(b, 'merge', '-q', 'main').catch(() => {});
    await writeFile(join(b.worktree ?? '', left), 'both\n');
    await inIt(b, 'commit', '-q', '-a', '--no-edit');
    const [base = '', head = '', tree = ''] = (await inIt(b, 'rev-parse', 'main', 'HEAD', 'HEAD^{tree}')).split('\n');
    if (before) {
      await review(b);
      expect((await stands(b, [])).change?.files).toBe((await filesOf(b)).length);
    }
    await expect(bed.calls.tasks.approve({ task: b.id, base, mergeBase, head, tree })).rejects.toMatchObject({
      code: 'MOVED',
      message: `Nothing was merged: what the change is compared with moved from ${mergeBase.slice(0, 10)} to ${base.slice(0, 10)} since you looked. Look at task ${b.id} again, then approve.`,
    });
    expect(await git('ls-tree', '--name-only', 'main', dropped)).toBe('');
    // Shown, it is what is approved.
    expect(await filesOf(b)).toContain(dropped);
    await approve(b);
  },
);

it('what a change below was taken off goes from those above, also where a person merged that one into them', async () => {
  const a = await inReview('[write: off.txt | a]');
  await commitIn(a, 'taken-off.txt', 'never to land\n');
  const b = await inReview('[write: off-b.txt | b]', [a]);
  const c = await inReview('[write: off.txt | c]', [b]);
  expect(await filesOf(c)).toEqual(['off.txt']);
  await bed.calls.tasks.edit({ task: b.id, detach: [a.id] });
  await stands(b, []);
  const isStuck = ({ state, stack }: Task) =>
    state === 'review' && stack?.problem?.includes('in off.txt, which its agent did not resolve') === true;
  await bed.until(c.id, isStuck);
  // Holds all of the change below, and what that was taken off, too.
  await inIt(c, 'merge', '-q', '--no-edit', b.branch ?? '');
  await expect(bed.calls.tasks.restack({ task: c.id })).rejects.toMatchObject({ code: 'CONFLICT' });
  const { stack } = await bed.until(c.id, isStuck);
  // As it says.
  await inIt(c, 'merge', '-q', /git merge (\S+),/.exec(stack?.problem ?? '')?.[1] ?? '').catch(() => {});
  await writeFile(join(c.worktree ?? '', 'off.txt'), 'c\n');
  await inIt(c, 'add', '-A');
  await inIt(c, 'commit', '-q', '--no-edit');
  await bed.calls.tasks.restack({ task: c.id });
  await stands(c, [b]);
  const files = await filesOf(c);
  expect([files.includes('off.txt'), files.includes('taken-off.txt')]).toEqual([true, false]);
});

it('a restack that broke off is said, finished before its agent goes on, and nothing below is taken back', async () => {
  const a = await inReview('[write: full.txt | a]');
  const b = await inReview('[write: full-b.txt | b]', [a]);
  await writeFile(join(full, 'full'), '');
  await commitIn(a, 'full-more.txt', 'more of a\n');
  const stuck = await bed.until(b.id, ({ stack }) => stack?.problem?.includes('could not be restacked') === true);
  expect(stuck.stack?.problem).toMatch(new RegExp(`then restack \\(in the terminal: task restack ${b.id}\\)\\.$`));
  await expect(bed.calls.tasks.reject({ task: b.id, comment: 'Go on' })).rejects.toMatchObject({
    code: 'CHECKOUT_IN_THE_WAY',
  });
  await rm(join(full, 'full'));
  await bed.calls.tasks.reject({ task: b.id, comment: '[write: full-c.txt | c]' });
  await bed.until(b.id, ({ state }) => state === 'running');
  await bed.until(b.id, ({ state, stack }) => state === 'review' && stack?.problem === null);
  expect((await filesOf(b)).sort()).toEqual(['full-b.txt', 'full-c.txt']);
  expect(await readFile(join(b.worktree ?? '', 'full-more.txt'), 'utf8')).toBe('more of a\n');
});

it('what is said of a task that is to stand on nothing any more goes with that, and its change compares with its base', async () => {
  const a = await inReview('[write: same-2.txt | a]');
  const b = await inReview('[write: same-2.txt | b]');
  await bed.calls.tasks.edit({ task: b.id, after: [a.id], when: 'review' });
  await bed.until(b.id, ({ state, stack }) => state === 'review' && stack?.problem?.includes('did not') === true);
  await bed.calls.tasks.edit({ task: b.id, detach: [a.id] });
  await bed.until(b.id, ({ stack }) => stack === null);
  expect((await review(b)).held).toBe(null);
  expect(await approve(b)).toMatchObject({ outcome: 'merged' });
});

it('edits in the way are named and left alone, and nothing moves until they are gone', async () => {
  const a = await inReview('[write: way.txt | a]');
  const b = await inReview('[write: b2.txt | b]', [a]);
  await writeFile(join(b.worktree ?? '', 'way.txt'), 'mine\n');
  const { head } = await review(b);
  const next = await commitIn(a, 'way.txt', 'a, again\n');
  const stuck = await bed.until(b.id, ({ stack }) => stack?.problem?.includes('edits in way.txt') === true);
  expect(stuck.state).toBe('review');
  expect((await review(b)).head).toBe(head);
  expect(await readFile(join(b.worktree ?? '', 'way.txt'), 'utf8')).toBe('mine\n');
  const own = (await bed.calls.runtime.verifyStacks()).findings.filter(({ task }) => task === b.id);
  expect(own.map(({ what }) => what)).toEqual([
    `It stands on task ${a.id} as it was at ${(await inIt(a, 'rev-parse', 'HEAD~')).slice(0, 10)}; that is at ${next.slice(0, 10)} now.`,
    stuck.stack?.problem,
  ]);
  const url = 'https://forge.example.test/petra/place.git';
  await git('remote', 'add', 'forge', url);
  await bed.calls.repositories.configure({
    repository: repositoryId,
    landing: { finished: 'pull-request', pushTo: { remote: 'forge', url } },
  });
  const dumped = JSON.stringify(await bed.calls.runtime.dump({}));
  await bed.calls.repositories.configure({ repository: repositoryId, landing: {} });
  expect(dumped).toContain('forge');
  expect(dumped).toContain(next);
  for (const word of ['b2.txt | b', 'Change', 'Claimed by', 'petra/place', 'edits in way.txt'])
    expect(dumped).not.toContain(word);
  expect(JSON.stringify(await bed.calls.runtime.dump({ withWords: true }))).toContain('b2.txt | b');
  await inIt(b, 'checkout', '-q', 'way.txt');
  await bed.calls.tasks.restack({ task: b.id });
  expect((await review(b)).mergeBase).toBe(next);
  // Put elsewhere by hand, it is brought back onto it when somebody asks.
  await inIt(b, 'reset', '-q', '--hard', 'refs/heads/main');
  await commitIn(b, 'b3.txt', 'b');
  await bed.calls.tasks.restack({ task: b.id });
  expect((await review(b)).mergeBase).toBe(next);
  expect(await filesOf(b)).toEqual(['b3.txt']);
});

it('what could not be brought onto its base is tried again by itself when that has moved', async () => {
  const a = await inReview('[write: below.txt | a]');
  const b = await inReview('[write: above.txt | b]', [a]);
  const mine = join(b.worktree ?? '', 'base.txt');
  await writeFile(mine, 'mine\n');
  await bed.repository.write('base.txt', 'base\n');
  await bed.repository.commit('Main moves');
  await approve(a, 'squash');
  const stuck = await bed.until(b.id, ({ stack }) => stack?.problem?.includes('edits in base.txt') === true);
  expect(stuck.state).toBe('review');
  await rm(mine);
  // Nobody says that the edits are gone, nor that the base has moved: any news has it looked at.
  const wanted = { repositoryId, title: 'Later', prompt: '[say: later]', agent: 'echo', after: [b.id] };
  await bed.calls.tasks.create(wanted);
  await bed.repository.write('base-2.txt', 'base\n');
  await bed.repository.commit('Main moves again');
  await bed.calls.tasks.create(wanted);
  await stands(b, []);
  expect(await inIt(b, 'merge-base', 'main', 'HEAD')).toBe(await git('rev-parse', 'main'));
});

it('a task waits for one that failed, with the reason, until that is retried or it is taken off', async () => {
  const a = await bed.calls.tasks.create({ repositoryId, title: 'A', prompt: '[fail: no]', agent: 'echo' });
  const b = await create('[write: late.txt | b]', [a]);
  await bed.reaches(a.id, 'failed');
  expect(await now(b)).toMatchObject({
    state: 'queued',
    blockedBy: [a.id],
    queuedReason: `Waits for task ${a.id}, which failed. It starts when that one is retried and in review; or take this one off it, or cancel it.`,
  });
  await bed.calls.tasks.edit({ task: b.id, detach: [a.id] });
  expect(await bed.reaches(b.id, 'review')).toMatchObject({ after: [], stack: null });
});

it('what lands in two places is not landed at one word', async () => {
  await git('branch', 'other-base', 'main');
  const task = { repositoryId, title: 'Change', agent: 'echo' };
  const made = await bed.calls.tasks.create({ ...task, prompt: '[write: elsewhere.txt | a]', base: 'other-base' });
  const a = await bed.reaches(made.id, 'review');
  const b = await inReview('[write: here.txt | b]');
  await bed.calls.tasks.edit({ task: b.id, after: [a.id] });
  const stack = await bed.calls.tasks.stack({ task: b.id });
  const approvals = approvalsOf(stack);
  await expect(bed.calls.tasks.approveStack({ base: stack[0]?.base ?? '', approvals })).rejects.toMatchObject({
    code: 'WRONG_STATE',
    message: expect.stringContaining(`task ${a.id} lands on other-base`),
  });
  expect((await now(a)).state).toBe('review');
});

it('a stack of which one is known to conflict, or is not in review, does not begin to land', async () => {
  const a = await inReview('[write: clash.txt | from a]');
  const b = await inReview('[write: clash.txt | from b]');
  await bed.calls.tasks.edit({ task: b.id, after: [a.id] });
  const stack = await bed.calls.tasks.stack({ task: b.id });
  const problem = `It conflicts with the change of task ${a.id} in clash.txt (add/add). Approve what it is after one by one, then have its agent merge main into its branch (in the terminal: task resolve ${b.id}).`;
  expect(stack.map((one) => one.problem)).toEqual([null, problem]);
  expect(stackText(stack, 'sy')).toContain(`   ! It conflicts with the change of task ${a.id} in clash.txt`);
  const approvals = approvalsOf(stack);
  const approveAll = () => bed.calls.tasks.approveStack({ base: stack[0]?.base ?? '', approvals });
  await expect(approveAll()).rejects.toMatchObject({
    code: 'WRONG_STATE',
    message: `Nothing was merged: not all of the stack can land. Task ${b.id}: ${problem}`,
  });
  await bed.calls.tasks.discard({ task: b.id });
  await expect(approveAll()).rejects.toMatchObject({
    message: `Nothing was merged: not all of the stack can land. Task ${b.id}: It is done, so it cannot land.`,
  });
  expect((await now(a)).state).toBe('review');
  await bed.calls.tasks.discard({ task: a.id });
});

it('changes that cannot be put together are waited for until they have landed', async () => {
  const a = await inReview('[write: same.txt | a]');
  const c = await inReview('[write: same.txt | c]');
  const d = await create('[write: d.txt | d]', [a, c]);
  const held = await bed.until(d.id, ({ blockedBy, attempt }) => blockedBy.length === 2 && attempt === 0);
  expect(held).toMatchObject({ state: 'queued', afterReview: [] });
  expect(held.queuedReason).toContain(`task ${a.id} with task ${c.id} in same.txt`);
});

it('where unfinished changes meet each other and their base is found by itself, down to the lines, and goes with them', async () => {
  const many = Array.from({ length: 12 }, (_, line) => `line ${line}`);
  await bed.repository.write('shared.txt', `${many.join('\n')}\n`);
  await bed.repository.commit('Share');
  const lines = (at: number, text: string) => many.map((line, index) => (index === at ? text : line)).join('\\n');
  // One on a base that has no commit in common with this one keeps no other from being looked at.
  await git('branch', 'pages', await git('commit-tree', 'HEAD^{tree}', '-m', 'Pages'));
  const apart = await bed.calls.tasks.create({
    ...{ repositoryId, title: 'Apart', prompt: '[write: shared.txt | apart]', agent: 'echo', base: 'pages' },
  });
  const a = await inReview(`[write: shared.txt | ${lines(2, 'by a')}]`);
  const b = await inReview(`[write: shared.txt | ${lines(2, 'by b')}]`);
  const c = await inReview(`[write: shared.txt | ${lines(9, 'by c')}]`);
  const meets = (task: Task, ...expected: (readonly [number | null, number])[]) =>
    bed.until(
      task.id,
      ({ overlaps }) =>
        `${overlaps.map((one) => `${one.with}:${one.conflicts}`)}` ===
        `${expected.map(([other, conflicts]) => `${other}:${conflicts}`)}`,
    );
  await meets(a, [b.id, 1], [c.id, 0]);
  await meets(b, [a.id, 1], [c.id, 0]);
  const { files, mine, theirs } = await bed.calls.tasks.overlap({ task: a.id, with: b.id });
  const third = [{ first: 3, last: 3 }];
  expect(files).toEqual([
    { path: 'shared.txt', conflict: 'content', about: 'Both changed the same lines.', mine: third, theirs: third },
  ]);
  expect([mine, theirs].map((text) => text.split('\n').filter((line) => line.startsWith('+by')))).toEqual([
    ['+by a'],
    ['+by b'],
  ]);
  await bed.reaches(apart.id, 'review');
  await expect(bed.calls.tasks.overlap({ task: a.id, with: apart.id })).rejects.toMatchObject({
    message: expect.stringContaining('have no commit in common'),
  });
  // Held until the other one lands, it meets it no more; and what landed is met on the base.
  await bed.calls.tasks.edit({ task: b.id, after: [a.id] });
  await meets(b, [c.id, 0]);
  // It has begun, so it goes on when it is sent back, and only lands after it.
  expect(await bed.calls.tasks.reject({ task: b.id, comment: 'Go on.' })).toMatchObject({
    ...{ blockedBy: [], landsAfter: [a.id] },
  });
  await bed.until(b.id, ({ state }) => state === 'running');
  await bed.reaches(b.id, 'review');
  await approve(a);
  // What has landed is met no more at once, and on the base when that was looked at.
  expect([(await now(a)).overlaps, (await now(c)).overlaps.some((one) => one.with === a.id)]).toEqual([[], false]);
  await meets(b, [null, 1], [c.id, 0]);
  const based = await bed.calls.tasks.overlap({ task: b.id, with: null });
  expect(based.files).toMatchObject([{ path: 'shared.txt', conflict: 'content' }]);
});

it('an autonomous task that stands on another lands by itself once that has, and its checks passed where it stands then', async () => {
  const checks = [{ name: 'ok', command: 'true', required: true }];
  await bed.calls.repositories.configure({ repository: repositoryId, checks, landing: { finished: 'merge' } });
  const a = await inReview('[write: first | a]');
  const task = { repositoryId, title: 'Change', prompt: '[write: second | b]', agent: 'echo', after: [a.id] };
  const b = await bed.calls.tasks.create({ ...task, when: 'review', permissionLevel: 'autonomous' });
  const { checks: before } = await bed.reaches(b.id, 'review');
  // A base that has moved makes another commit of it, also within the second.
  await bed.repository.write('apart', 'apart\n');
  await bed.repository.commit('Main moves apart');
  await approve(a, 'squash');
  const landed = await bed.reaches(b.id, 'done');
  expect(landed.outcome).toBe('merged');
  expect(landed.checks[0]?.head).not.toBe(before[0]?.head);

  // At one word, too, what is brought onto the one before it is checked there before it lands.
  await bed.calls.repositories.configure({ repository: repositoryId, landing: {} });
  const c = await inReview('[write: third | c]');
  const d = await inReview('[write: fourth | d]', [c]);
  await bed.repository.write('apart', 'again\n');
  await bed.repository.commit('Main moves again');
  const stack = await bed.calls.tasks.stack({ task: d.id });
  const approvals = approvalsOf(stack);
  await bed.calls.tasks.approveStack({ base: stack[0]?.base ?? '', approvals, strategy: 'squash' });
  expect(await now(d)).toMatchObject({ outcome: 'merged' });
});
