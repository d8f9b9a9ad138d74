import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { randomFrom } from '../../support/random';
import { fuzzedFrame, handshake, textFrame } from './fuzzed-frame';
import { of, type ServedRelay, serveRelay } from './serve';

// Frames that are no messages, or hardly, each on a connection of its own. SWITCHYARD_TEST_SETS=all sends ten thousand of them.
const frames = process.env.SWITCHYARD_TEST_SETS === 'all' ? 10_000 : 300;
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261123);
const mebibyte = 1024 * 1024;

let served: ServedRelay | null = null;
afterEach(async () => {
  await served?.close();
  served = null;
});

/** Connects, says something, and resolves when the other side has hung up, or answered our goodbye. */
function sayTo(port: number, path: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.once('close', () => resolve());
    socket.resume();
    socket.write(Buffer.concat([handshake(path), bytes]));
    // A half frame is waited for until we have gone.
    socket.end();
  });
}

/** Sends the frames one after the other. */
async function sendAll(port: number): Promise<void> {
  const random = randomFrom(seed);
  for (let count = 0; count < frames; count += 1) {
    const path = random() < 0.5 ? '/relay' : `/agent?session_id=s${count % 7}&role=fuzz`;
    await sayTo(port, path, fuzzedFrame(random));
  }
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** How many bytes are held, by objects and outside of them: what is garbage is not. */
function held(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** By how many bytes the memory of this process has grown: what was only held for a while too. */
async function growth(act: () => Promise<void>): Promise<number> {
  const resident = () => process.memoryUsage().rss;
  const before = resident();
  await act();
  return resident() - before;
}

test('whatever comes in frames, nobody falls, little is held, and others are served', async () => {
  const relay = await serveRelay();
  served = relay;
  const failures: unknown[] = [];
  const hear = (failure: unknown) => failures.push(failure);
  process.on('uncaughtException', hear);
  process.on('unhandledRejection', hear);
  try {
    const good = await relay.connect('/agent?session_id=good&role=echo');
    // What a first connection loads is not what is asked about.
    await sayTo(relay.port, '/relay', textFrame('{'));
    const before = held();
    await sendAll(relay.port);
    expect(held() - before).toBeLessThan(64 * mebibyte);
    await expect.poll(() => relay.door.connections()).toBe(1);
    const follower = await relay.connect('/relay');
    follower.say({ id: 's', type: 'subscribe', payload: { pattern: 'sessions.good.results.*' } });
    await follower.next(of('s', 'ok'));
    const message = { id: 'w', type: 'work', payload: { a: [1] } };
    follower.say({ id: 'g', type: 'send', payload: { session: 'good', role: 'echo', message } });
    expect(await good.next(of('w'))).toMatchObject(message);
    good.say({ id: 'w', type: 'result', payload: 'fine' });
    expect(await follower.next(of('w'))).toMatchObject({ payload: 'fine' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).toEqual([]);
    expect(relay.log).toEqual([]);
  } finally {
    process.off('uncaughtException', hear);
    process.off('unhandledRejection', hear);
  }
});

test('control: a relay that believes what comes falls from the same frames', async () => {
  let falls = 0;
  const server = createServer().listen(0, '127.0.0.1');
  const naive = new WebSocketServer({ server });
  naive.on('connection', (socket) => {
    // Where nobody listened for it, this would end the process.
    socket.on('error', () => {
      falls += 1;
    });
    socket.on('message', (data) => {
      try {
        const { payload } = JSON.parse(data.toString()) as { payload: { pattern: string } };
        payload.pattern.split('.');
      } catch {
        falls += 1;
      }
    });
  });
  await once(server, 'listening');
  await sendAll((server.address() as AddressInfo).port);
  naive.close();
  server.close();
  expect(falls).toBeGreaterThan(frames / 2);
});

const pieces = 96;

/** Sends the beginning of a message of a hundred mebibytes, and never its end. */
async function sendHuge(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  let gone = false;
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', resolve)).then(() => {
    gone = true;
  });
  socket.resume();
  socket.write(handshake('/relay'));
  await once(socket, 'data');
  const header = Buffer.alloc(14);
  header[0] = 0x81;
  header[1] = 0xff;
  header.writeUInt32BE(200 * mebibyte, 6);
  socket.write(header);
  const piece = randomBytes(mebibyte);
  for (let count = 0; count < pieces && !gone; count += 1) {
    // Waits until it was taken; one that hung up takes nothing.
    if (socket.write(Buffer.from(piece))) continue;
    await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
  }
  // The last of it has come when what follows it is answered, or nobody is there any more.
  await expect.poll(() => gone || socket.writableLength === 0).toBe(true);
}

test('a message that is too large is not waited for', async () => {
  served = await serveRelay();
  const { port } = served;
  expect(await growth(() => sendHuge(port))).toBeLessThan(64 * mebibyte);
});

test('control: without the bound it fills the memory', async () => {
  served = await serveRelay({ bounds: { frame: 512 * mebibyte } });
  const { port } = served;
  const before = held();
  await sendHuge(port);
  // The last of it may still be on its way.
  await expect.poll(() => held() - before).toBeGreaterThan(64 * mebibyte);
});
