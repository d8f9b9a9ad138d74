import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RepositoryCheck } from '../../../core/contract/check';
import { openDecision } from '../../../core/contract/decision';
import type { Task } from '../../../core/contract/task';
import { type Bed, openBed } from '../../support/runtime';
import { until } from '../../support/until';

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
});
afterEach(() => bed.close());

const check = (name: string, command: string, required = false): RepositoryCheck => ({ name, command, required });

/** A task in review of a repository with these checks, which ran once after its agent. */
async function inReview(...checks: readonly RepositoryCheck[]): Promise<Task & { readonly top: string }> {
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  await bed.calls.repositories.configure({ repository: repository.id, checks: [...checks] });
  const { id } = await bed.calls.tasks.create({
    repositoryId: repository.id,
    title: 'Hello',
    prompt: '[write: hello.txt | hello]',
    agent: 'echo',
  });
  const task = await bed.reaches(id, 'review');
  return { ...task, top: task.worktree ?? '' };
}

const git = (top: string, ...args: string[]) => bed.repository.git('-C', top, ...args);
const configure = (task: Task, ...checks: readonly RepositoryCheck[]) =>
  bed.calls.repositories.configure({ repository: task.repositoryId, checks: [...checks] });

/** Runs checks and waits until none runs any more. */
async function run(task: Task, ...names: readonly string[]): Promise<Task> {
  await bed.calls.checks.run({ task: task.id, ...(names.length > 0 && { names: [...names] }) });
  for await (const _ of await bed.calls.checks.follow({ task: task.id })) {
    // Only its end counts here.
  }
  return bed.calls.tasks.get({ task: task.id });
}

async function approve(task: Task, overrideChecks?: boolean) {
  const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: task.id });
  return bed.calls.tasks.approve({
    task: task.id,
    base,
    mergeBase,
    head,
    tree,
    ...(overrideChecks && { overrideChecks }),
  });
}

const stands = async (task: Task) =>
  (await bed.calls.reviews.get({ task: task.id })).checks.map(({ name, state }) => `${name} ${state}`);

describe('checks of a change', () => {
  it('run in their order after the agent, each on the commit it saw, and one that fails keeps none from running', async () => {
    const task = await inReview(check('first', 'echo one; exit 4'), check('second', 'git rev-parse HEAD'));
    const head = await git(task.top, 'rev-parse', 'HEAD');
    expect((await bed.calls.tasks.get({ task: task.id })).checks).toMatchObject([
      { name: 'first', state: 'failed', exitCode: 4, head, clean: true, stale: false, output: 'one' },
      { name: 'second', state: 'passed', head, clean: true, stale: false, leftBehind: [], output: head },
    ]);
    expect(await stands(task)).toEqual(['first failed', 'second passed']);
  });

  it('are stale after a person’s edit, their own commit or another command, until they run again on demand', async () => {
    const task = await inReview(check('test', 'test -f hello.txt'));
    const { head } = await bed.calls.reviews.get({ task: task.id });
    await bed.calls.reviews.write({ task: task.id, head, path: 'hello.txt', text: 'hallo\n' });
    expect((await bed.calls.tasks.get({ task: task.id })).checks).toMatchObject([
      { state: 'passed', stale: true, head },
    ]);
    expect(await stands(task)).toEqual(['test stale']);
    expect((await run(task)).checks).toMatchObject([{ state: 'passed', stale: false }]);

    // Nobody tells of a commit made by hand; the next look at the change does.
    await git(task.top, 'commit', '-q', '--allow-empty', '-m', 'By hand');
    const noticed = bed.until(task.id, ({ checks }) => checks[0]?.stale === true);
    expect(await stands(task)).toEqual(['test stale']);
    await noticed;
    await run(task, 'test');
    expect(await stands(task)).toEqual(['test passed']);
    await configure(task, check('test', 'true'));
    expect(await stands(task)).toEqual(['test stale']);
    await configure(task, check('test', 'test -f hello.txt'), check('lint', 'true'));
    expect(await stands(task)).toEqual(['test passed', 'lint not-run']);
  });

  it('say nothing of the change when more than the change was there, and name what they left behind', async () => {
    const task = await inReview(check('format', 'echo formatted >> hello.txt; echo new > left.txt'));
    const left = ['hello.txt', 'left.txt'];
    expect((await bed.calls.tasks.get({ task: task.id })).checks).toMatchObject([
      { state: 'passed', clean: true, stale: false, leftBehind: left },
    ]);
    const [session] = await bed.calls.sessions.list({ task: task.id });
    const said = await bed.calls.sessions.read({ session: session?.id ?? 0, after: 0 });
    expect(JSON.stringify(said)).toContain('The check format left edits in the worktree that are in no commit');
    // What was left is neither in the change nor lands with it unseen.
    expect(await git(task.top, 'show', 'HEAD:hello.txt')).toBe('hello');
    await expect(approve(task)).rejects.toMatchObject({ code: 'MOVED', message: expect.stringContaining('left.txt') });
    expect((await run(task)).checks).toMatchObject([{ state: 'passed', clean: false, stale: true, leftBehind: [] }]);
  });

  it('are told as they print, can be stopped, and run one series at a time', async () => {
    const task = await inReview();
    const [go, ran] = [join(bed.folder, 'go'), join(bed.folder, 'ran')];
    const slow = `echo begun; until test -e '${go}'; do sleep 0.05; done; echo went on; sleep 600`;
    await configure(task, check('slow', slow), check('never', `touch '${ran}'`));
    const begun = await bed.calls.checks.run({ task: task.id });
    expect(begun.checks).toMatchObject([{ name: 'slow', state: 'running' }]);
    await expect(bed.calls.checks.run({ task: task.id })).rejects.toMatchObject({ code: 'WRONG_STATE' });

    const heard: string[] = [];
    const { head } = await bed.calls.reviews.get({ task: task.id });
    for await (const { output } of await bed.calls.checks.follow({ task: task.id })) {
      heard.push(output.trim());
      // A person may edit meanwhile: what ends the leftovers of one must not end the other.
      if (output === 'begun\n') {
        await bed.calls.reviews.write({ task: task.id, head, path: 'hello.txt', text: 'hallo\n' });
        await writeFile(go, '');
      }
      if (output.includes('went on')) break;
    }
    expect(heard.slice(-2)).toEqual(['begun', 'begun\nwent on']);
    const { checks } = await bed.calls.checks.stop({ task: task.id });
    expect(checks).toMatchObject([{ name: 'slow', state: 'failed', exitCode: null }]);
    const { checks: details } = await bed.calls.tasks.get({ task: task.id });
    expect(details[0]?.output).toBe('begun\nwent on\nEnded because you stopped it.');
    expect(existsSync(ran)).toBe(false);
    await configure(task, check('never', `touch '${ran}'`));
    await run(task);
    expect(existsSync(ran)).toBe(true);
  });

  it('end when the change is discarded, goes back to its agent, or the runtime ends', async () => {
    const task = await inReview(check('test', 'true'));
    const pid = join(bed.folder, 'pid');
    await configure(task, check('test', `echo $$ > '${pid}.new'; mv '${pid}.new' '${pid}'; sleep 600`));
    const begin = async () => {
      // The number of the one before would be read for that of this one.
      await rm(pid, { force: true });
      await bed.calls.checks.run({ task: task.id });
      await until(() => existsSync(pid));
      const number = Number(await readFile(pid, 'utf8'));
      return () => expect(() => process.kill(number, 0)).toThrow();
    };
    let isGone = await begin();
    await bed.calls.tasks.discard({ task: task.id });
    isGone();
    await bed.calls.tasks.restore({ task: task.id });
    isGone = await begin();
    await configure(task, check('test', 'true'));
    await bed.calls.tasks.reject({ task: task.id, comment: '[write: more.txt | more]' });
    expect((await bed.reaches(task.id, 'review')).checks).toMatchObject([{ state: 'passed', stale: false }]);
    isGone();
    await configure(task, check('test', `echo $$ > '${pid}.new'; mv '${pid}.new' '${pid}'; sleep 600`));
    isGone = await begin();
    bed = await bed.restart();
    isGone();
    expect((await bed.calls.tasks.get({ task: task.id })).checks).toMatchObject([
      { state: 'failed', output: 'Ended because Switchyard was closed.' },
    ]);
  });

  it('are not run where they may not be, and the reason says what to do', async () => {
    const task = await inReview();
    const none = bed.calls.checks.run({ task: task.id });
    await expect(none).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('check add') });
    await configure(task, check('test', 'touch ran'));
    const unknown = bed.calls.checks.run({ task: task.id, names: ['lint'] });
    await expect(unknown).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('It has test.'),
    });
    await git(task.top, 'checkout', '-q', '--detach');
    await expect(bed.calls.checks.run({ task: task.id })).rejects.toMatchObject({ code: 'WRONG_STATE' });
    await git(task.top, 'checkout', '-q', task.branch ?? '');
    await bed.calls.repositories.trust({ repository: task.repositoryId, trust: false });
    await expect(bed.calls.checks.run({ task: task.id })).rejects.toMatchObject({ code: 'NOT_TRUSTED' });
    expect(existsSync(join(task.top, 'ran'))).toBe(false);
    await bed.calls.tasks.discard({ task: task.id });
    await expect(bed.calls.checks.run({ task: task.id })).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });
});

describe('a required check', () => {
  it('that failed, is stale or has not run keeps a change from being approved, and overriding it is in the record', async () => {
    const task = await inReview(check('lint', 'exit 1'), check('test', 'false', true), check('build', 'true', true));
    await configure(
      task,
      ...['lint', 'test', 'build'].map((name) => check(name, name === 'build' ? 'true' : 'false', name !== 'lint')),
      check('docs', 'true', true),
    );
    const { head } = await bed.calls.reviews.get({ task: task.id });
    await bed.calls.reviews.write({ task: task.id, head, path: 'hello.txt', text: 'hallo\n' });
    const words = ['test failed', 'build passed on an older change', 'docs has not run'];
    await expect(approve(task)).rejects.toMatchObject({ code: 'CHECKS_NOT_PASSED', facts: { checks: words } });
    expect(await bed.repository.git('rev-parse', 'main')).toBe((await bed.calls.reviews.get({ task: task.id })).base);
    await run(task, 'build', 'docs');
    await expect(approve(task)).rejects.toMatchObject({ facts: { checks: ['test failed'] } });

    expect(await approve(task, true)).toMatchObject({ state: 'done', outcome: 'merged' });
    const decisions = await bed.calls.decisions.list({ task: task.id });
    expect(decisions.map(openDecision).at(-1)).toMatchObject({
      kind: 'approve',
      answered: { overrideChecks: true },
      shown: {
        checks: [
          { name: 'lint', required: false, state: 'failed' },
          { name: 'test', required: true, state: 'failed' },
          { name: 'build', required: true, state: 'passed' },
          { name: 'docs', required: true, state: 'passed' },
        ],
      },
    });
  });

  it('that passed keeps nobody waiting, and an override nobody needed is not recorded as one', async () => {
    const task = await inReview(check('test', 'true', true), check('lint', 'false'));
    expect(await approve(task, true)).toMatchObject({ outcome: 'merged' });
    const [decision] = (await bed.calls.decisions.list({ task: task.id })).map(openDecision).slice(-1);
    expect(decision).toMatchObject({ kind: 'approve', shown: { checks: [{ state: 'passed' }, { state: 'failed' }] } });
    expect(decision?.answered).not.toHaveProperty('overrideChecks');
  });

  it('that still runs keeps a change from being approved, and ends when it is overridden', async () => {
    const task = await inReview();
    await configure(task, check('slow', 'sleep 600', true));
    await bed.calls.checks.run({ task: task.id });
    await expect(approve(task)).rejects.toMatchObject({ facts: { checks: ['slow still runs'] } });
    expect(await approve(task, true)).toMatchObject({ outcome: 'merged', worktree: null });
    expect((await bed.calls.tasks.get({ task: task.id })).checks).toMatchObject([
      { state: 'failed', output: 'Ended because its worktree goes.' },
    ]);
  });
});

it('checks are suggested from the base branch of a trusted repository, and none of them runs', async () => {
  const scripts = { test: 'touch ran', build: 'tsc', lint: '', start: 'node .', prelint: 'x' };
  await bed.repository.write('package.json', JSON.stringify({ scripts }));
  await bed.repository.write('Makefile', 'lint: all\n\ttouch ran\ncheck := no\ntest:\n');
  await bed.repository.write('go.mod', 'module example\n');
  await bed.repository.commit('Bring what checks it');
  await bed.repository.write('Cargo.toml', '[package]\n');
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: false });
  expect(await bed.calls.checks.suggest({ repository: repository.id })).toEqual([]);
  await bed.calls.repositories.trust({ repository: repository.id, trust: true });
  expect(await bed.calls.checks.suggest({ repository: repository.id })).toEqual([
    check('test', 'npm run test'),
    check('build', 'npm run build'),
    check('lint', 'make lint'),
  ]);
  expect(existsSync(join(bed.repository.path, 'ran'))).toBe(false);
  // Two checks of one name could not be told apart.
  const twice = [check('test', 'true'), check(' test', 'false')];
  const same = bed.calls.repositories.configure({ repository: repository.id, checks: twice });
  await expect(same).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

it('which of some files a change has is told of its branch, folders and strange names apart', async () => {
  const task = await inReview();
  const paths = ['hello.txt', 'readme.txt', 'gone.txt', '*.txt', ':/hello.txt'];
  const known = await bed.calls.checks.files({ task: task.id, paths });
  expect(known).toContain('hello.txt');
  expect(known).not.toContain('gone.txt');
  expect(known).not.toContain('*.txt');
  await expect(bed.calls.checks.files({ task: task.id, paths: ['../x'] })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  });
});
