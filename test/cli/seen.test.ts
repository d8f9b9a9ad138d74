import { expect, test } from 'vitest';
import { assertSeen, seenIn, seenRange } from '../../cli/seen';

test('what was seen is named by its commit, or by what it was compared with and its commit', () => {
  expect(seenIn('3F2C1AB90D')).toEqual({ head: '3f2c1ab90d', mergeBase: null });
  expect(seenIn('88f0e1a2b3..3f2c1ab90d')).toEqual({ head: '3f2c1ab90d', mergeBase: '88f0e1a2b3' });
  for (const typed of ['', '3f2c1a', 'main', '..3f2c1ab90d', '88f0e1a2b3..', '88f0e1a2b3...3f2c1ab90d', 'a..b..c'])
    expect([typed, seenIn(typed)]).toEqual([typed, null]);
  expect(seenRange(undefined)).toBeUndefined();
  expect(() => seenRange('88f0e1a2b3..main')).toThrow(/--head must be a commit id/);
});

test('a change that is compared with another commit than was named is not the one that was seen', () => {
  const change = { task: 12, head: '3f2c1ab90d'.repeat(4), mergeBase: '88f0e1a2b3'.repeat(4) };
  const look = (typed: string) => () =>
    assertSeen(change, { seen: seenIn(typed) ?? undefined, did: 'merged', program: 'switchyard' });
  expect(look('3f2c1ab90d')).not.toThrow();
  expect(look('88f0e1a..3f2c1ab90d')).not.toThrow();
  expect(look('88f0e1a2b3..0000000')).toThrow(`the change of task 12 is ${change.head} now, not 0000000.`);
  expect(look('0000000..3f2c1ab90d')).toThrow(
    `Nothing was merged: the change of task 12 is compared with ${change.mergeBase} now, not with 0000000. Look at it again: switchyard task diff 12`,
  );
});
