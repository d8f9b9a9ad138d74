import { createServer } from 'node:net';
import { CodedError } from '../contract/errors';
import { keepPort, portOf, portsTaken } from '../store/ports';
import type { Deps } from './deps';

/** How many ports each task has. */
const count = 10;
/** Below what systems give out by themselves, and above what programs usually take. */
const lowest = 20_000;
const blocks = 1000;

/**
 * The first of the task's ten ports: the ones it had, or others when `mustBeFree` and somebody else listens there.
 * Throws TERMINAL_FAILED when no ten ports are free.
 */
export async function portsFor(
  deps: Pick<Deps, 'db' | 'writer'>,
  task: number,
  mustBeFree: boolean,
): Promise<{ readonly port: number; readonly moved: boolean }> {
  const had = portOf(deps.db, task);
  if (had !== null && (!mustBeFree || (await areFree(had)))) return { port: had, moved: false };
  const taken = new Set(await deps.writer.write((db) => portsTaken(db)));
  for (let step = 0; step < blocks; step += 1) {
    const port = lowest + ((task + step) % blocks) * count;
    if (taken.has(port) || !(await areFree(port))) continue;
    if (await deps.writer.write((db) => keepPort(db, task, port))) return { port, moved: had !== null };
  }
  const range = `${lowest} to ${lowest + blocks * count - 1}`;
  throw new CodedError(
    'TERMINAL_FAILED',
    `No ten ports in a row are free between ${range}. End programs that listen there, or approve or discard tasks you are done with.`,
  );
}

/** What a task's programs are told of their ports. */
export function portVariables(port: number): Readonly<Record<string, string>> {
  return { PORT: String(port), PORT_BASE: String(port), PORT_COUNT: String(count) };
}

async function areFree(first: number): Promise<boolean> {
  for (let port = first; port < first + count; port += 1) {
    for (const host of ['127.0.0.1', '::1']) if (!(await isFree(port, host))) return false;
  }
  return true;
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // A machine without IPv6 has nobody listening there either.
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
