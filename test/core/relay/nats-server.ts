import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A real NATS server with its data in a folder, on a port of its own, or on one that it had before. */
export async function startNats(folder: string, args: readonly string[] = ['-js'], port = '-1') {
  const child: ChildProcess = spawn('nats-server', ['-a', '127.0.0.1', '-p', port, '-sd', folder, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  let url: string | undefined;
  if (child.stderr === null) throw new Error('It has no output.');
  for await (const line of createInterface({ input: child.stderr })) {
    url ??= /Listening for client connections on (\S+)/.exec(line)?.[1];
    if (url !== undefined && line.includes('Server is ready')) break;
  }
  child.stderr.resume();
  if (url === undefined) throw new Error('The NATS server did not start.');
  return {
    url: `nats://${url}`,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
