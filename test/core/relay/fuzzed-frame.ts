/** The opening of a WebSocket, as bytes. */
export function handshake(path: string): Buffer {
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

/** A whole text message of a client, in one masked frame. */
export function textFrame(text: string): Buffer {
  return frame(0x81, Buffer.from(text));
}

const mask = Buffer.from([1, 2, 3, 4]);

function frame(first: number, payload: Buffer, length = payload.length): Buffer {
  const header =
    length < 126
      ? Buffer.from([first, 0x80 | length])
      : length < 65_536
        ? Buffer.from([first, 0xfe, length >> 8, length & 255])
        : Buffer.concat([Buffer.from([first, 0xff]), lengthBytes(length)]);
  return Buffer.concat([header, mask, payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))]);
}

function lengthBytes(length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return bytes;
}

const near: readonly unknown[] = [
  { id: '1', type: 'subscribe', payload: { pattern: 'sessions.>', after: 1 } },
  { id: '1', type: 'unsubscribe', payload: { pattern: 'sessions.>' } },
  { id: '1', type: 'send', payload: { session: 's', role: 'r', message: { id: '2', type: 'work', payload: 1 } } },
  { id: '1', type: 'result', payload: { echo: 1 } },
  { id: '1', type: 'event', payload: null },
  { id: '1', type: 'ack', payload: 0 },
];

const odd: readonly unknown[] = [
  null,
  -1,
  1e308,
  '',
  '\0',
  '\u202e',
  'x'.repeat(300),
  [],
  {},
  true,
  '*',
  'a.b',
  { __proto__: 1 },
];

type Make = (random: () => number) => Buffer;

/** Every kind of frame that is not as it should be. */
const kinds: readonly Make[] = [
  // Bytes without any form.
  (random) => noise(random, 1 + at(random, 400)),
  // A form with any opcode and any bits set.
  (random) => frame(at(random, 256), noise(random, at(random, 200))),
  // Lengths that say more, or less, than there is.
  (random) => frame(0x81, noise(random, at(random, 50)), at(random, 2 ** (1 + at(random, 47)))),
  // Not masked, as only a server may send.
  (random) => Buffer.concat([Buffer.from([0x81, 5]), noise(random, 5)]),
  // Control frames: too long, in pieces, with codes there are not.
  (random) => frame(0x88 + at(random, 3), noise(random, at(random, 200))),
  (random) => frame(0x08 + at(random, 3), noise(random, 10)),
  // Pieces that never end, or go on with what was not begun.
  (random) => Buffer.concat(Array.from({ length: at(random, 50) }, () => frame(at(random, 3), noise(random, 3)))),
  // Text that is none.
  (random) => frame(0x81, noise(random, 1 + at(random, 100))),
  // JSON that is no message, deep or long.
  (random) => textFrame('['.repeat(at(random, 60_000))),
  (random) => textFrame(`${'{"a":'.repeat(5_000)}1${'}'.repeat(at(random, 5_001))}`),
  (random) => textFrame(JSON.stringify(pick(odd, random))),
  // Messages with one thing wrong, or several.
  (random) => textFrame(JSON.stringify(spoiled(pick(near, random), random))),
  (random) => textFrame(JSON.stringify(spoiled(spoiled(pick(near, random), random), random))),
  (random) => flipped(textFrame(JSON.stringify(pick(near, random))), random),
  // Several in one go, and the last one only begun.
  (random) => {
    const many = Array.from({ length: 20 }, () => textFrame(JSON.stringify(pick(near, random))));
    const bytes = Buffer.concat(many);
    return bytes.subarray(0, bytes.length - at(random, 30));
  },
];

/** Bytes that a hostile or broken client might send after its handshake. */
export function fuzzedFrame(random: () => number): Buffer {
  return pick(kinds, random)(random);
}

function at(random: () => number, below: number): number {
  return Math.floor(random() * below);
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[at(random, from.length)] as T;
}

function noise(random: () => number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => at(random, 256)));
}

function flipped(bytes: Buffer, random: () => number): Buffer {
  for (let count = 0; count < 3; count += 1) bytes[at(random, bytes.length)] = at(random, 256);
  return bytes;
}

/** The value with one of its parts changed, left out, or said too much. */
function spoiled(value: unknown, random: () => number): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.1) return pick(odd, random);
  const entries = Object.entries(value);
  const [name = 'more', part] = pick([...entries, ['more', null] as const], random);
  if (random() < 0.3) return Object.fromEntries(entries.filter(([other]) => other !== name));
  return { ...value, [name]: random() < 0.5 ? spoiled(part, random) : pick(odd, random) };
}
