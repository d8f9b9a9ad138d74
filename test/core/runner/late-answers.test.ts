import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Answer } from '../../../core/contract/request';
import { waitsSince } from '../../../core/contract/task';
import { programArgs } from '../../support/programs';
import { type Bed, openBed } from '../../support/runtime';

const allow: Answer = { decision: 'allow', rule: null, options: [], text: null };

const soon = { timeout: 15_000 };

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
});
afterEach(() => bed.close());

/** A task for an agent whose turn ends though its question was not answered. */
async function addTask(prompt: string, ...flags: string[]): Promise<number> {
  const args = programArgs('agent', ...flags);
  await bed.calls.settings.set({ name: 'acpAgents', value: [{ name: 'hasty', command: process.execPath, args }] });
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  const wanted = { repositoryId: repository.id, title: 'Hurry', prompt, agent: 'hasty' };
  return (await bed.calls.tasks.create(wanted)).id;
}

/** What the agent was told and what it said, in order. */
async function talk(task: number): Promise<{ told: string[]; said: string[] }> {
  const { session } = await bed.calls.tasks.get({ task });
  const events = await bed.calls.sessions.read({ session: session ?? 0, after: 0 });
  return {
    told: events.flatMap((event) => (event.type === 'prompt' ? [event.text] : [])),
    said: events.flatMap((event) => (event.type === 'text' ? [event.text] : [])),
  };
}

const asked = async (task: number) => (await bed.until(task, (now) => now.state === 'waiting')).requests[0]?.id ?? 0;

it('a question the agent gave up on stays with the person, and the late answer is its next message, once', async () => {
  const task = await addTask('guessed');
  const request = await asked(task);
  const late = { decision: null, rule: null, options: [], text: 'Blue' };
  // Only once the agent is gone is the answer a late one.
  await expect.poll(async () => (await talk(task)).said, soon).toEqual(['I guess.']);
  const before = await bed.calls.tasks.get({ task });
  bed = await bed.restart();
  await expect.poll(async () => (await talk(task)).told, soon).toHaveLength(2);
  const after = await bed.until(task, (now) => now.state === 'waiting');
  // It was queued and claimed in between; for the person it has waited all the time.
  expect(after.stateSince).toBeGreaterThan(before.stateSince);
  expect(waitsSince(after)).toBe(waitsSince(before));
  await bed.calls.requests.answer({ request, answer: late });
  await bed.reaches(task, 'review');
  const { told } = await talk(task);
  expect(told.at(-1)).toBe('You asked: Which color?\nThe answer is: Blue');
  expect(told.filter((text) => text.includes('Blue'))).toHaveLength(1);
});

it('leave whose question was cut off is asked for again as the same request, and is never called refused', async () => {
  const task = await addTask('gaveup');
  const request = await asked(task);
  await expect.poll(async () => (await talk(task)).told, soon).toHaveLength(2);
  expect((await talk(task)).told.at(-1)).toMatch(
    /^You asked for leave: Run it\n.*it was not refused\. Ask for it again/,
  );
  await expect.poll(async () => (await bed.calls.tasks.get({ task })).state, soon).toBe('waiting');
  expect((await bed.calls.requests.list()).map(({ id }) => id)).toEqual([request]);
  await bed.calls.requests.answer({ request, answer: allow });
  await bed.reaches(task, 'review');
  expect((await talk(task)).said.at(-1)).toBe('Heard {"outcome":"selected","optionId":"reject"}');
});

it('leave the agent does not ask for again, though it was told to, is taken back and the task goes on', async () => {
  const task = await addTask('gaveup', 'stubborn');
  const request = await asked(task);
  const { transitions } = await bed.calls.tasks.get({ task: (await bed.reaches(task, 'review')).id });
  expect(await bed.calls.requests.list()).toEqual([]);
  await expect(bed.calls.requests.answer({ request, answer: allow })).rejects.toMatchObject({ code: 'WRONG_STATE' });
  expect(transitions.map(({ to }) => to)).toEqual(['queued', 'running', 'waiting', 'running', 'review']);
});

it('leave that was given while the agent was gone is given to it without asking the person again', async () => {
  const task = await addTask('permission');
  const request = await asked(task);
  await bed.runtime.stop();
  bed = await bed.again(false);
  await bed.calls.requests.answer({ request, answer: allow });
  await bed.runtime.start();
  await bed.reaches(task, 'review');
  const { told, said } = await talk(task);
  expect(told.at(-1)).toMatch(/^You asked for leave: Run it\n.*the person gave it, and .*\. Do it now/);
  expect(said.at(-1)).toBe('Heard {"outcome":"selected","optionId":"reject"}');
  expect(told.join()).not.toContain('refused');
});
