import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { natsFinding } from '../../core/nats-finding';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that says this to whoever comes, and keeps what it hears. */
async function saying(text: string | null): Promise<{ port: number; heard: () => string }> {
  let heard = '';
  const server = createServer((socket) => {
    if (text !== null) socket.write(text);
    socket.on('data', (piece) => {
      heard += piece;
    });
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, heard: () => heard };
}

const ask = (url: string, credentials: string | null = null) => natsFinding({ url, credentials }, 200);

test('a NATS server is said to answer, with its version and whether it keeps messages, and is told no secret', async () => {
  const { port, heard } = await saying('INFO {"server_id":"x","version":"2.9.10","jetstream":true}\r\n');
  const shown = `nats://127.0.0.1:${port}`;
  expect(await ask(`nats://ada:canary@127.0.0.1:${port}`)).toMatchObject({
    ...{ name: 'nats server', state: 'ok', required: false, hint: null },
    detail: `${shown} (2.9.10) answers, with JetStream`,
  });
  expect(heard()).toBe('');
  const without = await saying('INFO {"version":"\\u001b[31m"}\r\n');
  expect(await ask(`nats://127.0.0.1:${without.port}`)).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/\(of unknown version\) answers, without JetStream/),
    hint: expect.stringContaining('--jetstream'),
  });
});

test('what is wrong is said with what to do, after a bounded wait, and without the secret', async () => {
  const web = await saying('HTTP/1.1 400 Bad Request\r\n');
  const silent = await saying(null);
  const { port: gone } = await saying(null);
  servers.pop()?.close();
  const findings = [
    await ask(`nats://ada:canary@127.0.0.1:${web.port}`),
    await ask(`nats://ada:canary@127.0.0.1:${silent.port}`),
    await ask(`nats://ada:canary@127.0.0.1:${gone}`),
    await ask('http://ada:canary@127.0.0.1'),
    await ask('nats://%:canary@127.0.0.1'),
    await ask(`nats://canary@127.0.0.1:${web.port}`, '/nowhere/file.creds'),
  ];
  expect(findings.map(({ detail }) => detail)).toEqual([
    expect.stringContaining('is no NATS server'),
    expect.stringContaining('does not answer (not within 0.2 s)'),
    expect.stringContaining('does not answer (ECONNREFUSED)'),
    expect.stringContaining('is no address of one'),
    expect.stringContaining('is no address of one'),
    expect.stringContaining('cannot be read from /nowhere/file.creds'),
  ]);
  for (const { state, hint } of findings) expect([state, hint]).toEqual(['warning', expect.any(String)]);
  expect(JSON.stringify(findings)).not.toContain('canary');
});
