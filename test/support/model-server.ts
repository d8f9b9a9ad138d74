import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { anthropic } from './model-anthropic';
import { openai } from './model-openai';
import { type Exchange, type Move, nextMove } from './model-script';

/** One provider's protocol: how its requests read and how a move is written in it. */
export interface Protocol {
  readonly name: string;
  /** Answers requests that ask for no move (model lists, token counts); false when the request is none of those. */
  aside(request: ModelRequest, response: ServerResponse): boolean;
  /** The exchange a request asks to continue, or null when this protocol does not know the path. */
  read(request: ModelRequest): Exchange | null;
  /** Writes the move; an `error` is written as the provider would, `hang` begins an answer and leaves it open. */
  write(request: ModelRequest, move: Move, response: ServerResponse): void;
}

/** A request as it came. */
export interface ModelRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: the bodies are whatever the agents under test send.
  readonly body: any;
}

/** A model that follows the script in its prompt, on 127.0.0.1. */
export interface ModelServer {
  readonly url: string;
  readonly requests: readonly ModelRequest[];
  /** What was asked, without side requests. */
  readonly exchanges: readonly Exchange[];
  /** How many different tool results that reached the model hold the text. */
  told(text: string): number;
  /** How many different prompts that reached the model hold the text. */
  prompted(text: string): number;
  /** Answers no more than so many of `exchanges`; the others wait until more are allowed, as for a model that is slow. */
  answerUpTo(count: number): void;
  close(): Promise<void>;
}

const protocols: readonly Protocol[] = [anthropic, openai];

/**
 * Starts the scripted model on a free port (or the given one). After `maximumRequests` it answers 400, so nothing loops. One
 * that does not refuse leaves out the errors its prompts ask for.
 */
export async function startModelServer({ port = 0, maximumRequests = 200, refuses = true } = {}): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const exchanges: Exchange[] = [];
  const failed = new Set<string>();
  const closing = new AbortController();
  let allowed = Number.POSITIVE_INFINITY;
  let waiting: { readonly number: number; readonly resume: () => void }[] = [];
  const answerUpTo = (count: number) => {
    allowed = count;
    for (const { resume } of waiting.filter(({ number }) => number <= allowed)) resume();
    waiting = waiting.filter(({ number }) => number > allowed);
  };

  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const request = await readRequest(incoming);
    requests.push(request);
    if (protocols.some((protocol) => protocol.aside(request, response))) return;
    for (const protocol of protocols) {
      const exchange = protocol.read(request);
      if (exchange === null) continue;
      if (exchange.tools.length > 0) {
        const number = exchanges.push(exchange);
        if (number > allowed) await new Promise<void>((resume) => waiting.push({ number, resume }));
      }
      const over = requests.length > maximumRequests;
      const move: Move = over
        ? { waitMs: 0, text: '', act: { kind: 'error', status: 400, overAfter: null } }
        : nextMove(exchange, (prompt) => failed.has(prompt) || !failed.add(prompt), refuses);
      if (move.waitMs > 0) await delay(move.waitMs, undefined, { signal: closing.signal }).catch(() => {});
      if (response.destroyed) return;
      if (move.act.kind === 'refuse') response.destroy();
      else protocol.write(request, move, response);
      return;
    }
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"no such path"}}');
  };

  const server = createServer((incoming, response) => {
    response.on('error', () => {});
    serve(incoming, response).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    exchanges,
    told(text) {
      const results = exchanges.flatMap((exchange) => exchange.results);
      return new Set(results.filter((result) => result.text.includes(text)).map((result) => result.id)).size;
    },
    prompted(text) {
      return new Set(exchanges.flatMap((exchange) => exchange.prompts.filter((prompt) => prompt.includes(text)))).size;
    },
    answerUpTo,
    async close() {
      answerUpTo(Number.POSITIVE_INFINITY);
      closing.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<ModelRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    method: incoming.method ?? 'GET',
    path: new URL(incoming.url ?? '/', 'http://127.0.0.1').pathname,
    headers: incoming.headers,
    body: text === '' ? null : JSON.parse(text),
  };
}
