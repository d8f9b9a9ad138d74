import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../../core/contract/request';
import { startOf } from '../../../core/git/live';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { recordProcess } from '../../../core/store/processes';
import { type Bed, openBed } from '../../support/runtime';

const allow: Answer = { decision: 'allow', rule: null, options: [], text: null };
const deny: Answer = { decision: 'deny', rule: null, options: [], text: null };

describe('work on a task', () => {
  let bed: Bed;
  beforeEach(async () => {
    bed = await openBed();
  });
  afterEach(() => bed.close());

  async function addTask(
    prompt: string,
    { trust = true, ...more }: Partial<Parameters<Bed['calls']['tasks']['create']>[0]> & { trust?: boolean } = {},
  ) {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust });
    return bed.calls.tasks.create({ repositoryId: repository.id, title: 'Say hello', prompt, agent: 'echo', ...more });
  }

  async function leaveHook(name: string, body: string) {
    const file = join(bed.repository.path, '.git/hooks', name);
    await mkdir(join(bed.repository.path, '.git/hooks'), { recursive: true });
    await writeFile(file, `#!/bin/sh\n${body}\n`);
    await chmod(file, 0o755);
  }

  it('tries a failure that may pass again later, and says why it is queued', async () => {
    const task = await addTask('[fail-once: the provider is busy]\n[write: hello.txt | hello]');
    const queued = await bed.until(task.id, (now) => now.state === 'queued' && now.attempt === 1);
    expect(queued.queuedReason).toContain('the provider is busy');
    expect(queued.runAfter ?? 0).toBeGreaterThan(Date.now());
  });

  it('runs no hook of an untrusted repository, and those of a trusted one', async () => {
    const mark = join(bed.folder, 'hook-ran');
    await leaveHook('pre-commit', `echo ran >> '${mark}'`);
    const untrusted = await addTask('[write: one.txt | one]', { trust: false });
    await bed.reaches(untrusted.id, 'review');
    await expect(readFile(mark)).rejects.toMatchObject({ code: 'ENOENT' });

    const trusted = await addTask('[write: two.txt | two]', { trust: true });
    await bed.reaches(trusted.id, 'review');
    expect(await readFile(mark, 'utf8')).toBe('ran\n');
  });

  it('fails with what the hook said when a trusted repository refuses the commit, and keeps the work', async () => {
    await leaveHook('pre-commit', 'echo "no tabs please" >&2; exit 1');
    const task = await addTask('[write: hello.txt | hello]');
    const failed = await bed.reaches(task.id, 'failed');
    expect(failed.error).toContain('no tabs please');
    await rm(join(bed.repository.path, '.git/hooks/pre-commit'));
    // That it runs less than what was trusted is no question.
    await bed.calls.tasks.retry({ task: task.id });
    await bed.reaches(task.id, 'review');
  });

  it('asks once for all tasks before it runs what changed since the repository was trusted, and a no runs none of it', async () => {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const add = (name: string) => addTask(`[write: ${name}.txt | hello]`, { trust: false });
    const asked = async (task: { id: number }) =>
      (await bed.until(task.id, (now) => now.state === 'waiting')).requests[0] ?? expect.fail();
    const answer = (request: { id: number }, given: Answer) =>
      bed.calls.requests.answer({ request: request.id, answer: given });
    const changed = async () => (await bed.calls.repositories.list())[0]?.trustChanged;
    await leaveHook('pre-commit', 'exit 1');
    const [first, second] = [await add('one'), await add('two')];
    const request = await asked(first);
    expect(request.title).toContain('has changed since you trusted it');
    expect(request.body).toContain(
      'hook pre-commit\nYour answer holds for every task of repository while this is the same',
    );
    const other = await asked(second);
    await answer(request, deny);
    for (const task of [first, second]) await bed.reaches(task.id, 'review');
    const third = await add('three');
    await bed.reaches(third.id, 'review');
    expect(await changed()).toBe(true);
    const decided = (await bed.calls.decisions.list({ after: 0, limit: 50 })).map(({ text }) => JSON.parse(text));
    const answers = decided.filter(({ kind }) => kind === 'answer');
    expect(answers.map(({ by, task, answered }) => [by, task, answered.decision])).toEqual([
      ['person', first.id, 'deny'],
      [`request ${request.id}`, second.id, 'deny'],
      [`request ${request.id}`, third.id, 'deny'],
    ]);
    await expect(answer(other, allow)).rejects.toMatchObject({ code: 'ALREADY_ANSWERED' });

    // Another content is another question, and a yes to it holds as well.
    await leaveHook('pre-commit', 'exit 0');
    const fourth = await add('four');
    await answer(await asked(fourth), allow);
    await bed.reaches(fourth.id, 'review');
    expect(await changed()).toBe(false);
    await leaveHook('pre-commit', 'exit 1');
    const fifth = await add('five');
    await bed.reaches(fifth.id, 'review');
    // Whoever trusts it anew, or no longer, has said something else since.
    await bed.calls.repositories.trust({ repository: repository.id, trust: false });
    await leaveHook('pre-commit', 'exit 0');
    await bed.calls.repositories.trust({ repository: repository.id, trust: true });
    await leaveHook('pre-commit', 'exit 1');
    await asked(await add('six'));
  });

  it('commits as the account on this machine, and says so, when git knows no name', async () => {
    await rm(join(bed.folder, 'home/.gitconfig'));
    const task = await addTask('[write: hello.txt | hello]');
    const { session } = await bed.reaches(task.id, 'review');
    const leave = new AbortController();
    const lines: string[] = [];
    for await (const batch of await bed.calls.sessions.follow(
      { session: session ?? 0, after: 0 },
      { signal: leave.signal },
    )) {
      lines.push(...batch.map((event) => JSON.stringify(event)));
      if (lines.some((line) => line.includes('"commit"'))) break;
    }
    leave.abort();
    expect(lines.join('\n')).toContain('Git knows no name and address for you');
  });

  it('does not run an untrusted repository’s check, and says so', async () => {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: false });
    await bed.calls.repositories.configure({
      repository: repository.id,
      checks: [{ name: 'check', command: 'touch ran', required: false }],
    });
    const task = await addTask('[write: hello.txt | hello]', { trust: false });
    const done = await bed.reaches(task.id, 'review');
    expect(done.checks).toEqual([]);
  });

  it('ends a check together with what it started when the task is cancelled', async () => {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const pidFile = join(bed.folder, 'pid');
    await bed.calls.repositories.configure({
      repository: repository.id,
      checks: [{ name: 'check', command: `sleep 600 & echo $! > '${pidFile}'; wait`, required: false }],
    });
    const task = await addTask('[write: hello.txt | hello]');
    await bed.until(task.id, (now) => now.checks.length === 1);
    await bed.calls.tasks.cancel({ task: task.id });
    // Discarding waits until nothing works on the task any more.
    await bed.calls.tasks.discard({ task: task.id });
    const pid = Number(await readFile(pidFile, 'utf8').catch(() => '0'));
    expect(pid === 0 || (await startOf(pid)) === null).toBe(true);
  });

  it('ends at start what an owner that is gone left running, and no stranger', async () => {
    const left = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    const stranger = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    const gone = new Promise((resolve) => left.once('exit', (_code, signal) => resolve(signal)));
    await bed.runtime.stop();
    const db = openDatabase({ file: bed.config.folders.database });
    const facts = { task: null, command: 'sleep 600', at: Date.now() };
    recordProcess(db, { ...facts, pid: left.pid ?? 0, startTime: (await startOf(left.pid ?? 0)) ?? '' });
    recordProcess(db, { ...facts, pid: stranger.pid ?? 0, startTime: 'another boot 17' });
    closeDatabase(db);
    const again = await bed.restart();
    expect(await gone).toBe('SIGKILL');
    expect(await startOf(stranger.pid ?? 0)).not.toBeNull();
    stranger.kill('SIGKILL');
    bed = again;
  });

  it('says which agents there are when a task names one there is not', async () => {
    await expect(addTask('x', { agent: 'nobody' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(addTask('x', { agent: 'nobody' })).rejects.toThrow(/claude, goose, echo/);
  });

  it('fails with how to install it when the agent is not on this machine', async () => {
    const ghost = { name: 'ghost', command: 'switchyard-no-such-agent', args: [] };
    await bed.calls.settings.set({ name: 'acpAgents', value: [ghost] });
    const task = await addTask('x', { agent: 'ghost' });
    const failed = await bed.reaches(task.id, 'failed', 'review');
    expect(failed.error).toMatch(/ghost was not found.*retry the task. Install switchyard-no-such-agent/s);
    expect(failed.worktree).toBeNull();
  });

  it('refuses a base branch that is not there, naming some that are', async () => {
    await expect(addTask('x', { base: 'nope' })).rejects.toMatchObject({ code: 'NO_SUCH_BRANCH' });
    await expect(addTask('x', { base: 'nope' })).rejects.toThrow(/main/);
  });

  it('starts from the branch the repository was on when it was added, while HEAD is detached', async () => {
    await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    await bed.repository.git('checkout', '--quiet', '--detach');
    await expect(addTask('x')).resolves.toMatchObject({ base: 'main' });
  });

  it('needs a base to be named when the repository was never on a branch', async () => {
    await bed.repository.git('checkout', '--quiet', '--detach');
    await expect(addTask('x')).rejects.toThrow(/detached HEAD.*Name a base branch/);
  });

  it('gives a slot to another task while one waits for a person', async () => {
    await bed.calls.settings.set({ name: 'concurrency', value: 1 });
    const asking = await addTask('[ask: Which? | a | b]');
    await bed.reaches(asking.id, 'waiting');
    const other = await addTask('[write: hello.txt | hello]');
    await bed.reaches(other.id, 'review');
    expect(bed.runtime.status().workers[0]).toMatchObject({ limit: 1, waiting: 1, running: 0 });
  });

  it('takes up in the same worktree and session what was cancelled and queued again', async () => {
    const task = await addTask('[write: hello.txt | hello]\n[ask: Go on? | yes | no]');
    const waiting = await bed.reaches(task.id, 'waiting');
    await bed.calls.tasks.cancel({ task: task.id });
    expect((await bed.calls.requests.list()).length).toBe(0);
    await bed.calls.tasks.retry({ task: task.id });
    const again = await bed.until(task.id, (now) => now.state === 'waiting');
    expect(again).toMatchObject({ worktree: waiting.worktree, session: waiting.session });
  });
});
