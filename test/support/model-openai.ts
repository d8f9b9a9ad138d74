import type { ServerResponse } from 'node:http';
import type { Exchange, Move, ToolResult, ToolStep } from './model-script';
import { hasSteps } from './model-script';
import type { ModelRequest, Protocol } from './model-server';

/** The OpenAI chat protocol, streamed or whole, with the tools Goose offers. */
export const openai: Protocol = { name: 'openai', aside, read, write };

function aside(request: ModelRequest, response: ServerResponse): boolean {
  if (request.method !== 'GET' || request.path !== '/v1/models') return false;
  json(response, 200, { object: 'list', data: [{ id: 'gpt-4o', object: 'model', created: 0, owned_by: 'script' }] });
  return true;
}

interface Message {
  readonly role: string;
  readonly content: string | readonly { readonly text?: string }[] | null;
  readonly tool_call_id?: string;
}

function read(request: ModelRequest): Exchange | null {
  if (request.path !== '/v1/chat/completions') return null;
  const prompts: string[] = [];
  let results: ToolResult[] = [];
  for (const message of request.body.messages as readonly Message[]) {
    const text = textOf(message.content);
    if (message.role === 'tool') results.push({ id: message.tool_call_id ?? '', text });
    if (message.role !== 'user') continue;
    // Goose adds the time and the folder to each message, and the time is another one in the next request.
    const said = text.replace(/\n?<turn-context>[\s\S]*?<\/turn-context>/g, '');
    prompts.push(said);
    if (hasSteps(said)) results = [];
    // A model that is told it was cut off takes up what it could not do; Goose calls a lost connection a refusal.
    if (said.includes('You were cut off')) results = results.filter((result) => !/user has declined/.test(result.text));
  }
  const tools = (request.body.tools ?? []) as readonly { readonly function: { readonly name: string } }[];
  return { prompts, results, tools: tools.map((tool) => tool.function.name) };
}

function textOf(content: Message['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text ?? '').join('\n');
}

function toolUse(step: ToolStep, offered: readonly string[]): { readonly name: string; readonly input: unknown } {
  switch (step.do) {
    case 'write':
      return { name: 'write', input: { path: step.path, content: step.text } };
    case 'permission':
      return { name: 'shell', input: { command: step.command } };
    case 'ask':
      return {
        name: offered.find((name) => name.endsWith('ask_human')) ?? 'ask_human',
        input: { question: step.question, ...(step.options.length > 0 ? { options: step.options } : {}) },
      };
    case 'tool':
      return { name: offered.find((name) => name.endsWith(`__${step.tool}`)) ?? step.tool, input: step.input };
    case 'plan':
      return { name: 'plan', input: { plan: step.text } };
  }
}

function write(request: ModelRequest, move: Move, response: ServerResponse): void {
  const { act } = move;
  if (act.kind === 'error') {
    const over = act.overAfter === null ? '' : `. Please try again in ${act.overAfter}s.`;
    const message = `Scripted error ${act.status}${over}`;
    const headers: Record<string, string> = act.overAfter === null ? {} : { 'retry-after': `${act.overAfter}` };
    json(response, act.status, { error: { message, type: 'scripted', code: null } }, headers);
    return;
  }
  const offered = (read(request)?.tools ?? []) as readonly string[];
  const use = act.kind === 'tool' ? toolUse(act.step, offered) : null;
  const calls =
    act.kind === 'tool' && use !== null
      ? [
          {
            index: 0,
            id: act.id,
            type: 'function',
            function: { name: use.name, arguments: JSON.stringify(use.input) },
          },
        ]
      : [];
  const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
  const reason = calls.length > 0 ? 'tool_calls' : 'stop';
  const head = { id: `chatcmpl-${Math.random().toString(36).slice(2)}`, created: 0, model: request.body.model };
  if (request.body.stream !== true && act.kind !== 'hang') {
    const message = {
      role: 'assistant',
      content: move.text === '' ? null : move.text,
      ...(calls.length > 0 ? { tool_calls: calls.map(({ index: _, ...call }) => call) } : {}),
    };
    json(response, 200, {
      ...head,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: reason }],
      usage,
    });
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const send = (data: object) =>
    response.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...data })}\n\n`);
  const delta = (part: object, finish: string | null = null) =>
    send({ choices: [{ index: 0, delta: part, finish_reason: finish }] });
  delta({ role: 'assistant', content: '' });
  const text = act.kind === 'hang' ? `${move.text}Thinking about it` : move.text;
  for (const piece of piecesOf(text)) delta({ content: piece });
  if (act.kind === 'hang') return;
  if (calls.length > 0) delta({ tool_calls: calls });
  delta({}, reason);
  send({ choices: [], usage });
  response.end('data: [DONE]\n\n');
}

/** A few pieces, as a model streams them. */
function piecesOf(text: string): readonly string[] {
  const size = Math.max(8, Math.ceil(text.length / 20));
  return text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
}

function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
