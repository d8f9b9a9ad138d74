import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Task } from '../../core/contract/task';
import { agentTestEnvironment } from '../support/agents-environment';
import { type ModelServer, startModelServer } from '../support/model-server';
import { type Bed, openBed } from '../support/runtime';

/** The main job with the real programs: queue, worktree, a permission from the person, review and merge. */
describe.each(['claude', 'goose'] as const)('the main job with %s', (agent) => {
  let model: ModelServer;
  let bed: Bed;

  beforeEach(async () => {
    model = await startModelServer();
    bed = await openBed({ environment: agentTestEnvironment(agent, model.url), pidNamespace: 'auto' });
  });
  afterEach(async () => {
    await bed.close();
    await model.close();
  });

  it('asks the person, goes on after the answer, and lands on the base branch', async () => {
    await bed.repository.write('mine.txt', 'uncommitted');
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const task = await bed.calls.tasks.create({
      repositoryId: repository.id,
      title: `Greet with ${agent}`,
      prompt: 'Please.\n[permission: echo from the shell > shell.txt]',
      agent,
    });
    const waiting = await bed.until(task.id, (now) => now.requests.length > 0 || now.state === 'failed');
    expect(waiting.error).toBeNull();
    expect(waiting.requests[0]?.tool?.command).toBe('echo from the shell > shell.txt');
    const answer = { decision: 'allow' as const, rule: null, options: [], text: null };
    await bed.calls.requests.answer({ request: waiting.requests[0]?.id ?? 0, answer });

    const done = await bed.reaches(task.id, 'review', 'failed', 'done');
    expect(done).toMatchObject({ state: 'review', error: null });
    const { base, mergeBase, head, tree, files } = await bed.calls.reviews.get({ task: task.id });
    expect(files.map((file) => file.path)).toEqual(['shell.txt']);
    await bed.calls.tasks.approve({ task: task.id, base, mergeBase, head, tree });
    expect(await bed.repository.read('shell.txt')).toBe('from the shell\n');
    expect(await bed.repository.git('log', '-1', '--format=%s', 'main')).toBe(`Greet with ${agent}`);
    expect(await bed.repository.read('mine.txt')).toBe('uncommitted');
  });

  it('what the person allowed for good is not asked again, of commands and of files in the worktree', async () => {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const create = (prompt: string) =>
      bed.calls.tasks.create({ repositoryId: repository.id, title: 'Rules', prompt: `Please.\n${prompt}`, agent });
    const first = await create('[permission: make check]\n[write: a.txt | a]');
    const allowForGood = async (after: number) => {
      const asks = ({ requests, state }: Task) => requests.some(({ id }) => id > after) || state === 'failed';
      const [request] = (await bed.until(first.id, asks)).requests;
      const rule = request?.rules.find(({ scope }) => scope === 'repository') ?? null;
      const answer = { decision: 'allow' as const, rule, options: [], text: null };
      await bed.calls.requests.answer({ request: request?.id ?? 0, answer });
      return { id: request?.id ?? 0, by: rule?.match.by };
    };
    const command = await allowForGood(0);
    const files = await allowForGood(command.id);
    expect([command.by, files.by]).toEqual(['prefix', 'files']);
    await bed.reaches(first.id, 'review');
    const second = await create('[permission: make check -j2]\n[write: b.txt | b]');
    expect(await bed.reaches(second.id, 'review', 'waiting', 'failed')).toMatchObject({ state: 'review' });
    expect((await bed.calls.rules.list({})).map(({ uses }) => uses)).toEqual([1, 1]);
  });

  it('reviews a change of another agent, with tools that need no leave, and changes nothing', async () => {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const wanted = { repositoryId: repository.id, title: 'One', agent: 'echo', prompt: '[write: one.txt | one\\ntwo]' };
    const { id: task } = await bed.calls.tasks.create(wanted);
    await bed.reaches(task, 'review');
    const prompt = [
      '[comment: one.txt:2 | Say three]',
      '[comment: elsewhere.txt:1 | Not here]',
      '[comment: one.txt:2 | Say three]',
      '[verdict: needs changes | One thing.]',
    ].join('\n');
    const review = await bed.calls.reviews.ask({ task, agent, prompt });
    const done = await bed.reaches(review.id, 'done', 'failed', 'waiting');
    expect(done).toMatchObject({ state: 'done', outcome: 'answered', requests: [], error: null });
    expect(await bed.calls.comments.list({ task })).toMatchObject([
      { fate: 'proposed', text: 'Say three', quote: 'two', reviewer: { task: review.id, agent } },
    ]);
    expect(await bed.calls.reviews.asked({ task })).toMatchObject([
      { verdict: 'needs changes', summary: 'One thing.' },
    ]);
    // What was wrong with the second call was told to the model, and the third found the first.
    expect(model.told('the change has no file elsewhere.txt')).toBeGreaterThan(0);
    expect(model.told('Left comment 1.')).toBeGreaterThan(0);
    expect(model.told('Left comment 2.')).toBe(0);
  });

  it('goes back to what its first turn made, and goes on from there', async () => {
    const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const task = { repositoryId, title: 'Back', agent, permissionLevel: 'autonomous' } as const;
    const { id } = await bed.calls.tasks.create({ ...task, prompt: 'FIRST\n[permission: echo one > one.txt]' });
    const { worktree } = await bed.reaches(id, 'review', 'failed');
    const again = async (comment: string) => {
      await bed.calls.tasks.reject({ task: id, comment });
      expect(await bed.reaches(id, 'review', 'failed')).toMatchObject({ error: null });
    };
    await again('SECOND\n[permission: echo two > two.txt; echo more >> one.txt]');
    const kept = await bed.calls.checkpoints.list({ task: id });
    expect(kept.map(({ kind, turn, change }) => [kind, turn, change.files])).toEqual([
      ['start', 0, 0],
      ['turn', 1, 1],
      ['turn', 2, 2],
    ]);
    const gone = await bed.calls.checkpoints.back({ task: id, checkpoint: 1 });
    expect(gone.conversation).toBe(agent === 'claude' ? 'back' : 'kept');
    expect(readdirSync(worktree ?? '')).toEqual(['.git', 'README.md', 'one.txt', 'source']);
    expect(readFileSync(join(worktree ?? '', 'one.txt'), 'utf8')).toBe('one\n');

    await again('THIRD\n[permission: echo three > three.txt]');
    const files = async () => (await bed.calls.reviews.get({ task: id })).files.map(({ path }) => path).sort();
    expect(await files()).toEqual(['one.txt', 'three.txt']);
    const heard = model.exchanges.at(-1)?.prompts.join('\n') ?? '';
    expect(heard).toMatch(/FIRST[\s\S]*THIRD/);
    // Claude Code knows nothing of what was undone; Goose does, and is told that it is.
    expect(heard.includes('SECOND')).toBe(agent === 'goose');
    expect(heard.includes('put the files of this worktree back')).toBe(agent === 'goose');

    // Undone, the second turn is there again, and of Claude Code its conversation too.
    await bed.calls.checkpoints.back({ task: id, checkpoint: gone.left });
    expect(await files()).toEqual(['one.txt', 'two.txt']);
    await again('FOURTH\n[nothing]');
    expect(model.exchanges.at(-1)?.prompts.join('\n')).toMatch(/FIRST[\s\S]*SECOND[\s\S]*FOURTH/);
    expect(model.exchanges.at(-1)?.prompts.join('\n').includes('THIRD')).toBe(agent === 'goose');
  });
});
