import type { ServerResponse } from 'node:http';
import type { Exchange, Move, ToolResult, ToolStep } from './model-script';
import { hasSteps } from './model-script';
import type { ModelRequest, Protocol } from './model-server';

/** The Anthropic Messages protocol, streamed or whole. */
export const anthropic: Protocol = { name: 'anthropic', aside, read, write };

const errorTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
};

function aside(request: ModelRequest, response: ServerResponse): boolean {
  if (request.method === 'HEAD' || (request.method === 'GET' && request.path === '/')) {
    response.writeHead(200).end();
    return true;
  }
  if (request.path !== '/v1/messages/count_tokens') return false;
  json(response, 200, { input_tokens: 100 });
  return true;
}

interface Block {
  readonly type: string;
  readonly text?: string;
  readonly tool_use_id?: string;
  readonly content?: string | readonly Block[];
}

interface Message {
  readonly role: string;
  readonly content: string | readonly Block[];
}

function read(request: ModelRequest): Exchange | null {
  if (request.path !== '/v1/messages') return null;
  const prompts: string[] = [];
  let results: ToolResult[] = [];
  for (const message of request.body.messages as readonly Message[]) {
    if (message.role !== 'user') continue;
    for (const block of blocksOf(message.content)) {
      if (block.type === 'tool_result') {
        const text = textOf(block.content ?? '');
        // An agent closes the books on a call it lost; nothing was done by it.
        if (!text.includes('[Tool call interrupted')) results.push({ id: block.tool_use_id ?? '', text });
      } else if (block.type === 'text' && block.text !== undefined && !block.text.startsWith('<system-reminder>')) {
        prompts.push(block.text);
        if (hasSteps(block.text)) results = [];
        // A model that is told it was cut off takes up what it could not do.
        if (block.text.includes('You were cut off'))
          results = results.filter((result) => !/AbortError/.test(result.text));
        // Claude Code calls what an interruption cut off a refusal; told to go on, a model does that again.
        if (block.text.startsWith('Go on where you left off'))
          results = results.filter((result) => !/doesn't want to proceed with this tool use/.test(result.text));
      }
    }
  }
  const tools = (request.body.tools ?? []) as readonly { readonly name: string }[];
  return { prompts, results, tools: tools.map((tool) => tool.name) };
}

function blocksOf(content: string | readonly Block[]): readonly Block[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function textOf(content: string | readonly Block[]): string {
  return blocksOf(content)
    .map((block) => block.text ?? '')
    .join('\n');
}

function toolUse(step: ToolStep): { readonly name: string; readonly input: unknown } {
  switch (step.do) {
    case 'write':
      return { name: 'Write', input: { file_path: step.path, content: step.text } };
    case 'permission':
      return { name: 'Bash', input: { command: step.command, description: 'A step of the script' } };
    case 'tool':
      return { name: `mcp__switchyard__${step.tool}`, input: step.input };
    case 'plan':
      return { name: 'ExitPlanMode', input: { plan: step.text } };
    case 'ask':
      return {
        name: 'AskUserQuestion',
        input: {
          questions: [
            {
              question: step.question,
              header: 'Choice',
              multiSelect: false,
              options: step.options.map((label) => ({ label, description: `Take ${label}` })),
            },
          ],
        },
      };
  }
}

function write(request: ModelRequest, move: Move, response: ServerResponse): void {
  const { act } = move;
  if (act.kind === 'error') {
    const type = errorTypes[act.status] ?? 'api_error';
    const headers = act.overAfter === null ? {} : limitHeaders(Math.round(Date.now() / 1000) + act.overAfter);
    json(response, act.status, { type: 'error', error: { type, message: `Scripted error ${act.status}` } }, headers);
    return;
  }
  const tool = act.kind === 'tool' ? { type: 'tool_use', id: act.id, ...toolUse(act.step) } : null;
  const message = {
    id: `msg_${Math.random().toString(36).slice(2)}`,
    type: 'message',
    role: 'assistant',
    model: request.body.model,
    stop_sequence: null,
    stop_reason: tool === null ? 'end_turn' : 'tool_use',
    usage: { input_tokens: 100, output_tokens: 20, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
  };
  if (request.body.stream !== true && act.kind !== 'hang') {
    const content = [
      ...(move.text === '' ? [] : [{ type: 'text', text: move.text }]),
      ...(tool === null ? [] : [tool]),
    ];
    json(response, 200, { ...message, content });
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const send = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  const usage = { ...message.usage, output_tokens: 1 };
  send('message_start', { message: { ...message, stop_reason: null, content: [], usage } });
  let index = 0;
  const text = act.kind === 'hang' ? `${move.text}Thinking about it` : move.text;
  if (text !== '') {
    send('content_block_start', { index, content_block: { type: 'text', text: '' } });
    for (const piece of piecesOf(text)) {
      send('content_block_delta', { index, delta: { type: 'text_delta', text: piece } });
    }
    if (act.kind === 'hang') return;
    send('content_block_stop', { index });
    index += 1;
  }
  if (tool !== null) {
    send('content_block_start', { index, content_block: { ...tool, input: {} } });
    send('content_block_delta', {
      index,
      delta: { type: 'input_json_delta', partial_json: JSON.stringify('input' in tool ? tool.input : {}) },
    });
    send('content_block_stop', { index });
  }
  send('message_delta', {
    delta: { stop_reason: message.stop_reason, stop_sequence: null },
    usage: { output_tokens: 20 },
  });
  send('message_stop', {});
  response.end();
}

/** A few pieces, as a model streams them. */
function piecesOf(text: string): readonly string[] {
  const size = Math.max(8, Math.ceil(text.length / 20));
  return text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
}

/** What the provider says beside a limit of a subscription, which ends at this second of the epoch. */
function limitHeaders(over: number): Readonly<Record<string, string>> {
  const unified = 'anthropic-ratelimit-unified';
  return {
    [`${unified}-status`]: 'rejected',
    [`${unified}-reset`]: `${over}`,
    [`${unified}-representative-claim`]: 'five_hour',
    [`${unified}-5h-status`]: 'rejected',
    [`${unified}-5h-reset`]: `${over}`,
    [`${unified}-5h-utilization`]: '1',
    [`${unified}-overage-status`]: 'rejected',
  };
}

function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
