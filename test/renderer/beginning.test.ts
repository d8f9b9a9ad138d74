import { expect, test } from 'vitest';
import { beginningOf } from '../../renderer/text/beginning';

test('of a patch so much is drawn as can be looked at, and the lines left out are counted', () => {
  expect(beginningOf('@@ -1 +1 @@\n-one\n+two\u202e\n')).toEqual({ shown: '@@ -1 +1 @@\n-one\n+two‹U+202E›', left: 0 });
  const many = Array.from({ length: 700 }, (_, line) => `+${line}`);
  const long = beginningOf(`${many.join('\n')}\n`);
  expect([long.shown.split('\n').at(-1), long.left]).toEqual(['+499', 200]);
  const wide = beginningOf(`+${'x'.repeat(500_000)}\n+one\n+two\n`);
  expect([wide.shown.length, wide.left]).toEqual([60_000, 2]);
  expect(beginningOf('')).toEqual({ shown: '', left: 0 });
});
