import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEcho } from '../../../core/agents/echo';
import { echoHelp } from '../../../core/contract/echo';
import { exerciseAgent } from '../../suites/agent';
import { makeTurn, saidBy, type TurnOptions } from '../../support/turn';

exerciseAgent({
  name: 'echo',
  process: false,
  failures: [
    { name: 'a failure for good', prompt: 'Try.\n[fail: out of ink]', says: /out of ink/, end: 'lasting' },
    { name: 'a failure that passes', prompt: 'Try.\n[fail-once: jammed]', says: /jammed/, end: 'passing' },
  ],
  async make(root) {
    const folder = join(root, 'echo');
    const memories = () =>
      readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as { told: string[] });
    return {
      agent: createEcho({ folder }),
      environment: {},
      told: (text) =>
        memories()
          .flatMap(({ told }) => told)
          .filter((each) => each.includes(text)).length,
      kept: () => readdirSync(folder).length > 0,
      close: async () => {},
    };
  },
});

describe('the words of the echo agent', () => {
  let root: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-echo-')));
    mkdirSync(join(root, 'tree'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  async function take(options: Partial<TurnOptions> & { readonly prompt: string }) {
    const { turn, happened } = makeTurn({ directory: join(root, 'tree'), environment: {}, ...options });
    return { end: await createEcho({ folder: join(root, 'memory') }).take(turn), happened };
  }
  const read = (path: string) => readFileSync(join(root, 'tree', path), 'utf8');

  test('the task is written down, and a comment is added to it', async () => {
    const first = await take({ prompt: 'Sort the List!\nAll of it.' });
    expect(read('echo/sort-the-list.md')).toBe('Sort the List!\nAll of it.\n');
    await take({ prompt: 'Backwards.', resume: first.happened.sessions[0] as string });
    expect(read('echo/sort-the-list.md')).toBe('Sort the List!\nAll of it.\n\n## Comment 1\n\nBackwards.\n');
    expect(first.happened.transcript.find((body) => body.type === 'tool' && body.diff !== undefined)).toMatchObject({
      diff: expect.stringContaining('+Sort the List!'),
    });
  });

  test('nothing outside the worktree or in git is written', async () => {
    symlinkSync(root, join(root, 'tree', 'link'));
    const paths = ['../out.txt', '/tmp/../etc/x', 'link/out.txt', '.git/hooks/pre-commit', '.GIT/config'];
    for (const path of paths) {
      const { end, happened } = await take({ prompt: `Write.\n[write: ${path} | evil]` });
      expect(end.kind).toBe('completed');
      expect(saidBy(happened)).toContain('not inside the worktree');
    }
    expect(readdirSync(root).sort()).toEqual(['memory', 'tree']);
  });

  test('a plan that is refused ends the work there', async () => {
    const refuse = () => ({ decision: 'deny' as const, rule: null, options: [], text: 'too bold' });
    const { end, happened } = await take({ prompt: 'Plan.\n[plan: tear down | build up]', answer: refuse });
    expect(end.kind).toBe('completed');
    expect(happened.questions[0]).toMatchObject({ kind: 'plan', body: '1. tear down\n2. build up' });
    expect(readdirSync(join(root, 'tree'))).toEqual([]);
  });

  test('{answer} is what was said last: a denial without a reason says nothing, one with a reason is its reason', async () => {
    const prompt = '[ask: Which colour? | red | green]\n[permission: rm -rf /]\n[write: colour.txt | I like {answer}.]';
    const answering = (reason: string | null) => ({
      prompt: `Write down my favourite colour.\n${prompt}`,
      answer: (question: { readonly kind: string }) =>
        question.kind === 'permission'
          ? { decision: 'deny' as const, rule: null, options: [], text: reason }
          : { decision: null, rule: null, options: [1], text: null },
    });
    const { happened } = await take(answering(null));
    expect(read('colour.txt')).toBe('I like green.\n');
    expect(saidBy(happened)).toContain('I was not allowed to run rm -rf /, so I leave that out.');
    await take(answering('blue'));
    expect(read('colour.txt')).toBe('I like blue.\n');
    await take({
      prompt: 'Plan.\n[plan: paint]',
      answer: () => ({ decision: 'deny', rule: null, options: [], text: null }),
    });
    const told = readdirSync(join(root, 'memory')).map(
      (name) => JSON.parse(readFileSync(join(root, 'memory', name), 'utf8')).told,
    );
    expect(told).toEqual(expect.arrayContaining([['green'], ['green', 'blue'], []]));
  });

  test('a failure that passes works when it is tried again, and what was done is not done twice', async () => {
    const prompt = 'Try.\n[write: a.txt | {first} a\\nb]\n[fail-once: jam]\n[say: on we go]';
    const first = await take({ prompt });
    expect(first.end).toMatchObject({ kind: 'failed', error: 'jam', retryable: true });
    const again = await take({ prompt: '', opening: prompt, resume: first.happened.sessions[0] as string });
    expect(again.end.kind).toBe('completed');
    expect(again.happened.transcript.some((body) => body.type === 'tool')).toBe(false);
    expect(read('a.txt')).toBe('Try. a\nb\n');
  });

  test('a long wait is no silence, and as much text as asked for comes with its escapes', async () => {
    const { end, happened } = await take({
      prompt: 'Print.\n[wait: 400ms]\n[print: 200000]\n[escape]\n[nothing]',
      silenceMs: 150,
    });
    expect(end.kind).toBe('completed');
    expect(saidBy(happened).length).toBeGreaterThanOrEqual(200_000);
    expect(saidBy(happened)).toContain('\u001b]52;');
  });

  test('a line that looks like one of its own and is none is said not to be understood, once', async () => {
    const prompt = 'Look.\n[wriet: a.txt | a]\n[noting]\n[x] done\n[1]\n[fail-once: jam]\n[nothing]';
    const first = await take({ prompt });
    const said = saidBy(first.happened);
    expect(said.match(/I do not understand .*? and/g)).toEqual([
      'I do not understand [wriet: a.txt | a] and',
      'I do not understand [noting] and',
    ]);
    const again = await take({ prompt: '', resume: first.happened.sessions[0] as string });
    expect(saidBy(again.happened)).toContain('I do not understand');
  });

  test('the help names every word there is', () => {
    for (const word of [
      'ask',
      'permission',
      'plan',
      'write',
      'say',
      'print',
      'wait',
      'fail',
      'fail-once',
      'hang',
      'nothing',
    ]) {
      expect(echoHelp).toContain(`[${word}`);
    }
  });

  test('a session id that is no id reads no file', async () => {
    const { end, happened } = await take({ prompt: 'x', opening: 'Begin.', resume: '../../etc/passwd' });
    expect(end.kind).toBe('completed');
    expect(happened.transcript[0]).toMatchObject({ type: 'notice' });
  });
});
