import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewTask, Task } from '../../../core/contract/task';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
let repositoryId: number;
beforeEach(async () => {
  bed = await openBed();
  repositoryId = (await bed.calls.repositories.add({ path: bed.repository.path, trust: true })).id;
});
afterEach(() => bed.close());

// The pause lets what was spent be counted before the next step, as a model's next call would.
const spending = '[write: one.txt | one]\n[spend: 2 | 100]\n[wait: 1s]\n[write: two.txt | two]';
const add = (prompt: string, more: Partial<NewTask> = {}) =>
  bed.calls.tasks.create({ repositoryId, title: 'Spend', prompt, agent: 'echo', ...more });
const asks = (task: number) => bed.until(task, (now) => now.requests.some(({ kind }) => kind === 'budget'));
const choose = (task: Task, option: number) =>
  bed.calls.requests.answer({
    request: task.requests[0]?.id ?? 0,
    answer: { decision: null, options: [option], text: null },
  });
const filesOf = async (task: number) => (await bed.calls.reviews.get({ task })).files.map(({ path }) => path);

describe('a task that reaches its budget', () => {
  it('waits for the person, who sees the change so far, also after a restart, and goes on when they allow more', async () => {
    const { id } = await add(spending, { budget: { usd: 2 } });
    const before = await asks(id);
    expect(before).toMatchObject({ state: 'waiting', budget: { usd: 2 }, spent: { usd: 2, tokens: 100 } });
    const [request] = before.requests;
    expect(request?.title).toBe('The budget is reached: $2.00 of the $2.00 of this task are spent');
    expect(request?.body).toMatch(
      /^This task spent \$2\.00, 100 tokens, .* of work\. So far it changed 1 file, \+1 −0\.$/,
    );
    expect(request?.tool?.diff).toContain('+one');
    expect(request?.tool?.diff).not.toContain('+two');
    expect(request?.options.map(({ label }) => label)).toEqual([
      'Allow another $2.00',
      'Finish now and review',
      'Stop the task',
    ]);

    // The same is asked once more, and not as a second question.
    bed = await bed.restart();
    const again = await bed.until(id, ({ state, requests }) => state === 'waiting' && requests.length > 0);
    expect(again.requests.map((each) => each.id)).toEqual([request?.id]);

    // In its session, and the record says so.
    await choose(again, 0);
    const after = await bed.reaches(id, 'review', 'failed');
    expect(after).toMatchObject({ state: 'review', session: before.session, attempt: 1 });
    expect(after).toMatchObject({ budget: { usd: 4 }, spent: { usd: 2 } });
    expect(await filesOf(id)).toEqual(['one.txt', 'two.txt']);
    const [sealed] = await bed.calls.decisions.list({ task: id });
    expect(JSON.parse(sealed?.text ?? '')).toMatchObject({
      kind: 'answer',
      shown: { kind: 'budget', tool: { diff: expect.stringContaining('+one') } },
      answered: { options: [0] },
    });
  });

  it('lets what is to be said next be changed while it waits, and says that when it goes on', async () => {
    const { id } = await add('[write: one.txt | one]\n[spend: 2 | 100]', { budget: { usd: 2 } });
    await bed.reaches(id, 'review');
    await bed.calls.tasks.reject({ task: id, comment: 'Before' });
    const now = await asks(id);
    const [comment] = await bed.calls.messages.list({ task: id });
    expect(comment).toMatchObject({ text: 'Before', state: 'queued' });
    await bed.calls.messages.edit({ message: comment?.id ?? 0, text: 'After' });
    await choose(now, 0);
    const { session } = await bed.reaches(id, 'review');
    const told = await bed.calls.sessions.read({ session: session ?? 0, after: 0 });
    expect(told.flatMap((event) => (event.type === 'prompt' ? [event.text] : [])).slice(1)).toEqual(['After']);
  });

  it('is put into review with what is there when it is to finish now, and keeps what was said to its agent', async () => {
    const { id } = await add(spending, { budget: { tokens: 100 } });
    const now = await asks(id);
    const { id: message } = await bed.calls.messages.add({ task: id, text: 'And three' });
    await choose(now, 1);
    const { state } = await bed.until(id, (task) => task.state === 'review' || task.state === 'queued');
    expect(state).toBe('review');
    expect(await filesOf(id)).toEqual(['one.txt']);
    expect(await bed.calls.messages.list({ task: id })).toMatchObject([{ id: message, state: 'queued' }]);
  });

  it('takes back what was not said to its agent, and says so, when it finishes now without a change', async () => {
    const { id } = await add('[spend: 2 | 100]\n[wait: 1s]', { budget: { usd: 2 } });
    const now = await asks(id);
    await bed.calls.messages.add({ task: id, text: 'And three' });
    await choose(now, 1);
    expect(await bed.reaches(id, 'done')).toMatchObject({ outcome: 'answered' });
    expect(await bed.calls.messages.list({ task: id })).toEqual([]);
    const leave = new AbortController();
    const follow = { session: now.session ?? 0, after: 0 };
    for await (const events of await bed.calls.sessions.follow(follow, { signal: leave.signal })) {
      if (events.some((event) => event.type === 'notice' && /not said to the agent: And three/.test(event.text))) break;
    }
    leave.abort();
  });

  it('is cancelled when it is to stop, and keeps its worktree', async () => {
    const { id } = await add(spending, { budget: { usd: 1 } });
    await choose(await asks(id), 2);
    const after = await bed.reaches(id, 'cancelled');
    expect(after.worktree).not.toBeNull();
    expect((await bed.calls.tasks.get({ task: id })).transitions.at(-1)).toMatchObject({
      reason: 'Stopped at its budget.',
      by: 'person',
    });
  });

  it('carries out an answer that came while nobody worked on it, whichever it is, exactly once', async () => {
    const expected = [
      { option: 0, state: 'review', files: ['one.txt', 'two.txt'], usd: 4 },
      { option: 1, state: 'review', files: ['one.txt'], usd: 2 },
      { option: 2, state: 'cancelled', files: null, usd: 2 },
    ] as const;
    await bed.calls.settings.set({ name: 'concurrency', value: expected.length });
    const tasks = await Promise.all(expected.map(() => add(spending, { budget: { usd: 2 } })));
    const asked = await Promise.all(tasks.map(({ id }) => asks(id)));
    await bed.runtime.stop();
    // The answers are committed and then everything ends, as a crash right after them would have it.
    const idle = await bed.again(false);
    for (const { option } of expected) {
      await idle.calls.requests.answer({
        request: asked[option]?.requests[0]?.id ?? 0,
        answer: { decision: null, options: [option], text: null },
      });
    }
    await idle.runtime.stop();
    bed = await bed.again(true);
    for (const { option, state, files, usd } of expected) {
      const after = await bed.reaches(tasks[option]?.id ?? 0, state);
      expect(after).toMatchObject({ requests: [], budget: { usd } });
      if (files !== null) expect(await filesOf(after.id)).toEqual(files);
    }
  });

  it('is stopped by the clock when minutes are what it may spend', async () => {
    const { id } = await add('[wait: 60s]', { budget: { minutes: 0.01 } });
    const now = await asks(id);
    expect(now.requests[0]?.title).toMatch(/of the 1 s of this task are spent/);
    expect(now.spent.runningMs).toBeGreaterThanOrEqual(600);
    expect(now.spent.runningMs).toBeLessThan(20_000);
  });

  it('has the budget of the settings unless it is given one', async () => {
    await bed.calls.settings.set({ name: 'taskBudget', value: { usd: 3, minutes: 60 } });
    const later = { runAfter: Date.now() + 3_600_000 };
    expect((await add('[nothing]', later)).budget).toEqual({ usd: 3, tokens: null, minutes: 60 });
    expect((await add('[nothing]', { ...later, budget: { usd: null, tokens: 5 } })).budget).toEqual({
      usd: null,
      tokens: 5,
      minutes: 60,
    });
  });
});

describe('a question about a budget that was raised while nobody worked on the task', () => {
  it('is taken back, and the task goes on', async () => {
    await bed.calls.settings.set({ name: 'dayBudget', value: { usd: 2 } });
    const { id } = await add(spending);
    const asked = await asks(id);
    await bed.runtime.stop();
    const idle = await bed.again(false);
    await idle.calls.settings.set({ name: 'dayBudget', value: { usd: 5 } });
    await idle.runtime.stop();
    bed = await bed.again(true);
    expect(await bed.reaches(id, 'review')).toMatchObject({ requests: [], session: asked.session });
  });
});

describe('the budget of a day', () => {
  const parked = (task: number) => bed.until(task, ({ parked }) => parked === 'budget');

  it('keeps tasks from starting once it is spent, and lets them start when it is raised', async () => {
    await bed.calls.settings.set({ name: 'dayBudget', value: { usd: 2 } });
    const first = await add('[spend: 2]\n[nothing]');
    await bed.reaches(first.id, 'done');
    const second = await add('[nothing]');
    const waits = await parked(second.id);
    expect(waits).toMatchObject({ state: 'queued', attempt: 0 });
    expect(waits.queuedReason).toMatch(/^\$2\.00 of the \$2\.00 of all tasks for today are spent\. It starts tomorrow/);
    const midnight = new Date().setHours(24, 0, 0, 0);
    expect(waits.runAfter).toBeGreaterThanOrEqual(midnight);
    expect(waits.runAfter).toBeLessThan(midnight + 60_000);
    await expect(bed.calls.tasks.resume({ task: second.id })).rejects.toThrow(/Raise the setting dayBudget/);
    await bed.calls.settings.set({ name: 'dayBudget', value: { usd: 3 } });
    await bed.reaches(second.id, 'done');
    expect(bed.runtime.status().today).toMatchObject({ spent: { usd: 2 }, budget: { usd: 3 } });
  });

  it('of one repository holds back only its own tasks', async () => {
    await bed.calls.repositories.configure({
      repository: repositoryId,
      budget: { usd: 1, tokens: null, minutes: null },
    });
    const first = await add('[spend: 1]\n[nothing]');
    await bed.reaches(first.id, 'done');
    const second = await add('[nothing]');
    expect((await parked(second.id)).queuedReason).toContain('of its repository for today');
    await bed.calls.repositories.configure({
      repository: repositoryId,
      budget: { usd: null, tokens: null, minutes: null },
    });
    await bed.reaches(second.id, 'done');
  });

  it('pauses what is at work when it is reached, and more can be allowed for today', async () => {
    await bed.calls.settings.set({ name: 'dayBudget', value: { usd: 2 } });
    const { id } = await add(spending);
    const now = await asks(id);
    expect(now.requests[0]?.options[0]?.label).toBe('Allow another $2.00 today');
    const other = await add('[nothing]');
    await parked(other.id);
    await choose(now, 0);
    await bed.reaches(id, 'review');
    await bed.reaches(other.id, 'done');
  });
});
