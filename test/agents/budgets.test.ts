import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewTask, Task } from '../../core/contract/task';
import { agentTestEnvironment } from '../support/agents-environment';
import { type ModelServer, startModelServer } from '../support/model-server';
import { type Bed, openBed } from '../support/runtime';

let model: ModelServer;
let bed: Bed;

beforeEach(async () => {
  model = await startModelServer();
  bed = await openBed({ environment: agentTestEnvironment(['claude', 'goose'], model.url) });
});
afterEach(async () => {
  await bed.close();
  await model.close();
});

async function add(agent: string, steps: string, budget: NewTask['budget']): Promise<number> {
  const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  const prompt = `Please.\n${steps}`;
  const task = { repositoryId, title: 'Spend', prompt, agent, permissionLevel: 'autonomous', budget } as const;
  return (await bed.calls.tasks.create(task)).id;
}

const asks = (task: number) =>
  bed.until(task, ({ state, requests }) => requests.length > 0 || state === 'failed' || state === 'review');
const choose = (task: Task, option: number) =>
  bed.calls.requests.answer({
    request: task.requests[0]?.id ?? 0,
    answer: { decision: null, options: [option], text: null },
  });
/** Claude Code that is told to stop in the middle of a write leaves the file it was writing to, under a name of its own. */
const cutShort = /\.tmp\.\d+\.[0-9a-f]+$/;
const filesOf = async (task: number) =>
  (await bed.calls.reviews.get({ task })).files
    .map(({ path }) => path)
    .filter((path) => !cutShort.test(path))
    .sort();

const files = ['a', 'b', 'c', 'd', 'e', 'f'];
const writes = files.map((name) => `[write: ${name}.txt | ${name}]`).join('\n');

describe('a budget with the real Claude Code', () => {
  // Each call of the scripted model costs $0.0008 and 120 tokens.
  it.each([
    ['dollars', { usd: 0.003 }],
    ['tokens', { tokens: 400 }],
  ] as const)('of %s stops it within a call or two, and it goes on where it was', async (_name, budget) => {
    // An agent that is quicker than what counts its spending would be done before it is told to stop.
    model.answerUpTo(6);
    const id = await add('claude', writes, budget);
    const asked = await asks(id);
    model.answerUpTo(Number.POSITIVE_INFINITY);
    expect(asked).toMatchObject({ state: 'waiting', error: null });
    expect(asked.requests[0]).toMatchObject({ kind: 'budget' });
    expect(asked.requests[0]?.tool?.diff).toContain('+a');
    expect(model.exchanges.length).toBeLessThanOrEqual(6);
    expect(asked.spent.usd).toBeCloseTo(asked.spent.tokens * (0.0008 / 120), 6);
    expect(asked.spent).toMatchObject({ usdUntold: false, tokensUntold: false });
    const before = model.exchanges.length;
    await choose(asked, 0);
    const next = await asks(id);
    if (next.state === 'waiting') await choose(next, 0);
    const done = await bed.reaches(id, 'review', 'failed');
    expect(done).toMatchObject({ state: 'review', session: asked.session });
    expect(model.exchanges.length).toBeGreaterThan(before);
    expect(await filesOf(id)).toEqual(files.map((name) => `${name}.txt`));
    // What the sessions say and what the budget counted is the same sum.
    expect(done.spent.usd).toBeCloseTo(done.usage.costUsd ?? 0, 9);
  });
});

describe('a budget with the real Goose', () => {
  it('of dollars holds while it knows the price of its model, and each turn counts once', async () => {
    model.answerUpTo(6);
    const id = await add('goose', writes, { usd: 0.001 });
    const asked = await asks(id);
    model.answerUpTo(Number.POSITIVE_INFINITY);
    expect(asked).toMatchObject({ state: 'waiting', error: null });
    expect(asked.requests[0]?.title).toMatch(/of the \$0\.001 of this task are spent/);
    expect(asked.spent).toMatchObject({ usdUntold: false, tokensUntold: true });
    await choose(asked, 0);
    for (;;) {
      const next = await asks(id);
      if (next.state !== 'waiting') break;
      await choose(next, 0);
    }
    const done = await bed.reaches(id, 'review');
    expect(await filesOf(id)).toEqual(files.map((name) => `${name}.txt`));
    // Each call of the model costs $0.00045 at the price Goose knows; a pause may cost one that is cut off.
    expect(done.spent.usd).toBeLessThanOrEqual(model.exchanges.length * 0.00045 + 1e-9);
    expect(done.spent.usd).toBeGreaterThanOrEqual(7 * 0.00045 - 1e-9);
  });

  it('of dollars cannot be checked for another model: the cost is unknown and not nothing', async () => {
    await bed.close();
    bed = await openBed({ environment: { ...bed.config.environment, GOOSE_MODEL: 'my-own-model' } });
    const id = await add('goose', '[write: a.txt | a]', { usd: 0.000001 });
    const done = await bed.reaches(id, 'review', 'waiting', 'failed');
    expect(done).toMatchObject({ state: 'review', spent: { usd: 0, usdUntold: true, tokensUntold: true } });
    expect(done.spent.tokens).toBeGreaterThan(0);
  });
});
