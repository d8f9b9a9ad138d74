import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { type AgentContext, agent, ndJsonStream, RequestError } from '@agentclientprotocol/sdk';

/*
 * A small real agent that speaks the Agent Client Protocol and does what the last word of a prompt names. Its command
 * line says what it cannot do: `no-load`, `signed-out`, `mute`. What it sees goes to `seen.txt` in its folder.
 */

const flags = new Set(process.argv.slice(2));
const history = (cwd: string, session: string) => join(cwd, `${session}.history`);
const sessions = new Map<string, string>();
const cancelled = new Map<string, () => void>();

const note = (text: string) => appendFileSync('seen.txt', `${text}\n`);

type Update = { readonly sessionUpdate: string } & Readonly<Record<string, unknown>>;

function tell(client: AgentContext, sessionId: string, update: Update): Promise<void> {
  return client.notify<unknown>('session/update', { sessionId, update });
}

function ask(client: AgentContext, sessionId: string, toolCall: object): Promise<{ readonly outcome: unknown }> {
  return client.request<{ readonly outcome: unknown }>('session/request_permission', { sessionId, toolCall, options });
}

const say = (text: string, messageId?: string): Update => ({
  sessionUpdate: 'agent_message_chunk',
  content: { type: 'text', text },
  ...(messageId ? { messageId } : {}),
});

const tool = {
  toolCallId: 'call-1',
  title: 'Run it',
  kind: 'execute',
  rawInput: { command: 'echo hi' },
};

// The ids say nothing, or worse: only the kinds count.
const options = [
  { optionId: 'allow_always', name: 'Never', kind: 'reject_once' },
  { optionId: 'c', name: 'For ever', kind: 'allow_always' },
  { optionId: 'reject', name: 'Sure', kind: 'allow_once' },
] as const;

interface Asked {
  readonly client: AgentContext;
  readonly sessionId: string;
  readonly cwd: string;
  readonly prompt: string;
}

const acts: Readonly<Record<string, (asked: Asked) => Promise<unknown>>> = {
  async talk({ client, sessionId }) {
    for (const word of ['One ', 'two ', 'three.']) await tell(client, sessionId, say(word, 'm1'));
    await tell(client, sessionId, { sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: 'Hm.' } });
    await tell(client, sessionId, say('Another.', 'm2'));
    await tell(client, sessionId, {
      sessionUpdate: 'plan',
      entries: [{ content: 'First', priority: 'high', status: 'in_progress' }],
    });
    await tell(client, sessionId, {
      sessionUpdate: 'usage_update',
      used: 5,
      size: 9,
      cost: { amount: 0.25, currency: 'USD' },
    });
    return { usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 } };
  },
  async tool({ client, sessionId, cwd }) {
    await tell(client, sessionId, { sessionUpdate: 'tool_call', ...tool, kind: 'edit', title: 'Edit a' });
    await tell(client, sessionId, {
      sessionUpdate: 'tool_call_update',
      toolCallId: 'call-1',
      status: 'completed',
      content: [
        { type: 'diff', path: `${cwd}/a.txt`, oldText: 'one\ntwo\nthree\n', newText: 'one\n2\nthree\n' },
        { type: 'content', content: { type: 'text', text: 'Edited.' } },
      ],
      locations: [{ path: `${cwd}/a.txt`, line: 2 }],
    });
    await tell(client, sessionId, { sessionUpdate: 'tool_call', toolCallId: 'call-2', title: 'Never ends' });
  },
  async permission({ client, sessionId }) {
    await tell(client, sessionId, { sessionUpdate: 'tool_call', ...tool });
    const answer = await ask(client, sessionId, tool);
    note(JSON.stringify(answer.outcome));
  },
  async disguise({ client, sessionId }) {
    const hidden = {
      ...tool,
      title: 'ls\u001b]0;owned\u0007',
      rawInput: { command: 'rm -rf x\u001b[2K\r ls \u202ex' },
    };
    await ask(client, sessionId, hidden);
  },
  async takeback({ client, sessionId }) {
    const stop = new AbortController();
    const asked = client.request<unknown>(
      'session/request_permission',
      { sessionId, toolCall: tool, options },
      { cancellationSignal: stop.signal },
    );
    setTimeout(() => stop.abort(), 50);
    await asked.then(
      (answer) => note(JSON.stringify(answer)),
      (error: Error) => note(error.message),
    );
  },
  async form({ client, sessionId }) {
    const answer = await client.request<unknown>('elicitation/create', {
      mode: 'form',
      sessionId,
      message: 'Tell me about it',
      requestedSchema: {
        type: 'object',
        properties: {
          color: {
            type: 'string',
            title: 'Which color?',
            oneOf: [
              { const: 'r', title: 'Red' },
              { const: 'b', title: 'Blue' },
            ],
          },
          color_custom: { type: 'string' },
          parts: {
            type: 'array',
            title: 'Which parts?',
            items: {
              anyOf: [
                { const: 'x', title: 'X' },
                { const: 'y', title: 'Y' },
              ],
            },
          },
          sure: { type: 'boolean', title: 'Sure?' },
          count: { type: 'integer', title: 'How many?' },
          name: { type: 'string', title: 'What name?' },
        },
      },
    });
    note(JSON.stringify(answer));
  },
  // Asks the same twice, as one whose own time limit passed does.
  async insists({ client, sessionId }) {
    const requestedSchema = { type: 'object', properties: { answer: { type: 'string' } } };
    const question = { mode: 'form', sessionId, message: 'Which color?', requestedSchema };
    const asked = [0, 1].map(() => client.request<unknown>('elicitation/create', question));
    await tell(client, sessionId, { sessionUpdate: 'tool_call', toolCallId: 'call-2', title: 'Asked twice' });
    const [, again] = await Promise.all(asked);
    note(JSON.stringify(again));
  },
  // Passes on a call of our tool server's, as that would have it asked.
  async carries({ client, sessionId }) {
    const requestedSchema = { type: 'object', properties: { answer: { type: 'string' }, failed: { type: 'boolean' } } };
    const message = 'switchyard-tool {"tool":"comment","input":{"path":"a.txt"}}';
    const asked = { mode: 'form', sessionId, message, requestedSchema };
    note(JSON.stringify(await client.request<unknown>('elicitation/create', asked)));
  },
  async unknownform({ client, sessionId }) {
    const answer = await client.request<unknown>('elicitation/create', {
      mode: 'form',
      sessionId,
      message: 'Draw it',
      requestedSchema: { type: 'object', properties: { picture: { type: 'drawing' } } },
    });
    note(JSON.stringify(answer));
  },
  async garbage({ client, sessionId }) {
    process.stdout.write('this is no JSON\n{"half": \n[1,2]\n"text"\n\n{"jsonrpc":"1.0"}\n');
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', method: '_own/thing', params: { a: 1 } })}\n`);
    await tell(client, sessionId, { sessionUpdate: 'never_heard_of', x: 1 });
    await tell(client, sessionId, say('Still here.'));
  },
  async die() {
    process.stderr.write('\u001b[31mout of wood\u001b[0m\n');
    process.exit(3);
  },
  async flood({ client, sessionId }) {
    const text = 'x'.repeat(64 * 1024);
    for (let sent = 0; sent < 100; sent += 1) {
      // A whole MiB at a time, in lines of 64 KiB.
      for (let part = 0; part < 16; part += 1) await tell(client, sessionId, say(text));
    }
    // Awaited: what is written past a full pipe by the protocol's own writer would be lost.
    await new Promise<void>((resolve) => process.stdout.write(`${'y'.repeat(20 * 1024 * 1024)}\n`, () => resolve()));
  },
  async escape({ client, sessionId }) {
    await tell(client, sessionId, say('a\u001b[31mred\u001b[0m\u001b]52;c;aGk=\u0007b\u0000c'));
  },
  async hang({ client, sessionId }) {
    await tell(client, sessionId, say('Waiting.'));
    await new Promise<void>((resolve) => cancelled.set(sessionId, resolve));
    return { stopReason: 'cancelled' };
  },
  async held({ client, sessionId }) {
    const stopped = new Promise<void>((resolve) => cancelled.set(sessionId, resolve));
    const answer = await ask(client, sessionId, tool);
    note(JSON.stringify(answer.outcome));
    await stopped;
    note('cancelled');
    return { stopReason: 'cancelled' };
  },
  // Asks, waits for nothing and goes on as if nobody had answered, as agents with a time limit do.
  async gaveup({ client, sessionId }) {
    await tell(client, sessionId, { sessionUpdate: 'tool_call', ...tool });
    void ask(client, sessionId, tool).catch(() => {});
    await tell(client, sessionId, say('Nobody answered.'));
  },
  async guessed({ client, sessionId }) {
    const requestedSchema = { type: 'object', properties: { answer: { type: 'string' } } };
    const question = { mode: 'form', sessionId, message: 'Which color?', requestedSchema };
    void client.request<unknown>('elicitation/create', question).catch(() => {});
    await tell(client, sessionId, say('I guess.'));
  },
  // The last word of what is said of leave that was cut off.
  async 'done.'({ client, sessionId }) {
    if (flags.has('stubborn')) return;
    await tell(client, sessionId, { sessionUpdate: 'tool_call', ...tool });
    const { outcome } = await ask(client, sessionId, tool);
    await tell(client, sessionId, say(`Heard ${JSON.stringify(outcome)}`));
  },
  refuse: async () => ({ stopReason: 'refusal' }),
  long: async () => ({ stopReason: 'max_turn_requests' }),
  stops: async () => ({ stopReason: 'cancelled' }),
  async breaks() {
    throw RequestError.internalError({ errorKind: 'server_error' }, 'provider 529 overloaded');
  },
};

const app = agent({ name: 'test' })
  .onRequest('initialize', async () => {
    if (flags.has('mute')) await new Promise(() => {});
    return {
      protocolVersion: 1,
      agentCapabilities: { loadSession: !flags.has('no-load') },
      agentInfo: { name: 'test', version: '1.2.3' },
    };
  })
  .onRequest('session/new', ({ params }) => {
    if (flags.has('signed-out')) throw RequestError.authRequired();
    const sessionId = `session-${process.pid}`;
    sessions.set(sessionId, params.cwd);
    writeFileSync(history(params.cwd, sessionId), '');
    return { sessionId };
  })
  .onRequest('session/load', async ({ params, client }) => {
    if (!existsSync(history(params.cwd, params.sessionId))) throw RequestError.sessionNotFound(params.sessionId);
    sessions.set(params.sessionId, params.cwd);
    for (const line of readFileSync(history(params.cwd, params.sessionId), 'utf8').split('\n')) {
      if (line !== '') await tell(client, params.sessionId, say(`Replayed: ${line}`));
    }
    return {};
  })
  .onNotification('session/cancel', ({ params }) => cancelled.get(params.sessionId)?.())
  .onRequest('session/prompt', async ({ params, client }) => {
    const { sessionId } = params;
    const cwd = sessions.get(sessionId) ?? process.cwd();
    const prompt = params.prompt.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
    appendFileSync(history(cwd, sessionId), `${prompt.replaceAll('\n', ' ')}\n`);
    note(`prompt: ${prompt}`);
    const act = acts[prompt.trim().split(/\s/).at(-1) ?? ''];
    const end = ((await act?.({ client, sessionId, cwd, prompt })) ?? {}) as Record<string, unknown>;
    return { stopReason: 'end_turn', ...end } as { stopReason: 'end_turn' };
  });

app.connect(
  ndJsonStream(
    Writable.toWeb(process.stdout) as WritableStream<Uint8Array>,
    Readable.toWeb(process.stdin) as unknown as ReadableStream<Uint8Array>,
  ),
);
