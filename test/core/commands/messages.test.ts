import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../../core/contract/request';
import { type Bed, openBed } from '../../support/runtime';

const answer: Answer = { decision: null, rule: null, options: [0], text: null };

describe('messages to an agent', () => {
  let bed: Bed;
  beforeEach(async () => {
    bed = await openBed();
  });
  afterEach(() => bed.close());

  async function addTask(prompt: string, more: { command?: string; runAfter?: number } = {}) {
    const { command, ...rest } = more;
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    if (command !== undefined) {
      const checks = [{ name: 'check', command, required: false }];
      await bed.calls.repositories.configure({ repository: repository.id, checks });
    }
    const wanted = { repositoryId: repository.id, title: 'Say hello', prompt, agent: 'echo', ...rest };
    return (await bed.calls.tasks.create(wanted)).id;
  }

  /** Everything the agent of a task was told, in order. */
  async function told(task: number): Promise<string[]> {
    const { session } = await bed.calls.tasks.get({ task });
    const events = await bed.calls.sessions.read({ session: session ?? 0, after: 0 });
    return events.flatMap((event) => (event.type === 'prompt' ? [event.text] : []));
  }

  const asking = 'Say hello\n[ask: Which? | a | b]\n[write: one.txt | one]';

  async function answered(task: number): Promise<void> {
    const { requests } = await bed.until(task, (now) => now.state === 'waiting');
    await bed.calls.requests.answer({ request: requests[0]?.id ?? 0, answer });
  }

  it('wait while it is busy, as they were last changed, are its next message, and are refused once it rests', async () => {
    const task = await addTask(asking);
    await bed.reaches(task, 'waiting');
    const first = await bed.calls.messages.add({ task, text: 'Also write two' });
    const second = await bed.calls.messages.add({ task, text: 'Never mind' });
    await bed.calls.messages.edit({ message: first.id, text: 'Also write two\n[write: two.txt | two]' });
    await bed.calls.messages.remove({ message: second.id });
    expect(await bed.calls.messages.list({ task })).toMatchObject([{ id: first.id, state: 'queued' }]);
    await answered(task);
    await bed.reaches(task, 'review');
    expect(await told(task)).toEqual([asking, 'Also write two\n[write: two.txt | two]']);
    expect(await bed.calls.messages.list({ task })).toEqual([]);
    expect((await bed.calls.reviews.get({ task })).files.map(({ path }) => path)).toEqual(['one.txt', 'two.txt']);
    const late = bed.calls.messages.edit({ message: first.id, text: 'Too late' });
    await expect(late).rejects.toMatchObject({ code: 'WRONG_STATE' });
    const said = bed.calls.messages.add({ task, text: 'More' });
    await expect(said).rejects.toMatchObject({ code: 'WRONG_STATE', message: expect.stringContaining('task reject') });
  });

  it('outlive a restart and are said once', async () => {
    const task = await addTask(asking);
    await bed.reaches(task, 'waiting');
    await bed.calls.messages.add({ task, text: 'And mind the tests' });
    bed = await bed.restart();
    await answered(task);
    await bed.reaches(task, 'review');
    // The turn the restart cut off goes on before the agent is told anything new.
    expect(await told(task)).toEqual([asking, 'And mind the tests']);
    expect((await bed.calls.reviews.get({ task })).files.map(({ path }) => path)).toContain('one.txt');
  });

  it('written before the agent starts are part of the first thing it is told', async () => {
    const task = await addTask('Say hello', { runAfter: Date.now() + 1500 });
    await bed.calls.messages.add({ task, text: 'In French' });
    await bed.reaches(task, 'review');
    expect(await told(task)).toEqual(['Say hello\n\nIn French']);
  });

  it('written after its last turn ended, before the change is put to the person, send it on instead', async () => {
    const go = join(bed.folder, 'go');
    const command = `until test -e '${go}'; do sleep 0.05; done`;
    const task = await addTask('[write: one.txt | one]', { command });
    await bed.until(task, (now) => now.checks.length === 1);
    await bed.calls.messages.add({ task, text: 'And two.\n[write: two.txt | two]' });
    await writeFile(go, '');
    const reviewed = await bed.until(task, (now) => now.state === 'review');
    expect(reviewed.change).toMatchObject({ files: 2 });
    const { commits } = await bed.calls.reviews.get({ task });
    expect(commits.map(({ subject }) => subject)).toContainEqual(expect.stringMatching(/^Round 2: /));
    const { transitions } = await bed.calls.tasks.get({ task });
    expect(transitions.map(({ reason }) => reason)).toContain('You wrote to the agent; it goes on with that.');
    expect(reviewed.attempt).toBe(1);
    expect(await told(task)).toHaveLength(2);
  });

  it('that wait when the task fails are said when it is retried', async () => {
    const task = await addTask('[ask: Which? | a | b]\n[fail: no idea]');
    await bed.reaches(task, 'waiting');
    const { id } = await bed.calls.messages.add({ task, text: '[write: one.txt | one]' });
    await answered(task);
    await bed.reaches(task, 'failed');
    expect(await bed.calls.messages.list({ task })).toMatchObject([{ id, state: 'queued' }]);
    await bed.calls.tasks.retry({ task });
    await bed.reaches(task, 'review');
    expect((await told(task)).at(-1)).toBe('[write: one.txt | one]');
  });
});
