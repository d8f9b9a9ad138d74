import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, openBed } from '../support/runtime';

describe('the main job in plain Node', () => {
  let bed: Bed;
  beforeEach(async () => {
    bed = await openBed();
  });
  afterEach(() => bed.close());

  async function addTask(prompt: string, more: Partial<Parameters<Bed['calls']['tasks']['create']>[0]> = {}) {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    return bed.calls.tasks.create({ repositoryId: repository.id, title: 'Say hello', prompt, agent: 'echo', ...more });
  }

  it('takes a task from the queue to a merged commit without electron, react or a display', async () => {
    const task = await addTask('Hello.\n[write: hello.txt | hello]');
    const done = await bed.reaches(task.id, 'review', 'failed');
    expect(done.error).toBeNull();
    expect(done.state).toBe('review');
    expect(done.branch).toMatch(/^switchyard\/say-hello-[0-9a-z]+$/);
    expect(done.change).toMatchObject({ files: 1 });

    const review = await bed.calls.reviews.get({ task: task.id });
    expect(review.files.map((file) => file.path)).toEqual(['hello.txt']);
    expect(review.strategies).toEqual(['ff', 'merge', 'squash', 'rebase']);
    const { base, mergeBase, head, tree } = review;
    const merged = await bed.calls.tasks.approve({ task: task.id, base, mergeBase, head, tree });

    expect(merged).toMatchObject({ state: 'done', outcome: 'merged', mergedOid: head, worktree: null });
    expect(await bed.repository.git('rev-parse', 'main')).toBe(head);
    expect(await bed.repository.read('hello.txt')).toContain('hello');
    expect(await bed.repository.git('log', '-1', '--format=%an <%ae>%n%s%n%b', 'main')).toBe(
      'Ada Person <ada@example.invalid>\nSay hello\nHello.\n[write: hello.txt | hello]',
    );
    expect(await bed.repository.git('branch', '--list', 'switchyard/*')).toBe('');
    expect(await bed.repository.git('cat-file', '-t', merged.backupRef ?? '')).toBe('commit');
    expect(await bed.repository.git('status', '--porcelain')).toBe('');
  });

  it('leaves uncommitted edits in the checkout alone while the agent works and when the change lands', async () => {
    await bed.repository.write('source/app.txt', 'one\nedited\nthree\n');
    await bed.repository.write('scratch.txt', 'untracked');
    const task = await addTask('[write: hello.txt | hello]');
    await bed.reaches(task.id, 'review');
    const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: task.id });
    await bed.calls.tasks.approve({ task: task.id, base, mergeBase, head, tree });
    expect(await bed.repository.read('source/app.txt')).toBe('one\nedited\nthree\n');
    expect(await bed.repository.read('scratch.txt')).toBe('untracked');
    expect(await bed.repository.read('hello.txt')).toContain('hello');
  });

  it('refuses to land over an edit that overlaps the change, touching nothing', async () => {
    await bed.repository.write('source/app.txt', 'one\nedited\nthree\n');
    const task = await addTask('[write: source/app.txt | other]');
    await bed.reaches(task.id, 'review');
    const review = await bed.calls.reviews.get({ task: task.id });
    expect(review.checkout?.inTheWay).toEqual(['source/app.txt']);
    const { base, mergeBase, head, tree } = review;
    await expect(bed.calls.tasks.approve({ task: task.id, base, mergeBase, head, tree })).rejects.toMatchObject({
      code: 'CHECKOUT_IN_THE_WAY',
    });
    expect(await bed.repository.read('source/app.txt')).toBe('one\nedited\nthree\n');
    expect(await bed.repository.git('rev-parse', 'main')).toBe(base);
    expect((await bed.calls.tasks.get({ task: task.id })).state).toBe('review');
  });

  it('merges nothing the person has not seen when base or branch moved since', async () => {
    const task = await addTask('[write: hello.txt | hello]');
    const { worktree } = await bed.reaches(task.id, 'review');
    const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: task.id });
    await bed.repository.write('other.txt', 'moved');
    const moved = await bed.repository.commit('Move main');
    await expect(bed.calls.tasks.approve({ task: task.id, base, mergeBase, head, tree })).rejects.toMatchObject({
      code: 'MOVED',
    });
    expect(await bed.repository.git('rev-parse', 'main')).toBe(moved);

    const again = await bed.calls.reviews.get({ task: task.id });
    expect(again.strategies).toEqual(['merge', 'squash', 'rebase']);
    await bed.repository.git('-C', worktree ?? '', 'commit', '--quiet', '--allow-empty', '-m', 'Slipped in');
    await expect(
      bed.calls.tasks.approve({
        ...{ task: task.id, base: again.base, mergeBase: again.mergeBase, head: again.head, tree: again.tree },
      }),
    ).rejects.toMatchObject({ code: 'MOVED' });
    expect(await bed.repository.git('rev-parse', 'main')).toBe(moved);
  });

  it('holds a task until its question is answered, and hands the answer over once', async () => {
    const task = await addTask('[ask: Which colour? | red | green]\n[write: hello.txt | hello]');
    const waiting = await bed.until(task.id, (now) => now.requests.length > 0);
    expect(waiting.state).toBe('waiting');
    const [request] = await bed.calls.requests.list();
    expect(request).toMatchObject({ task: task.id, kind: 'clarification', state: 'open' });
    const answer = { decision: null, rule: null, options: [1], text: null };
    await bed.calls.requests.answer({ request: request?.id ?? 0, answer });
    await expect(bed.calls.requests.answer({ request: request?.id ?? 0, answer })).rejects.toMatchObject({
      code: 'ALREADY_ANSWERED',
    });
    await bed.reaches(task.id, 'review');
    const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: task.id });
    await bed.calls.tasks.approve({ task: task.id, base, mergeBase, head, tree });
    expect(await bed.calls.requests.list()).toEqual([]);
  });

  it('keeps a question open over a restart and does not ask it twice', async () => {
    const task = await addTask('[ask: Which colour? | red | green]\n[write: hello.txt | hello]');
    const waiting = await bed.until(task.id, (now) => now.requests.length > 0);
    bed = await bed.restart();
    const after = await bed.until(task.id, (now) => now.state === 'waiting');
    expect(after.requests.map((request) => request.id)).toEqual(waiting.requests.map((request) => request.id));
    const answer = { decision: null, rule: null, options: [0], text: null };
    await bed.calls.requests.answer({ request: after.requests[0]?.id ?? 0, answer });
    const done = await bed.reaches(task.id, 'review', 'failed');
    expect(done).toMatchObject({ state: 'review', session: waiting.session });
  });

  it('sends a comment to the same session, whose next change is reviewed', async () => {
    const task = await addTask('[write: hello.txt | hello]');
    const first = await bed.reaches(task.id, 'review');
    await bed.calls.tasks.reject({ task: task.id, comment: 'Say more.\n[write: more.txt | more]' });
    const second = await bed.until(task.id, (now) => now.state === 'review' && now.updatedAt > first.updatedAt);
    expect(second.session).toBe(first.session);
    const review = await bed.calls.reviews.get({ task: task.id });
    expect(review.files.map((file) => file.path)).toContain('more.txt');
    expect(review.commits).toHaveLength(2);
  });

  it('discards into a backup and restores from it', async () => {
    const task = await addTask('[write: hello.txt | hello]');
    const { worktree } = await bed.reaches(task.id, 'review');
    const discarded = await bed.calls.tasks.discard({ task: task.id });
    expect(discarded).toMatchObject({ state: 'done', outcome: 'discarded', worktree: null });
    expect(existsSync(worktree ?? '')).toBe(false);
    // Only what is in hand can be cancelled: what was thrown away must stay where it can be brought back from.
    const cancelling = bed.calls.tasks.cancel({ task: task.id });
    await expect(cancelling).rejects.toMatchObject({
      code: 'WRONG_STATE',
      message: expect.stringContaining('is done (discarded)'),
    });
    const restored = await bed.calls.tasks.restore({ task: task.id });
    expect(restored).toMatchObject({ state: 'review', outcome: null });
    expect((await bed.calls.reviews.get({ task: task.id })).files.map((file) => file.path)).toEqual(['hello.txt']);
  });

  it('cancels a running agent and lets the person retry', async () => {
    const task = await addTask('[wait: 600s]\n[write: hello.txt | hello]');
    await bed.reaches(task.id, 'running');
    expect(await bed.calls.tasks.cancel({ task: task.id })).toMatchObject({ state: 'cancelled' });
    await expect(bed.calls.tasks.cancel({ task: task.id })).rejects.toMatchObject({ code: 'WRONG_STATE' });
    expect(await bed.calls.tasks.discard({ task: task.id })).toMatchObject({ outcome: 'discarded' });
  });

  it('is done when the agent finished without a change', async () => {
    const task = await addTask('[nothing]');
    expect(await bed.reaches(task.id, 'done', 'failed')).toMatchObject({ state: 'done', outcome: 'answered' });
  });

  it('fails with the reason the agent gave', async () => {
    const task = await addTask('[fail: no more ideas]');
    const failed = await bed.reaches(task.id, 'failed');
    expect(failed.error).toContain('no more ideas');
  });

  it('asks before a human-required task starts, and a no ends it untouched', async () => {
    const task = await addTask('[write: hello.txt | hello]', { permissionLevel: 'human-required' });
    const waiting = await bed.until(task.id, (now) => now.state === 'waiting');
    expect(waiting.requests[0]).toMatchObject({ kind: 'start' });
    expect(waiting.worktree).toBeNull();
    const answer = { decision: 'deny' as const, rule: null, options: [], text: null };
    await bed.calls.requests.answer({ request: waiting.requests[0]?.id ?? 0, answer });
    expect((await bed.reaches(task.id, 'cancelled')).worktree).toBeNull();
  });

  it('starts a task only when what it waits for has landed', async () => {
    const first = await addTask('[write: hello.txt | hello]');
    const second = await addTask('[write: second.txt | hello]', { after: [first.id] });
    await bed.reaches(first.id, 'review');
    expect((await bed.calls.tasks.get({ task: second.id })).blockedBy).toEqual([first.id]);
    const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: first.id });
    await bed.calls.tasks.approve({ task: first.id, base, mergeBase, head, tree });
    await bed.reaches(second.id, 'review');
  });

  it('runs the check command and keeps its output', async () => {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    await bed.calls.repositories.configure({
      repository: repository.id,
      checks: [{ name: 'check', command: 'test -f hello.txt && echo checked && exit 3', required: false }],
    });
    const task = await addTask('[write: hello.txt | hello]');
    await bed.reaches(task.id, 'review');
    const done = await bed.calls.tasks.get({ task: task.id });
    expect(done.checks).toMatchObject([{ state: 'failed', exitCode: 3, output: 'checked' }]);
  });
});
