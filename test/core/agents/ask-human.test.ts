import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { type Child, endGroup, startChild } from '../../../core/agents/child';
import { readLines } from '../../../core/agents/lines';
import { carriedMark } from '../../../core/agents/review-tools';

const program = fileURLToPath(new URL('../../../core/agents/ask-human/main.ts', import.meta.url));

type Message = Readonly<Record<string, unknown>>;

let child: Child | null = null;

afterEach(async () => {
  if (child !== null) await endGroup(child);
  child = null;
});

async function start(...args: string[]) {
  const started = await startChild({
    command: process.execPath,
    args: ['--no-warnings', program, ...args],
    directory: tmpdir(),
    environment: { PATH: process.env.PATH ?? '' },
  });
  child = started;
  const lines = readLines(started.stdout);
  return {
    ended: started.ended,
    close: started.closeInput,
    send: (message: Message) => started.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
    write: started.write,
    async next(): Promise<Message> {
      const { value } = await lines.next();
      return JSON.parse(value ?? 'null') as Message;
    },
  };
}

const call = (args: Message, token?: number): Message => ({
  id: 7,
  method: 'tools/call',
  params: { name: 'ask_human', arguments: args, ...(token === undefined ? {} : { _meta: { progressToken: token } }) },
});

test('introduces itself in the version it is spoken to and offers one tool', async () => {
  const { send, next } = await start();
  send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25' } });
  expect(await next()).toMatchObject({ id: 1, result: { protocolVersion: '2025-11-25', capabilities: { tools: {} } } });
  send({ method: 'notifications/initialized' });
  send({ id: 2, method: 'tools/list' });
  expect(await next()).toMatchObject({ id: 2, result: { tools: [{ name: 'ask_human' }] } });
  send({ id: 3, method: 'ping' });
  expect(await next()).toEqual({ jsonrpc: '2.0', id: 3, result: {} });
});

test('refuses what it does not know and goes on', async () => {
  const { send, write, next } = await start();
  send({ id: 1, method: 'server/discover' });
  expect(await next()).toMatchObject({ id: 1, error: { code: -32601 } });
  write('no json\n');
  expect(await next()).toMatchObject({ id: null, error: { code: -32700 } });
  send({ id: 2, method: 'tools/call', params: { name: 'other' } });
  expect(await next()).toMatchObject({ id: 2, error: { code: -32602 } });
  send(call({ question: ' ' }));
  expect(await next()).toMatchObject({ id: 7, result: { isError: true } });
});

test.each([
  [{ answer: 'B' }, 'B'],
  [{ answer_custom: 'neither' }, 'neither'],
])('asks with the options and a place for other words, and gives the answer back (%j)', async (content, text) => {
  const { send, next } = await start();
  send(call({ question: 'Which?', options: ['A', 'B', 'A'] }));
  const question = await next();
  expect(question).toMatchObject({
    method: 'elicitation/create',
    params: { message: 'Which?', requestedSchema: { properties: { answer: { enum: ['A', 'B'] }, answer_custom: {} } } },
  });
  send({ id: question.id, result: { action: 'accept', content } });
  expect(await next()).toMatchObject({ id: 7, result: { content: [{ type: 'text', text }], isError: false } });
});

test.each([
  [{ result: { action: 'decline' } }, /declined/],
  [{ result: { action: 'cancel' } }, /not answered/],
  [{ error: { code: -1, message: 'no client' } }, /no client/],
])('no answer is said to be none (%j)', async (reply, says) => {
  const { send, next } = await start();
  send(call({ question: 'Which?' }));
  const question = await next();
  send({ id: question.id, ...reply });
  expect(JSON.stringify(await next())).toMatch(says);
});

test("asks again when the agent's own time limit passed, for that is no answer", async () => {
  const { send, next } = await start('60000', '10');
  send(call({ question: 'Which?' }, 9));
  const question = await next();
  send({ id: question.id, error: { code: -32603, message: 'Elicitation request timed out or failed' } });
  const again = await next();
  expect(again).toMatchObject({ method: 'elicitation/create', params: question.params });
  expect(again.id).not.toBe(question.id);
  send({ id: again.id, result: { action: 'accept', content: { answer: 'This' } } });
  expect(await next()).toMatchObject({ result: { content: [{ type: 'text', text: 'This' }], isError: false } });
});

const timedOut = { error: { code: -32001, message: 'Request timed out' } };

test('waits longer each time before it asks a client again that gives up at once', async () => {
  const { send, next } = await start('60000', '100');
  send(call({ question: 'Which?' }));
  let question = await next();
  for (const atLeastMs of [100, 200, 400]) {
    const before = performance.now();
    send({ id: question.id, ...timedOut });
    question = await next();
    expect(question).toMatchObject({ method: 'elicitation/create' });
    // A timer may fire a millisecond early.
    expect(performance.now() - before).toBeGreaterThan(atLeastMs - 2);
  }
});

test('does not ask again what the agent no longer waits for', async () => {
  const { send, next } = await start('60000', '50');
  send(call({ question: 'Given up?' }));
  send({ id: (await next()).id, ...timedOut });
  send({ method: 'notifications/cancelled', params: { requestId: 7 } });
  // Its pause would end before that of another question.
  send({ ...call({ question: 'Kept?' }), id: 8 });
  send({ id: (await next()).id, ...timedOut });
  expect(await next()).toMatchObject({ method: 'elicitation/create', params: { message: 'Kept?' } });
});

test('carries the tools it is told to, and says what came of them', async () => {
  const { send, next } = await start('--carry', carriedMark, JSON.stringify([{ name: 'comment', inputSchema: {} }]));
  send({ id: 1, method: 'tools/list' });
  expect(await next()).toMatchObject({ result: { tools: [{ name: 'ask_human' }, { name: 'comment' }] } });
  send({ id: 7, method: 'tools/call', params: { name: 'comment', arguments: { path: 'a.txt' } } });
  const carried = await next();
  expect(carried).toMatchObject({
    method: 'elicitation/create',
    params: { message: `${carriedMark}{"tool":"comment","input":{"path":"a.txt"}}` },
  });
  send({ id: carried.id, result: { action: 'accept', content: { answer: 'No such file.', failed: true } } });
  expect(await next()).toMatchObject({ id: 7, result: { content: [{ text: 'No such file.' }], isError: true } });
  send({ id: 8, method: 'tools/call', params: { name: 'verdict', arguments: {} } });
  expect(await next()).toMatchObject({ id: 8, error: { code: -32602 } });
});

test('says that it waits as long as it does', async () => {
  const { send, next } = await start('20');
  send(call({ question: 'Which?' }, 5));
  const question = await next();
  for (const progress of [1, 2]) {
    expect(await next()).toMatchObject({ method: 'notifications/progress', params: { progressToken: 5, progress } });
  }
  send({ id: question.id, result: { action: 'accept', content: { answer: 'now' } } });
  let last = await next();
  while (last.method === 'notifications/progress') last = await next();
  expect(last).toMatchObject({ id: 7 });
});

test('takes its question back when the agent no longer waits', async () => {
  const { send, next } = await start();
  send(call({ question: 'Which?' }));
  const question = await next();
  send({ method: 'notifications/cancelled', params: { requestId: 7 } });
  expect(await next()).toMatchObject({ method: 'notifications/cancelled', params: { requestId: question.id } });
});

test('ends when nobody is left to ask', async () => {
  const { close, ended } = await start();
  close();
  expect(await ended).toEqual({ code: 0, signal: null });
});
