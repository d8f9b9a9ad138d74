import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { Client } from '../../core/client';
import { keepBeating } from '../../core/heartbeat';

test('a heartbeat says how it is, waits longer while nobody hears it, follows nobody elsewhere, and says goodbye', async () => {
  const heard: { status: string; tasks: unknown; memory_mb: number; uptime_seconds: number }[] = [];
  const answers = [200, 500, 302, 200, 200];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (piece) => {
      text += piece;
    });
    request.on('end', () => {
      if (request.url === '/elsewhere') heard.push({ ...JSON.parse(text), status: 'led elsewhere' });
      else heard.push(JSON.parse(text));
      response.writeHead(answers.shift() ?? 200, { location: '/elsewhere' }).end('thanks');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = {
    runtime: {
      status: async () => ({ tasks: { queued: 2 }, workers: [{ state: heard.length === 0 ? 'idle' : 'busy' }] }),
    },
  } as unknown as Client;
  const over = new AbortController();
  const waited: number[] = [];
  const said: string[] = [];
  await keepBeating({
    url: `http://127.0.0.1:${port}/workers/1`,
    client,
    data: '/',
    signal: over.signal,
    log: (line) => said.push(line),
    wait: async (ms) => {
      waited.push(ms);
      if (waited.length === 4) over.abort();
    },
  });
  server.close();
  expect(waited).toEqual([30_000, 60_000, 120_000, 30_000]);
  expect(heard.map(({ status }) => status)).toEqual(['idle', 'busy', 'busy', 'busy', 'offline']);
  expect(heard[0]).toMatchObject({
    tasks: { queued: 2 },
    memory_mb: expect.any(Number),
    uptime_seconds: expect.any(Number),
  });
  expect(said).toEqual([expect.stringContaining('status 500'), 'The heartbeat is heard again.']);
});
