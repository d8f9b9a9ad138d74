import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { Log } from './errors';
import { listen } from './socket';

/** What the door is told, and what it may be told later by the same caller. */
export interface HookCall {
  readonly key: string;
  readonly event: unknown;
  /** Aborted when the caller is gone, or no longer needs the answer. */
  readonly over: AbortSignal;
}

/** What is answered: a value, nothing, or that nobody can say yet, and then the caller tries again. */
export type HookAnswer = { readonly kind: 'answer'; readonly value: unknown } | { readonly kind: 'later' };

/** What is said at once is a tool's input, with what is to be written to a file in it. */
const longestLine = 8 * 1024 * 1024;
const firstLineMs = 5000;

/**
 * Opens the door by which what an agent's screen asks comes in: a Unix socket only its owner can open (a named pipe on
 * Windows), with no address on any network. A caller says one line and gets one; who it is its key tells.
 */
export async function openHookDoor(options: {
  /** Where to listen: in a folder that exists with mode 0700. What is there already belongs to a dead one. */
  readonly path: string;
  /** The file that is to say so, to whoever comes. */
  readonly file: string;
  readonly take: (call: HookCall) => Promise<HookAnswer>;
  readonly log: Log;
}): Promise<{ close(): Promise<void> }> {
  const { path, file } = options;
  if (process.platform !== 'win32') rmSync(path, { force: true });
  const callers = new Set<Socket>();
  const server = createServer((socket) => {
    callers.add(socket);
    socket.once('close', () => callers.delete(socket));
    hear(socket, options.take, options.log);
  });
  await listen(server, path);
  server.on('error', (error) => options.log(`A hook could not be let in: ${error.message}`));
  writeFileSync(`${file}.new`, JSON.stringify({ socket: path }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of callers) socket.destroy();
      await closed;
      rmSync(file, { force: true });
    },
  };
}

function hear(socket: Socket, take: (call: HookCall) => Promise<HookAnswer>, log: Log): void {
  const over = new AbortController();
  const late = setTimeout(() => socket.destroy(), firstLineMs);
  let text = '';
  let heard = false;
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    clearTimeout(late);
    over.abort();
  });
  socket.on('data', (piece: string) => {
    text += piece;
    if (text.length > longestLine) socket.destroy();
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n')) {
      const line = text.slice(0, at);
      text = text.slice(at + 1);
      // All it can add to its first line is that what it asked about has begun.
      if (heard) over.abort();
      else {
        heard = true;
        clearTimeout(late);
        void answer(socket, line, take, over.signal, log);
      }
    }
  });
}

async function answer(
  socket: Socket,
  line: string,
  take: (call: HookCall) => Promise<HookAnswer>,
  over: AbortSignal,
  log: Log,
): Promise<void> {
  try {
    const { key, event } = JSON.parse(line) as { readonly key?: unknown; readonly event?: unknown };
    const given = await take({ key: typeof key === 'string' ? key : '', event, over });
    if (given.kind === 'later') socket.destroy();
    else socket.end(`${given.value === null ? '' : JSON.stringify(given.value)}\n`);
  } catch (error) {
    log(`What a hook said could not be handled: ${error instanceof Error ? error.message : String(error)}`);
    socket.end('\n');
  }
}
