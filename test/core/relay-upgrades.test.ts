import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Relay } from '../../core/relay/bus';
import { relayUpgrades } from '../../core/relay-upgrades';
import { openHub } from './relay/hub';
import { observerToken, serverUnderTest } from './server/http-server';
import { temporaryFolder } from './store/store';

test('whoever is let in no more while the relay is being opened for them does not come to it', async () => {
  const bus = openHub(temporaryFolder());
  const doors = new Set<unknown>();
  let asked = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  let give = (_relay: Relay) => {};
  const relay = relayUpgrades({
    relay() {
      asked();
      return new Promise((resolve) => {
        give = resolve;
      });
    },
    log() {},
  });
  const { server } = await serverUnderTest({ upgrades: relay.upgrades });
  const address = `ws://127.0.0.1:${server.port}/relay`;
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${observerToken}` } });
  const ended = Promise.race([
    once(socket, 'open').then(() => 'open'),
    once(socket, 'unexpected-response').then(([, response]) => (response as { statusCode: number }).statusCode),
  ]);
  socket.on('error', () => {});
  await isAsked;
  server.end('key:1');
  give({
    bus,
    send: () => Promise.reject(new Error('Nobody sends.')),
    open: (door) => {
      doors.add(door);
      return () => doors.delete(door);
    },
  });
  expect(await ended).toBe(401);
  expect(server.clients()).toBe(0);
  await relay.close();
  await server.close();
  await bus.close();
  expect(doors.size).toBe(0);
});
