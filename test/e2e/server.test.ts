import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readServer, type ServerRecord } from '../../core/server-record';
import { asking, goodRequests, hostileRequests, type Send } from '../core/server/hostile';
import { accepted, asked } from '../core/server/http-server';
import { until } from '../support/until';
import { makeMachine } from './desktop';

/** The runtime as it is built, on the Node that the shell brings along: with the oldest shell that is Node 18. */
const machine = makeMachine();
let runtime: ChildProcess;
let said = '';
let there: ServerRecord & { readonly port: number };

beforeAll(async () => {
  const electron = createRequire(__filename)('electron') as unknown as string;
  runtime = spawn(electron, [resolve(__dirname, '../../out/main/cli.js'), 'run', '--status-port', '0'], {
    env: { ...machine.environment, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [runtime.stdout, runtime.stderr])
    stream?.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
  await until(() => readServer(join(machine.data, 'run')) !== null || runtime.exitCode !== null);
  const record = readServer(join(machine.data, 'run'));
  if (record === null) throw new Error(`It did not start: ${said}`);
  there = { ...record, port: Number(new URL(record.url).port) };
});
afterAll(async () => {
  if (runtime?.exitCode === null) {
    runtime.kill('SIGTERM');
    await once(runtime, 'exit');
  }
  machine.remove();
});

test('lets in none of the hostile requests, and whoever is in order', async () => {
  const status = await asked(there, '/status', { token: there.token });
  const { versions } = JSON.parse(status.body) as { readonly versions: { readonly node: string } };
  const old = Number.parseInt(versions.node, 10) < 20;
  for (const { what, all, joined } of hostileRequests(there.token))
    expect([what, await accepted(there, all)]).toEqual([what, old && joined ? [...all.keys()] : []]);
  const good = goodRequests(there.token, '/index.html');
  expect(await accepted(there, good)).toHaveLength(good.length);
});

test('streams what is published, and outlives whoever hangs up in the middle of anything', async () => {
  const { plain, call } = asking(there.token);
  const events = plain({ path: '/api/events?pattern=sessions.build.>' });
  const half: readonly Send[] = [
    call(['Content-Length: 20'], '{"json":'),
    call(['Transfer-Encoding: chunked'], '8\r\n{"json":\r\n'),
    plain({ path: '/sign-in', method: 'POST', token: '', more: ['Content-Length: 20'], body: '{' }),
  ];
  for (const send of half) {
    const socket = connect(there.port, '127.0.0.1').resume().end(send(there.port));
    await once(socket, 'close');
  }
  const streams = [events, call(['Content-Length: 2'], '{}', '/rpc/changes/follow')];
  const open = async (send: Send) => {
    const socket = connect(there.port, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    socket.write(send(there.port));
    await until(() => text.includes('\r\n\r\n'));
    return { socket, text: () => text };
  };
  for (const send of streams) (await open(send)).socket.destroy();
  const followed = await open(events);
  expect(followed.text()).toContain('text/event-stream');
  const message = { id: 'one', type: 'work', payload: { id: 'one' } };
  const body = JSON.stringify({ json: { session: 'build', role: 'docs', message } });
  const sent = await asked(there, '/rpc/relay/send', { method: 'POST', token: there.token, body });
  expect(sent.status).toBe(200);
  await until(() => followed.text().includes('"payload":{"id":"one"}'));
  followed.socket.destroy();

  runtime.kill('SIGTERM');
  const [code] = await once(runtime, 'exit');
  expect([code, said]).toEqual([0, expect.not.stringContaining('rror')]);
  const logs = join(machine.data, 'logs');
  const logged = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'));
  expect(logged.join('\n')).not.toMatch(/request could not|stream of what|could not be handled/);
});
