import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../../core/contract/request';
import { createAnswers } from '../../../core/runner/answers';
import { claimTasks } from '../../../core/store/claims';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { type Bed, openBed } from '../../support/runtime';

const allow: Answer = { decision: 'allow', rule: null, options: [], text: null };
const deny: Answer = { decision: 'deny', rule: null, options: [], text: null };

describe('two doors at once', () => {
  let bed: Bed;
  beforeEach(async () => {
    bed = await openBed();
  });
  afterEach(() => bed.close());

  async function inReview(title = 'Say hello') {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const prompt = '[write: hello.txt | hello]';
    const task = await bed.calls.tasks.create({ repositoryId: repository.id, title, prompt, agent: 'echo' });
    await bed.reaches(task.id, 'review');
    return { task: task.id, review: await bed.calls.reviews.get({ task: task.id }) };
  }

  it.each(['discard', 'reject'] as const)('approve and %s never both happen to one task', async (other) => {
    const { task, review } = await inReview();
    const { base, mergeBase, head, tree } = review;
    const before = await bed.repository.git('rev-parse', 'main');
    const [approved, second] = await Promise.allSettled([
      bed.calls.tasks.approve({ task, base, mergeBase, head, tree }),
      other === 'discard' ? bed.calls.tasks.discard({ task }) : bed.calls.tasks.reject({ task, comment: 'More.' }),
    ]);
    expect([approved.status, second.status]).toEqual(['fulfilled', 'rejected']);
    expect(await bed.repository.git('rev-parse', 'main')).not.toBe(before);
    expect(await bed.calls.tasks.get({ task })).toMatchObject({ state: 'done', outcome: 'merged' });
  });

  it('a change that was discarded first is not merged, and is brought back, also during its discard and past an obstacle', async () => {
    const { task, review } = await inReview();
    const { base, mergeBase, head, tree } = review;
    const [discarded, approved] = await Promise.allSettled([
      bed.calls.tasks.discard({ task }),
      bed.calls.tasks.approve({ task, base, mergeBase, head, tree }),
    ]);
    expect([discarded.status, approved.status]).toEqual(['fulfilled', 'rejected']);
    expect(await bed.repository.git('rev-parse', 'main')).toBe(base);

    await bed.calls.tasks.restore({ task });
    await Promise.all([bed.calls.tasks.discard({ task }), bed.calls.tasks.restore({ task })]);
    expect((await bed.calls.reviews.get({ task })).files.map((file) => file.path)).toEqual(['hello.txt']);

    const { worktree } = await bed.calls.tasks.get({ task });
    await bed.calls.tasks.discard({ task });
    await mkdir(worktree ?? '', { recursive: true });
    await writeFile(join(worktree ?? '', 'mine.txt'), 'mine');
    await expect(bed.calls.tasks.restore({ task })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await readFile(join(worktree ?? '', 'mine.txt'), 'utf8')).toBe('mine');
    await rename(worktree ?? '', `${worktree}.mine`);
    expect(await bed.calls.tasks.restore({ task })).toMatchObject({ state: 'review' });
  });

  it('a repository is not removed while a task of it can be retried', async () => {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const task = await bed.calls.tasks.create({
      repositoryId: repository.id,
      title: 'Fail',
      prompt: '[fail: no]',
      agent: 'echo',
    });
    await bed.reaches(task.id, 'failed');
    await expect(bed.calls.repositories.remove({ repository: repository.id })).rejects.toMatchObject({
      code: 'WRONG_STATE',
    });
    await bed.calls.tasks.discard({ task: task.id });
    await bed.calls.repositories.remove({ repository: repository.id });
    expect(await bed.calls.repositories.list()).toEqual([]);
  });

  it('runs no hook an agent left behind when its change is approved', async () => {
    const { task, review } = await inReview();
    const mark = join(bed.folder, 'hook-ran');
    const hook = join(bed.repository.path, '.git/hooks/post-merge');
    await mkdir(join(bed.repository.path, '.git/hooks'), { recursive: true });
    await writeFile(hook, `#!/bin/sh\necho ran > '${mark}'\n`);
    await chmod(hook, 0o755);
    const { base, mergeBase, head, tree } = review;
    await expect(bed.calls.tasks.approve({ task, base, mergeBase, head, tree })).rejects.toMatchObject({
      code: 'NOT_TRUSTED',
    });
    expect(await bed.repository.git('rev-parse', 'main')).toBe(base);
    await expect(readFile(mark)).rejects.toMatchObject({ code: 'ENOENT' });
    // The control: trusted as it is now, the hook runs as its owner expects.
    await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    await bed.calls.tasks.approve({ task, base, mergeBase, head, tree });
    expect(await readFile(mark, 'utf8')).toBe('ran\n');
  });

  it('asks before it runs hooks that only the task’s branch brings', async () => {
    await bed.repository.git('config', 'core.hooksPath', '.hooks');
    const mark = join(bed.folder, 'hook-ran');
    await bed.repository.git('checkout', '--quiet', '-b', 'contrib');
    for (const name of ['pre-commit', 'post-checkout']) {
      await bed.repository.write(`.hooks/${name}`, `#!/bin/sh\necho ${name} >> '${mark}'\n`);
      await chmod(join(bed.repository.path, '.hooks', name), 0o755);
    }
    await bed.repository.git('add', '--all');
    await bed.repository.git('-c', 'core.hooksPath=/dev/null', 'commit', '--quiet', '-m', 'Bring hooks');
    await bed.repository.git('-c', 'core.hooksPath=/dev/null', 'checkout', '--quiet', 'main');
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const task = await bed.calls.tasks.create({
      repositoryId: repository.id,
      title: 'On contrib',
      prompt: '[write: hello.txt | hello]',
      agent: 'echo',
      base: 'contrib',
    });
    const waiting = await bed.until(task.id, (now) => now.state === 'waiting');
    expect(waiting.requests[0]?.body).toContain('hook pre-commit');
    await bed.calls.requests.answer({ request: waiting.requests[0]?.id ?? 0, answer: deny });
    await bed.reaches(task.id, 'review');
    await expect(readFile(mark)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('asks before a human-required task starts even when a crash came before the question, and once is enough', async () => {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    await bed.runtime.stop();
    const idle = await bed.again(false);
    const task = await idle.calls.tasks.create({
      repositoryId: repository.id,
      title: 'Careful',
      prompt: '[ask: Go on? | yes | no]\n[nothing]',
      agent: 'echo',
      permissionLevel: 'human-required',
    });
    await idle.runtime.stop();
    // A claim whose owner died before it wrote anything else.
    const db = openDatabase({ file: bed.config.folders.database });
    claimTasks(db, { worker: 'dead', limit: 1, now: Date.now(), leaseMs: 60_000 });
    closeDatabase(db);

    bed = await bed.again(true);
    const waiting = await bed.until(task.id, (now) => now.state === 'waiting');
    expect(waiting.requests[0]?.kind).toBe('start');
    await bed.calls.requests.answer({ request: waiting.requests[0]?.id ?? 0, answer: allow });
    await bed.until(task.id, (now) => now.requests[0]?.kind === 'clarification');
    bed = await bed.restart();
    const again = await bed.until(task.id, (now) => now.state === 'waiting');
    expect(again.requests.map((request) => request.kind)).toEqual(['clarification']);
  });
});

it('hands one answer to everyone who waits for the same request', async () => {
  const answers = createAnswers();
  const signal = new AbortController().signal;
  const both = Promise.all([answers.wait(1, signal), answers.wait(1, signal)]);
  const request = { id: 1, answer: allow } as Parameters<typeof answers.deliver>[0];
  expect(answers.deliver(request)).toBe(true);
  expect(await both).toEqual([allow, allow]);
  expect(answers.deliver(request)).toBe(false);
});
