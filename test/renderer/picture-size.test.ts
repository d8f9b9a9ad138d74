import { expect, test } from 'vitest';
import { pictureSize } from '../../renderer/changes/picture-size';

const from = (...parts: readonly (string | readonly number[])[]) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? [...part].map((sign) => sign.charCodeAt(0)) : part)),
  );

test('a picture is known by its bytes, with how large it would be drawn', () => {
  const png = from('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 1, 64], [0, 1, 0, 0]);
  expect(pictureSize(png)).toEqual({ type: 'image/png', width: 320, height: 65_536 });
  expect(pictureSize(from('GIF89a', [10, 0], [20, 1]))).toEqual({ type: 'image/gif', width: 10, height: 276 });
  const jpeg = from(
    [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2],
    [0xff, 0xff, 0xc4, 0, 2],
    [0xff, 0xc2, 0, 9, 8, 0, 30, 1, 0, 3],
  );
  expect(pictureSize(jpeg)).toEqual({ type: 'image/jpeg', width: 256, height: 30 });
  const riff = (kind: string, ...rest: readonly number[]) =>
    from('RIFF', [0, 0, 0, 0], 'WEBP', kind, [0, 0, 0, 0], rest);
  expect(pictureSize(riff('VP8X', 0, 0, 0, 0, 9, 0, 0, 19, 0, 0))).toEqual({
    type: 'image/webp',
    width: 10,
    height: 20,
  });
  expect(pictureSize(riff('VP8L', 0x2f, 9, 192, 4, 0))).toEqual({ type: 'image/webp', width: 10, height: 20 });
  expect(pictureSize(riff('VP8 ', 0, 0, 0, 0x9d, 1, 0x2a, 10, 0, 20, 0))).toEqual({
    type: 'image/webp',
    width: 10,
    height: 20,
  });
});

test('what is no picture, whatever its name says, or ends too early is none', () => {
  for (const bytes of [
    '',
    'GIF89a',
    '\x89PNG\r\n\x1a\n\0\0',
    '\xff\xd8\xff',
    '<svg onload="x()"/>',
    'BM',
    'RIFF\0\0\0\0WEBPVP9 ',
  ])
    expect(pictureSize(from(bytes))).toBeNull();
});
