import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAcpAgent } from '../../../core/agents/acp';
import type { AskHuman } from '../../../core/agents/acp-program';
import type { Agent } from '../../../core/agents/agent';
import { findLeftovers } from '../../../core/agents/leftovers';
import type { Answer } from '../../../core/contract/request';
import { programArgs } from '../../support/programs';
import { type Happened, makeTurn, saidBy, type TurnOptions } from '../../support/turn';

let directory = '';
let marker = '';

beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-acp-')));
  marker = `acp-${process.pid}-${directory.slice(-6)}`;
});

afterEach(() => {
  expect(findLeftovers({ group: null, marker })).toEqual([]);
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});

function testAgent(...given: (string | { readonly askHuman: AskHuman })[]): Agent {
  const flags = given.filter((flag) => typeof flag === 'string');
  const more = given.find((one) => typeof one === 'object');
  return createAcpAgent({
    name: 'test',
    label: 'Test',
    command: process.execPath,
    args: programArgs('agent', ...flags),
    install: 'It is part of the tests.',
    askHuman: more?.askHuman ?? null,
  });
}

async function take(prompt: string, options: Partial<TurnOptions> & { readonly agent?: Agent } = {}) {
  const { agent = testAgent(), ...rest } = options;
  const environment = { PATH: process.env.PATH ?? '', SWITCHYARD_TASK: marker };
  const { turn, happened } = makeTurn({ prompt, directory, environment, ...rest });
  return { end: await agent.take(turn), happened };
}

const seen = (): string =>
  existsSync(join(directory, 'seen.txt')) ? readFileSync(join(directory, 'seen.txt'), 'utf8') : '';
const toolsOf = (happened: Happened) => happened.transcript.flatMap((body) => (body.type === 'tool' ? [body] : []));
const noticesOf = (happened: Happened) =>
  happened.transcript.flatMap((body) => (body.type === 'notice' ? [body.text] : [])).join('\n');
const answer = (given: Partial<Answer>): Answer => ({
  decision: null,
  rule: null,
  options: [],
  text: null,
  ...given,
});

describe('what an agent tells', () => {
  test('pieces of one message become one message, and thoughts and plans keep their place', async () => {
    const { end, happened } = await take('talk');
    expect(end).toEqual({ kind: 'completed', usage: { inputTokens: 7, outputTokens: 3, costUsd: 0.25 } });
    expect(happened.transcript.map((body) => ('text' in body ? `${body.type} ${body.text}` : body.type))).toEqual([
      'text One two three.',
      'thought Hm.',
      'text Another.',
      'plan',
      'context',
      'usage',
    ]);
    const messages = happened.transcript.flatMap((body) => ('message' in body ? [body.message] : []));
    expect(new Set(messages).size).toBe(3);
  });

  test('messages of different turns never share an id', async () => {
    const first = await take('talk');
    const second = await take('talk', { resume: first.happened.sessions[0] ?? null });
    const ids = (happened: Happened) =>
      happened.transcript.flatMap((body) => ('message' in body ? [body.message] : []));
    expect(ids(first.happened).filter((id) => ids(second.happened).includes(id))).toEqual([]);
  });

  test('an edit is told with its diff and its path inside the worktree', async () => {
    const { happened } = await take('tool');
    const done = toolsOf(happened).find((body) => body.status === 'completed');
    expect(done).toMatchObject({ title: 'Edit a', kind: 'edit', output: 'Edited.', paths: ['a.txt'] });
    expect(done?.diff).toContain('@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n');
  });

  test('a tool that never told its end is closed when the turn ends', async () => {
    const { happened } = await take('tool');
    expect(toolsOf(happened).at(-1)).toMatchObject({ title: 'Never ends', status: 'failed' });
  });

  test('control sequences never reach the transcript', async () => {
    const { happened } = await take('escape');
    expect(saidBy(happened)).toBe('aredbc');
  });

  test('lines that are no message, and messages nobody knows, do not disturb the turn', async () => {
    const { end, happened } = await take('garbage');
    expect(end.kind).toBe('completed');
    expect(saidBy(happened)).toBe('Still here.');
  });

  test('an agent that prints 100 MB is read to its end, and a bounded part of it is kept', async () => {
    const before = process.memoryUsage().rss;
    const { end, happened } = await take('flood');
    expect(end.kind).toBe('completed');
    expect(saidBy(happened).length).toBeLessThan(10 * 1024 * 1024);
    expect(noticesOf(happened)).toContain('not kept');
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
  }, 60_000);
});

describe('what an agent asks', () => {
  const decide = (given: Partial<Answer>) => take('permission', { answer: () => answer(given) });

  test('an option is chosen by its kind, whatever it is called', async () => {
    await decide({ decision: 'allow' });
    expect(seen()).toContain('{"outcome":"selected","optionId":"reject"}');
  });

  test('a denial is the option that denies once', async () => {
    await decide({ decision: 'deny' });
    expect(seen()).toContain('{"outcome":"selected","optionId":"allow_always"}');
  });

  test('what the agent would keep for good by itself is not offered', async () => {
    const { happened } = await decide({ decision: 'allow' });
    expect(happened.questions[0]?.options.map(({ kind }) => kind)).toEqual(['allow_once', 'reject_once']);
  });

  test('the reason for a denial reaches an agent that listens only between turns', async () => {
    const { end, happened } = await take('permission', {
      answer: () => answer({ decision: 'deny', text: 'too loud' }),
    });
    expect(end.kind).toBe('completed');
    expect(seen()).toMatch(/prompt: .*The reason: too loud/);
    expect(happened.transcript.filter((body) => body.type === 'prompt')).toHaveLength(1);
  });

  test('an autonomous task is allowed at once, once, and the transcript says so', async () => {
    const { happened } = await take('permission', { permissionLevel: 'autonomous' });
    expect(seen()).toContain('{"outcome":"selected","optionId":"reject"}');
    expect(happened.questions).toEqual([]);
    expect(noticesOf(happened)).toContain('Allowed without asking: Run it');
  });

  test('the command is shown with everything that would hide in it', async () => {
    const { happened } = await take('disguise');
    const [question] = happened.questions;
    expect(question?.tool?.command).toBe('rm -rf x\\u001b[2K\\u000d ls \\u202ex');
    expect(JSON.stringify(question)).not.toMatch(/\\u001b(?!\[)|\\u0007/i);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(`${question?.title}${question?.tool?.input}`).not.toMatch(/[\u0000-\u0008\u001b\u202e]/);
  });

  test('a question the agent takes back is taken back from the person, and the turn goes on', async () => {
    const { end, happened } = await take('takeback', { answer: () => new Promise(() => {}) });
    expect(happened.withdrawn).toHaveLength(1);
    expect(end.kind).toBe('completed');
  });

  test('each field of a form is a question of its own, and asked again until its answer fits', async () => {
    let counts = 0;
    const answers: Readonly<Record<string, () => Partial<Answer>>> = {
      'Which color?': () => ({ text: 'mauve' }),
      'Which parts?': () => ({ options: [0, 1] }),
      'Sure?': () => ({ options: [1] }),
      'How many?': () => ({ text: counts++ === 0 ? 'many' : ' 12 ' }),
      'What name?': () => ({ text: 'Ada' }),
    };
    const { happened } = await take('form', { answer: (question) => answer(answers[question.title]?.() ?? {}) });
    expect(seen()).toContain(
      '{"action":"accept","content":{"color_custom":"mauve","parts":["x","y"],"sure":false,"count":12,"name":"Ada"}}',
    );
    const of = (title: string) => happened.questions.filter((question) => question.title === title);
    expect(of('Which color?')[0]).toMatchObject({ kind: 'clarification', allowsText: true, multiple: false });
    expect(of('Which parts?')[0]).toMatchObject({ allowsText: false, multiple: true });
    expect(of('Sure?')[0]?.options.map((option) => option.label)).toEqual(['Yes', 'No']);
    expect(of('How many?')).toHaveLength(2);
    expect(of('How many?')[1]?.body).toContain('Please answer with a whole number.');
    expect(of('What name?')[0]?.body).toContain('Tell me about it');
  });

  test('an autonomous task still puts its questions to the person', async () => {
    const { happened } = await take('form', {
      permissionLevel: 'autonomous',
      answer: () => answer({ decision: 'deny' }),
    });
    expect(happened.questions.length).toBeGreaterThan(0);
    expect(seen()).toContain('{"action":"decline"}');
  });

  test('a form that is asked again while it is open is one question, and its answer goes to the newest', async () => {
    let twice = () => {};
    const askedTwice = new Promise<void>((resolve) => {
      twice = resolve;
    });
    const { happened } = await take('insists', {
      onRecord: (body) => body.type === 'tool' && twice(),
      answer: () => askedTwice.then(() => answer({ text: 'Blue' })),
    });
    expect(happened.questions).toHaveLength(1);
    expect(seen()).toContain('{"action":"accept","content":{"answer":"Blue"}}');
  });

  test('a call our tool server carries is done and asked of nobody in a review, and is a question like any other elsewhere', async () => {
    const calls: unknown[] = [];
    const desk = { text: 'Left comment 1.', failed: false };
    const review = {
      paths: [],
      async take(...call: unknown[]) {
        calls.push(call);
        return desk;
      },
    };
    const askHuman = { command: process.execPath, args: [], env: {} };
    const { happened } = await take('carries', { review, agent: testAgent({ askHuman }) });
    expect(calls).toEqual([['comment', { path: 'a.txt' }]]);
    expect(happened.questions).toEqual([]);
    expect(seen()).toContain('{"action":"accept","content":{"answer":"Left comment 1.","failed":false}}');
    const elsewhere = await take('carries', { answer: () => answer({ decision: 'deny' }) });
    expect(elsewhere.happened.questions).not.toEqual([]);
    // Without the program that carries them there is nothing to review with.
    expect((await take('carries', { review })).end).toMatchObject({ kind: 'failed', retryable: false });
  });

  test('a form that cannot be shown is declined, and the transcript says so', async () => {
    const { end, happened } = await take('unknownform');
    expect(seen()).toContain('{"action":"decline"}');
    expect(noticesOf(happened)).toContain('cannot be shown');
    expect(end.kind).toBe('completed');
  });

  test('when the question cannot be stored the turn breaks off and nothing is left behind', async () => {
    const broken = take('permission', { answer: () => Promise.reject(new Error('disk full')) });
    await expect(broken).rejects.toThrow('disk full');
  });
});

describe('how a turn ends', () => {
  test('a cancel answers the open question first and then tells the agent to stop', async () => {
    const stop = new AbortController();
    const { end } = await take('held', {
      signal: stop.signal,
      answer: () => {
        stop.abort('cancelled');
        return new Promise(() => {});
      },
    });
    expect(end.kind).toBe('cancelled');
    expect(seen()).toContain('{"outcome":"cancelled"}\ncancelled\n');
  });

  test('an agent that dies is a failure that may be tried again, with its last words', async () => {
    const { end } = await take('die');
    expect(end).toMatchObject({ kind: 'failed', retryable: true });
    expect(end.kind === 'failed' && end.error).toBe(
      'Test ended in the middle of its work (exit code 3). It said: out of wood',
    );
  });

  test.each([
    ['refuse', /refused to go on/, false],
    ['long', /came to the end of the steps/, false],
    ['stops', /nobody asked/, true],
  ])('%s is a failure that says why', async (prompt, says, retryable) => {
    const { end } = await take(prompt);
    expect(end).toMatchObject({ kind: 'failed', error: expect.stringMatching(says), retryable });
  });

  test('a provider that refuses for now is no failure', async () => {
    const { end } = await take('breaks');
    const limit = { kind: 'overload', until: null };
    expect(end).toMatchObject({ kind: 'limited', limit, error: expect.stringMatching(/529 overloaded.*server_error/) });
  });

  test('an agent that is not signed in says what to do, and is not tried again', async () => {
    const { end } = await take('talk', { agent: testAgent('signed-out') });
    expect(end).toMatchObject({
      kind: 'failed',
      retryable: false,
      error: expect.stringMatching(/not signed in.*retry/),
    });
  });

  test('a silent agent is ended', async () => {
    const { end } = await take('talk', { agent: testAgent('mute'), silenceMs: 500 });
    expect(end).toMatchObject({ kind: 'failed', retryable: true, error: expect.stringMatching(/said nothing/) });
  });

  test('a program that is not there is a failure with how to install it', async () => {
    const agent = createAcpAgent({
      name: 'x',
      label: 'X',
      command: 'no-such-agent',
      args: [],
      install: 'Get X.',
      askHuman: null,
    });
    const { end, happened } = await take('talk', { agent });
    expect(end).toMatchObject({
      kind: 'failed',
      retryable: false,
      error: expect.stringMatching(/no-such-agent.*Get X\./),
    });
    expect(happened.processes).toEqual([]);
    expect(await agent.locate({ PATH: '/usr/bin' })).toMatchObject({
      found: false,
      path: null,
      version: null,
      install: 'Get X.',
    });
  });

  test('a program that speaks something else is a failure with what it said', async () => {
    const other = join(directory, 'other');
    writeFileSync(other, '#!/bin/sh\necho "usage: other [-x]"\nexit 2\n');
    chmodSync(other, 0o755);
    const agent = createAcpAgent({ name: 'x', label: 'Other', command: other, args: [], install: '', askHuman: null });
    const { end } = await take('talk', { agent });
    expect(end).toMatchObject({ kind: 'failed', error: expect.stringMatching(/exit code 2.*usage: other/s) });
  });
});

describe('a conversation that goes on', () => {
  test('what is told again while it is loaded is not recorded again', async () => {
    const first = await take('Remember marmalade and talk');
    const [session = ''] = first.happened.sessions;
    const { happened } = await take('talk', { resume: session });
    expect(happened.sessions).toEqual([session]);
    expect(saidBy(happened)).toBe('One two three.Another.');
  });

  test('a cut-off conversation goes on with a message of ours, which is in the transcript', async () => {
    const first = await take('talk');
    const { happened } = await take('', { resume: first.happened.sessions[0] ?? null, opening: 'The task' });
    expect(happened.transcript[0]).toEqual({ type: 'prompt', text: 'Continue where you left off.', by: 'switchyard' });
    expect(seen()).toContain('prompt: Continue where you left off.\n');
  });

  test.each(['', 'no-load'])(
    'a conversation that cannot go on starts over with the task and the comment (%s)',
    async (flag) => {
      const { end, happened } = await take('And talk', {
        agent: testAgent(flag),
        resume: 'gone',
        opening: 'The task.',
      });
      expect(end.kind).toBe('completed');
      expect(seen()).toContain('prompt: The task.\n\nAnd talk\n');
      expect(noticesOf(happened)).toMatch(/Test starts over with the task/);
      expect(happened.transcript.filter((body) => body.type === 'prompt')).toHaveLength(1);
    },
  );
});
