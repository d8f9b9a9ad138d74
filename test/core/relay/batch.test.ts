import { expect, test } from 'vitest';
import { append, type Batch, emptyBatch, joined, rest } from '../../../core/relay/batch';

const texts = [0, 1, 125, 126, 65_535, 65_536, 70_000].map((length) => Buffer.alloc(length, 'x'));

/** The texts in frames of a server, as another program reads them. */
function read(bytes: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    expect(bytes[at]).toBe(0x81);
    const short = bytes[at + 1] ?? 0;
    const [length, start] =
      short < 126
        ? [short, at + 2]
        : short === 126
          ? [bytes.readUInt16BE(at + 2), at + 4]
          : [Number(bytes.readBigUInt64BE(at + 2)), at + 10];
    found.push(bytes.toString('utf8', start, start + length));
    at = start + length;
  }
  return found;
}

test('what is sent is whole frames of every length, in order', () => {
  let batch: Batch = emptyBatch();
  for (const text of texts) batch = append(batch, text);
  expect(joined(batch)).toHaveLength(batch.bytes);
  expect(read(joined(batch))).toEqual(texts.map(String));
});

test('whoever sends the same frames in the same order sends the same bytes, before and after a part of them was sent', () => {
  const [one = Buffer.of(), two = Buffer.of(), three = Buffer.of()] = ['one', 'two', 'three'].map((text) =>
    Buffer.from(text),
  );
  const first = emptyBatch();
  const send = (...frames: readonly Buffer[]) => frames.reduce(append, first);
  expect(joined(send(one, two))).toBe(joined(send(one, two)));
  const goOn = () => append(rest(send(one, two)), three);
  expect(joined(goOn())).toBe(joined(goOn()));
  expect(read(joined(goOn()))).toEqual(['three']);
  // Another order, or another frame of the same words, is something else.
  expect(read(joined(send(two, one)))).toEqual(['two', 'one']);
  expect(joined(send(one, Buffer.from('two')))).not.toBe(joined(send(one, two)));
  expect(read(joined(send(one, three)))).toEqual(['one', 'three']);
});
