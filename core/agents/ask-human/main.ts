import { createInterface } from 'node:readline';

/*
 * A program of its own: a tool server (Model Context Protocol over stdio) with the tool `ask_human`, and those it is told to
 * carry. An agent without questions of its own starts it; the question, or the call of a carried tool, goes back through
 * that agent to the program that started the agent.
 */

type Json = Record<string, unknown>;

interface Question {
  readonly call: unknown;
  readonly alive: NodeJS.Timeout | undefined;
  readonly params: Json;
  /** How long to wait before it is put again, in milliseconds. */
  readonly pauseMs: number;
}

interface Waiting extends Question {
  readonly putAt: number;
}

const given = process.argv.slice(2);
const carryAt = given.indexOf('--carry');
const numbers = carryAt === -1 ? given : given.slice(0, carryAt);

/** What begins a question that carries a tool call, known to who started the agent: the first after `--carry`. */
const carriedMark = carryAt === -1 ? '' : (given[carryAt + 1] ?? '');

/** Tools that are offered beside `ask_human` and answered by whoever started the agent, as JSON: the second. */
const carried = (carryAt === -1 ? [] : JSON.parse(given[carryAt + 2] ?? '[]')) as readonly { readonly name: string }[];

/**
 * How often it is said that a person has not answered yet, so that no idle timer along the way ends the wait. The first
 * argument sets it, in milliseconds.
 */
const progressMs = Number(numbers[0] ?? 10_000);

/**
 * How long to wait before a question is put again, in milliseconds, which the second argument sets. It doubles while the
 * client gives up sooner than `patientMs`, and no further than `longestPauseMs`.
 */
const firstPauseMs = Number(numbers[1] ?? 1000);
const longestPauseMs = 60_000;
const patientMs = 10_000;

const tool = {
  name: 'ask_human',
  title: 'Ask a person',
  description:
    'Asks the person who gave you this task and waits for the answer, however long it takes. Use it when a decision is theirs to make or when the task is unclear; do not guess. Give options when there are clear ones; the person may answer with a text of their own instead.',
  inputSchema: {
    type: 'object',
    properties: {
      question: { type: 'string', description: 'The question, complete in itself.' },
      options: { type: 'array', items: { type: 'string' }, description: 'Possible answers, if there are clear ones.' },
    },
    required: ['question'],
  },
  annotations: { readOnlyHint: true, openWorldHint: false },
};

const waiting = new Map<string, Waiting>();
/** What is put again after a pause, by the call that waits for it. */
const pausing = new Map<unknown, { readonly timer: NodeJS.Timeout; readonly alive: Question['alive'] }>();
let questions = 0;

function send(message: Json): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

function reply(id: unknown, text: string, isError = false): void {
  send({ id, result: { content: [{ type: 'text', text }], isError } });
}

/** Puts the question to the client and remembers which tool call waits for it. */
function ask(call: unknown, params: Json): void {
  const { question, options } = (params.arguments ?? {}) as Json;
  if (typeof question !== 'string' || question.trim() === '') {
    reply(call, 'ask_human needs a question, a text that is not empty.', true);
    return;
  }
  const choices = Array.isArray(options) ? [...new Set(options.filter((option) => typeof option === 'string'))] : [];
  const answer = { type: 'string', title: 'Answer', ...(choices.length > 0 ? { enum: choices } : {}) };
  const custom = choices.length > 0 ? { answer_custom: { type: 'string', title: 'Another answer' } } : {};
  const requestedSchema = { type: 'object', properties: { answer, ...custom }, required: [] };
  const alive = keepAlive((params._meta as Json | undefined)?.progressToken);
  put({ call, alive, params: { message: question, requestedSchema }, pauseMs: firstPauseMs });
}

/** Passes the call of a carried tool on as a question that nobody is asked. */
function carry(call: unknown, params: Json): void {
  const alive = keepAlive((params._meta as Json | undefined)?.progressToken);
  const message = `${carriedMark}${JSON.stringify({ tool: params.name, input: params.arguments ?? {} })}`;
  const properties = { answer: { type: 'string', title: 'Answer' }, failed: { type: 'boolean', title: 'Failed' } };
  put({
    call,
    alive,
    params: { message, requestedSchema: { type: 'object', properties, required: [] } },
    pauseMs: firstPauseMs,
  });
}

function put(question: Question): void {
  questions += 1;
  const id = `question-${questions}`;
  waiting.set(id, { ...question, putAt: performance.now() });
  send({ id, method: 'elicitation/create', params: question.params });
}

/** A client that gives up at once would be asked without end; one that waited long is asked again soon. */
function putLater({ putAt, ...question }: Waiting): void {
  const { call, alive } = question;
  const pauseMs = performance.now() - putAt < patientMs ? question.pauseMs : firstPauseMs;
  const again = () => {
    pausing.delete(call);
    put({ ...question, pauseMs: Math.min(2 * pauseMs, longestPauseMs) });
  };
  pausing.set(call, { timer: setTimeout(again, pauseMs), alive });
}

function keepAlive(progressToken: unknown): NodeJS.Timeout | undefined {
  if (progressToken === undefined) return undefined;
  let progress = 0;
  return setInterval(() => {
    progress += 1;
    const message = 'Waiting for the person to answer';
    send({ method: 'notifications/progress', params: { progressToken, progress, message } });
  }, progressMs);
}

/** The person's answer, or that there is none, becomes the result of the tool call. */
function answered(id: string, message: Json): void {
  const question = waiting.get(id);
  if (question === undefined) return;
  waiting.delete(id);
  // An agent's own time limit is no answer: Goose, for one, gives up on a question after five minutes.
  if (isTimeout(message.error)) {
    putLater(question);
    return;
  }
  clearInterval(question.alive);
  const result = (message.result ?? {}) as Json;
  const content = (result.content ?? {}) as Json;
  const answer = content.answer ?? content.answer_custom;
  if (result.action === 'accept' && typeof answer === 'string') reply(question.call, answer, content.failed === true);
  else if (result.action === 'decline') reply(question.call, 'The person declined to answer.', true);
  else if (message.error === undefined) reply(question.call, 'The question was not answered.', true);
  else reply(question.call, `The question could not be put: ${JSON.stringify(message.error)}`, true);
}

function isTimeout(error: unknown): boolean {
  return error !== undefined && /time(?:d)?[ -]?out/i.test(JSON.stringify(error));
}

/** The agent gave up on a tool call: its question is taken back. */
function cancelled(call: unknown): void {
  const paused = pausing.get(call);
  if (paused !== undefined) {
    pausing.delete(call);
    clearTimeout(paused.timer);
    clearInterval(paused.alive);
  }
  for (const [id, question] of waiting) {
    if (question.call !== call) continue;
    waiting.delete(id);
    clearInterval(question.alive);
    send({ method: 'notifications/cancelled', params: { requestId: id, reason: 'The agent no longer waits.' } });
  }
}

function take(message: Json): void {
  const { id, method } = message;
  const params = (message.params ?? {}) as Json;
  if (typeof method !== 'string') answered(String(id), message);
  else if (method === 'tools/call' && params.name === tool.name) ask(id, params);
  else if (method === 'tools/call' && carried.some(({ name }) => name === params.name)) carry(id, params);
  else if (method === 'notifications/cancelled') cancelled(params.requestId);
  // A request must be answered even when it is not known; a notification must not.
  else if (id !== undefined) send({ id, ...answerTo(method, params) });
}

function answerTo(method: string, params: Json): Json {
  switch (method) {
    case 'initialize':
      return {
        result: {
          protocolVersion: params.protocolVersion,
          capabilities: { tools: {} },
          serverInfo: { name: 'switchyard', version: '1' },
        },
      };
    case 'ping':
      return { result: {} };
    case 'tools/list':
      return { result: { tools: [tool, ...carried] } };
    case 'tools/call':
      return { error: { code: -32602, message: `There is no tool ${String(params.name)}.` } };
    default:
      return { error: { code: -32601, message: `There is no method ${method}.` } };
  }
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  try {
    const message: unknown = JSON.parse(line);
    if (typeof message === 'object' && message !== null && !Array.isArray(message)) take(message as Json);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    send({ id: null, error: { code: -32700, message: 'That line is not JSON.' } });
  }
});
// Nobody is left to answer to.
lines.on('close', () => process.exit(0));
