import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { heardMessage } from '../../../core/relay/frame';
import { openRing, type Ring } from '../../../core/relay/ring';
import { temporaryFolder } from '../store/store';

const now = Date.now();
const rings: Ring[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const ring of rings.splice(0)) ring.close();
});

function open(folder: string, { mostBytes = 1024 * 1024, bootedAt = 0 } = {}): Ring {
  const ring = openRing({ folder, mostBytes, bootedAt });
  rings.push(ring);
  return ring;
}

function message(seq: number, payload: unknown = seq) {
  const text = JSON.stringify({ id: `m${seq}`, type: 'note', payload });
  return heardMessage({ seq, subject: 'sessions.a.events', at: 5 }, text);
}

/** All that the ring holds after a number. */
function allAfter(ring: Ring, after: number): number[] {
  const numbers: number[] = [];
  for (;;) {
    const piece = ring.read(numbers.at(-1) ?? after);
    if (piece.length === 0) return numbers;
    numbers.push(...piece.map(({ seq }) => seq));
  }
}

test('what a crash cut off at any byte is gone, all before it stays, and what comes is added after that', () => {
  const folder = temporaryFolder();
  const whole = open(folder);
  whole.append([message(3), message(4, 'é\u2028'), message(9)]);
  const file = join(folder, 'messages.jsonl');
  const bytes = fs.readFileSync(file);
  const ends = [...bytes.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1);
  const [, ...numbers] = [0, 3, 4, 9];
  for (let length = 0; length < bytes.length; length += 1) {
    const cut = temporaryFolder();
    fs.writeFileSync(join(cut, 'messages.jsonl'), bytes.subarray(0, length));
    const ring = openRing({ folder: cut, mostBytes: 1024 * 1024, bootedAt: 0 });
    const stays = numbers.slice(0, Math.max(0, ends.filter((end) => end <= length).length - 1));
    expect([length, allAfter(ring, 0)]).toEqual([length, stays]);
    ring.append([message(20)]);
    expect(allAfter(ring, 0)).toEqual([...stays, 20]);
    expect([ring.first(), ring.last()]).toEqual([stays[0] ?? 20, 20]);
    ring.close();
  }
});

test('a line that a power cut left empty, and bytes that are nobody’s, count as torn', () => {
  const folder = temporaryFolder();
  open(folder).append([message(1), message(2)]);
  const file = join(folder, 'messages.jsonl');
  fs.appendFileSync(file, Buffer.concat([Buffer.alloc(200_000), Buffer.from('\n{"seq":"no"}\n\n{"seq":4,')]));
  const ring = open(folder);
  expect(allAfter(ring, 0)).toEqual([1, 2]);
  ring.append([message(3)]);
  expect(allAfter(ring, 1)).toEqual([2, 3]);
  fs.writeFileSync(file, Buffer.alloc(5000));
  expect(allAfter(open(folder), 0)).toEqual([]);
});

test('the newest stay within the bytes it may have, from any number on, and it says which are gone', () => {
  const folder = temporaryFolder();
  const mostBytes = 512 * 1024;
  const ring = open(folder, { mostBytes });
  for (let seq = 1; seq <= 2000; seq += 1) ring.append([message(seq, 'x'.repeat((seq % 17) * 100))]);
  const size = () => fs.readdirSync(folder).reduce((sum, name) => sum + fs.statSync(join(folder, name)).size, 0);
  expect(size()).toBeLessThan(mostBytes + 4096);
  const lost = ring.lost();
  expect(lost).toBeGreaterThan(0);
  const kept = Array.from({ length: 2000 - lost }, (_, at) => lost + 1 + at);
  expect(allAfter(ring, 0)).toEqual(kept);
  for (let after = lost; after <= 2000; after += 1) expect(ring.read(after)[0]?.seq).toBe(kept[after - lost]);
  expect([ring.first(), ring.last()]).toEqual([lost + 1, 2000]);
  const again = open(folder, { mostBytes });
  expect([again.lost(), again.first(), again.last(), again.given]).toEqual([lost, lost + 1, 2000, 2000]);
});

test('a message of a mebibyte is read whole', () => {
  const ring = open(temporaryFolder(), { mostBytes: 64 * 1024 * 1024 });
  const large = 'x'.repeat(1024 * 1024 - 100);
  for (let seq = 1; seq <= 9; seq += 2) ring.append([message(seq, large), message(seq + 1)]);
  expect(allAfter(ring, 0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(allAfter(ring, 4)).toEqual([5, 6, 7, 8, 9, 10]);
});

test('killed while the full file is put beside it, the ring goes on with the next', () => {
  const folder = temporaryFolder();
  open(folder).append([message(1), message(2)]);
  fs.renameSync(join(folder, 'messages.jsonl'), join(folder, 'messages.before.jsonl'));
  const ring = open(folder);
  expect([ring.last(), ring.given, ring.lost()]).toEqual([2, 2, 0]);
  ring.append([message(3)]);
  expect(allAfter(open(folder), 0)).toEqual([1, 2, 3]);
});

test('once the machine was started anew numbers go on far beyond what may have been lost with its power', () => {
  const folder = temporaryFolder();
  open(folder).append([message(7)]);
  expect(open(folder, { bootedAt: now - 60_000 }).given).toBe(7);
  const restarted = open(folder, { bootedAt: Date.now() + 60_000 });
  expect(restarted.given).toBe(10_000_007);
  expect(restarted.last()).toBe(7);
  expect(open(temporaryFolder(), { bootedAt: Date.now() + 60_000 }).given).toBe(0);
});

test('what a full disk cut short is taken back, and writing goes on when there is room', () => {
  const folder = temporaryFolder();
  const ring = open(folder);
  ring.append([message(1)]);
  const before = fs.readFileSync(join(folder, 'messages.jsonl'));
  const full = () => {
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  };
  const write = fs.writeSync;
  const spy = vi.spyOn(fs, 'writeSync').mockImplementation((fd, bytes) => {
    if (spy.mock.calls.length > 1) return full();
    return write(fd, bytes as unknown as Uint8Array, 0, 10);
  });
  const cut = vi.spyOn(fs, 'ftruncateSync').mockImplementationOnce(full);
  expect(() => ring.append([message(2)])).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
  expect(cut).toHaveBeenCalledOnce();
  expect(fs.readFileSync(join(folder, 'messages.jsonl')).length).toBe(before.length + 10);
  spy.mockRestore();
  ring.append([message(3)]);
  expect(allAfter(ring, 0)).toEqual([1, 3]);
  expect(allAfter(open(folder), 0)).toEqual([1, 3]);
});

test('a full file that no new one could be put beside stays, and so does what is told after it', () => {
  const folder = temporaryFolder();
  const ring = open(folder, { mostBytes: 4000 });
  const long = 'x'.repeat(1000);
  for (let seq = 1; seq <= 6; seq += 1) ring.append([message(seq, long)]);
  const before = allAfter(ring, 0);
  expect(before).toEqual([3, 4, 5, 6]);
  const write = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  });
  const next = message(7, long);
  // Where a disk is full a new file can be made, and nothing written to it.
  for (const _again of [1, 2])
    expect(() => ring.append([next])).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
  write.mockRestore();
  expect(allAfter(ring, 0)).toEqual(before);
  expect(allAfter(open(folder, { mostBytes: 4000 }), 0)).toEqual(before);
  ring.append([next]);
  expect(allAfter(ring, 0)).toEqual([5, 6, 7]);
  expect(allAfter(open(folder, { mostBytes: 4000 }), 0)).toEqual([5, 6, 7]);
});

test('where the first that was written was lost with the power, numbers begin beyond it', () => {
  const folder = temporaryFolder();
  open(folder).append([message(7)]);
  fs.truncateSync(join(folder, 'messages.jsonl'), 0);
  expect(open(folder, { bootedAt: Date.now() + 60_000 }).given).toBe(10_000_000);
});
