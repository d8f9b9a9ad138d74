import { expect, test } from 'vitest';
import { CodedError } from '../../../core/contract/errors';
import { serveAgent } from '../../../core/relay/agent-line';
import type { Bus } from '../../../core/relay/bus';
import type { Connection } from '../../../core/relay/connection';

/** What an agent hears that says something on a bus which fails so. */
async function saidTo(code: 'REMOTE_FAILED' | 'DISK_FULL'): Promise<string[]> {
  const heard: string[] = [];
  const bus = {
    takeWork: async () => ({ answered: async () => {}, leave: async () => {} }),
    publish: () => Promise.reject(new CodedError(code, 'Not now.')),
  } as Partial<Bus> as Bus;
  const connection = {
    send: (text: string) => void heard.push(JSON.parse(text).payload.code),
    close: (closed: number) => void heard.push(String(closed)),
  } as Partial<Connection> as Connection;
  const line = serveAgent({ bus, connection, agent: { session: 's', role: 'r' }, after: 0, log() {} });
  await new Promise<void>((resolve) => line.hear('{"id":"1","type":"result","payload":1}', resolve));
  return heard;
}

test('an agent that answers while the relay is away is told so and hung up on: it comes back, and has its work again', async () => {
  expect(await saidTo('REMOTE_FAILED')).toEqual(['REMOTE_FAILED', '1011']);
  expect(await saidTo('DISK_FULL')).toEqual(['DISK_FULL']);
});
