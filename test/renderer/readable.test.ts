import { describe, expect, test } from 'vitest';
import { onlyOnce } from '../../renderer/keys/press';
import {
  type Look,
  looked,
  lookedFor,
  readMs,
  type Shown,
  steeredMs,
  takesFrom,
  takeTogetherFrom,
} from '../../renderer/requests/readable';

const never = Number.POSITIVE_INFINITY;
const long: Shown = { shownAt: 0, movedAt: 0, reachedAt: 0, steered: false };
const always: readonly Look[] = [{ from: 0, to: never }];

describe('a request takes no answer that came before it could be read', () => {
  test('a key counts from when the request came under it, however long it was on screen', () => {
    expect(takesFrom({ ...long, reachedAt: 10_000 }, 'key', always)).toBe(10_000 + readMs);
  });

  test('a request the person went to takes a key sooner, but none before it was on screen long enough', () => {
    expect(takesFrom({ ...long, reachedAt: 10_000, steered: true }, 'key', always)).toBe(10_000 + steeredMs);
    expect(takesFrom({ shownAt: 10_000, movedAt: 0, reachedAt: 10_000, steered: true }, 'key', always)).toBe(
      10_000 + readMs,
    );
  });

  test('a request the keys are not at takes none', () => {
    expect(takesFrom({ ...long, reachedAt: null }, 'key', always)).toBe(never);
  });

  test('a press counts from when the request lay still, so that a double press answers one', () => {
    expect(takesFrom({ ...long, movedAt: 10_000 }, 'press', always)).toBe(10_000 + readMs);
    expect(takesFrom({ ...long, shownAt: 20_000, movedAt: 10_000 }, 'press', always)).toBe(20_000 + readMs);
  });

  test('several are answered when the newest of them was shown long enough', () => {
    expect(takeTogetherFrom([0, 9_900], 10_000, always)).toBe(9_900 + readMs);
    expect(takeTogetherFrom([0, 0], 10_000, always)).toBe(10_000 + steeredMs);
  });
});

describe('only the time somebody looks counts for reading', () => {
  const asked: Shown = { shownAt: 1000, movedAt: 0, reachedAt: 1000, steered: false };

  test('a request that came while the window was hidden or another had the keys is read from the return on', () => {
    const away: readonly Look[] = [{ from: 0, to: 500 }];
    for (const by of ['key', 'press'] as const) {
      expect(takesFrom(asked, by, away)).toBe(never);
      expect(takesFrom(asked, by, [...away, { from: 90_000, to: never }])).toBe(90_000 + readMs);
    }
    expect(takeTogetherFrom([1000, 1000], 1000, [...away, { from: 90_000, to: never }])).toBe(90_000 + readMs);
  });

  test('who steers to a request while nobody looks at it still has to read it', () => {
    const looks: readonly Look[] = [{ from: 90_000, to: never }];
    expect(takesFrom({ ...asked, steered: true }, 'key', looks)).toBe(90_000 + readMs);
  });

  test('what was read before the window was left is not read again, and half of it is read to its end', () => {
    expect(takesFrom(asked, 'key', [{ from: 0, to: 1000 + readMs }])).toBe(1000 + readMs);
    const looks: readonly Look[] = [
      { from: 0, to: 1400 },
      { from: 5000, to: 5100 },
      { from: 9000, to: never },
    ];
    expect(takesFrom(asked, 'press', looks)).toBe(9000 + readMs - 400 - 100);
  });

  test('a stretch begins when the window is seen and has the keys, and ends when either goes', () => {
    const begun = looked([], true, 100);
    expect(begun).toEqual([{ from: 100, to: never }]);
    expect(looked(begun, true, 200)).toBe(begun);
    const left = looked(begun, false, 300);
    expect(left).toEqual([{ from: 100, to: 300 }]);
    expect(looked(left, false, 400)).toBe(left);
    expect(looked([], false, 400)).toEqual([]);
    expect(lookedFor(looked(left, true, 500), 0, 300)).toBe(600);
  });

  test('however often the window is left, few stretches are remembered', () => {
    let looks: readonly Look[] = [];
    for (let at = 0; at < 1000; at += 1) looks = looked(looks, at % 2 === 0, at);
    expect(looks).toHaveLength(50);
    expect(looks.at(-1)).toEqual({ from: 998, to: 999 });
  });
});

test('a key held down answers and opens once, and walks on', () => {
  for (const meaning of ['allow', 'deny', 'open'] as const) expect(onlyOnce(meaning, '')).toBe(true);
  expect(onlyOnce(null, '3')).toBe(true);
  for (const meaning of ['down', 'up', 'next-hunk'] as const) expect(onlyOnce(meaning, '')).toBe(false);
});
