import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
let repositoryId: number;
beforeEach(async () => {
  bed = await openBed();
  repositoryId = (await bed.calls.repositories.add({ path: bed.repository.path, trust: true })).id;
});
afterEach(() => bed.close());

const add = (prompt: string) => bed.calls.tasks.create({ repositoryId, title: 'Reach a limit', prompt, agent: 'echo' });
const parked = (task: number) => bed.until(task, (now) => now.state === 'queued' && now.parked !== null);

describe('a task whose provider refuses for now', () => {
  it('is parked until the limit is over, also through a restart, and that is no attempt', async () => {
    const before = Date.now();
    const task = await add('[write: one.txt | one]\n[limit: 60m]');
    const now = await parked(task.id);
    expect(now).toMatchObject({ parked: 'limit', parks: 1, attempt: 0, error: null });
    expect(now.queuedReason).toBe(
      'echo has reached a limit of its provider: The echo agent was told to reach a limit.',
    );
    expect(now.runAfter).toBeGreaterThan(before + 3_600_000);
    expect(now.runAfter).toBeLessThan(Date.now() + 3_600_000 + 62_000);
    expect(bed.runtime.status().workers[0]).toMatchObject({ running: 0 });
    bed = await bed.restart();
    const after = await bed.calls.tasks.get({ task: task.id });
    const { runAfter, queuedReason } = now;
    expect(after).toMatchObject({ state: 'queued', parked: 'limit', parks: 1, runAfter, queuedReason });
  });

  it('never fails for it, however often it happens', async () => {
    await bed.calls.settings.set({ name: 'maxAttempts', value: 1 });
    const task = await add('[limit]');
    for (let times = 1; times <= 3; times += 1) {
      const now = await bed.until(task.id, ({ state, parks }) => state === 'failed' || parks === times);
      expect(now).toMatchObject({ state: 'queued', parked: 'limit', attempt: 0 });
      await bed.calls.tasks.resume({ task: task.id });
    }
  });

  it('goes on in its session and worktree when the person says now, which they can only while it is queued', async () => {
    const task = await add('[say: First words.]\n[limit-once: 60m]\n[write: done.txt | done]');
    const before = await parked(task.id);
    await bed.calls.tasks.resume({ task: task.id });
    const after = await bed.reaches(task.id, 'review', 'failed');
    expect(after).toMatchObject({ state: 'review', parks: 0, attempt: 1 });
    expect(after).toMatchObject({ session: before.session, worktree: before.worktree });
    await expect(bed.calls.tasks.resume({ task: task.id })).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });

  it('holds the other tasks of its agent back, until one of them works', async () => {
    const reviewed = (await add('[write: reviewed.txt | ok]')).id;
    await bed.reaches(reviewed, 'review');
    const first = await add('[limit-once: 60m]\n[write: done.txt | done]');
    await parked(first.id);
    const second = await add('[write: kestrel.txt | kestrel]');
    const waits = await parked(second.id);
    expect(waits).toMatchObject({ parked: 'agent', attempt: 0, session: null });
    expect(waits.queuedReason).toContain(`Waits with task ${first.id}`);
    // What has not begun can be given other words and another budget, and is found by those; what has begun cannot.
    const words = { title: 'Write of birds', prompt: '[write: flamingo.txt | pink]' };
    await expect(bed.calls.tasks.edit({ task: first.id, ...words })).rejects.toMatchObject({
      ...{ code: 'WRONG_STATE', message: expect.stringMatching(/has begun with echo.* task say \d+ .*cancel it/) },
    });
    expect(await bed.calls.tasks.edit({ task: first.id, priority: 'high_priority' })).toMatchObject({
      parked: 'limit',
    });
    const review = await bed.calls.reviews.ask({ task: reviewed, agent: 'echo' });
    await expect(bed.calls.tasks.edit({ task: review.id, ...words })).rejects.toMatchObject({
      ...{ code: 'WRONG_STATE', message: expect.stringMatching(/reviews task \d+, and its words go with that/) },
    });
    const edited = await bed.calls.tasks.edit({ task: second.id, ...words, budget: { minutes: 5 } });
    const budget = { usd: null, tokens: null, minutes: 5 };
    expect(edited).toMatchObject({ title: words.title, budget, parked: 'agent' });
    const found = async (typed: string) =>
      (await bed.calls.search.find({ words: typed, limit: 5, perTask: 5 })).found.map(({ task }) => task);
    await expect.poll(() => found('flamingo birds')).toEqual([second.id]);
    expect(await found('kestrel')).toEqual([]);
    await bed.calls.tasks.resume({ task: first.id });
    const written = await bed.reaches(second.id, 'review');
    expect(await readFile(join(written.worktree ?? '', 'flamingo.txt'), 'utf8')).toBe('pink\n');
    await expect(bed.calls.tasks.edit({ task: second.id, budget: { usd: 1 } })).rejects.toMatchObject({
      message: expect.stringContaining('is in review and cannot be edited. Approve it, ask for changes'),
    });
  });

  it('holds them no longer once it is cancelled, or works on, which its tools tell before its turn is over', async () => {
    const first = await add('[limit-once: 60m]\n[write: done.txt | done]\n[wait: 60m]');
    await parked(first.id);
    const second = await add('[write: two.txt | two]');
    await parked(second.id);
    await bed.calls.tasks.cancel({ task: first.id });
    await bed.reaches(second.id, 'review');
    const third = await add('[limit-once: 61m]\n[write: done.txt | done]\n[wait: 60m]');
    await parked(third.id);
    const fourth = await add('[write: four.txt | four]');
    expect(await parked(fourth.id)).toMatchObject({ parked: 'agent' });
    await bed.calls.tasks.resume({ task: third.id });
    await bed.reaches(fourth.id, 'review');
    expect(await bed.calls.tasks.get({ task: third.id })).toMatchObject({ state: 'running' });
  });
});
