import { describe, expect, test } from 'vitest';
import { onlyOnce } from '../../renderer/keys/press';
import { readMs, type Shown, steeredMs, takesFrom, takeTogetherFrom } from '../../renderer/requests/readable';

const long: Shown = { shownAt: 0, movedAt: 0, reachedAt: 0, steered: false };

describe('a request takes no answer that came before it could be read', () => {
  test('a key counts from when the request came under it, however long it was on screen', () => {
    expect(takesFrom({ ...long, reachedAt: 10_000 }, 'key')).toBe(10_000 + readMs);
  });

  test('a request the person went to takes a key sooner, but none before it was on screen long enough', () => {
    expect(takesFrom({ ...long, reachedAt: 10_000, steered: true }, 'key')).toBe(10_000 + steeredMs);
    expect(takesFrom({ shownAt: 10_000, movedAt: 0, reachedAt: 10_000, steered: true }, 'key')).toBe(10_000 + readMs);
  });

  test('a request the keys are not at takes none', () => {
    expect(takesFrom({ ...long, reachedAt: null }, 'key')).toBe(Number.POSITIVE_INFINITY);
  });

  test('a press counts from when the request lay still, so that a double press answers one', () => {
    expect(takesFrom({ ...long, movedAt: 10_000 }, 'press')).toBe(10_000 + readMs);
    expect(takesFrom({ ...long, shownAt: 20_000, movedAt: 10_000 }, 'press')).toBe(20_000 + readMs);
  });

  test('several are answered when the newest of them was shown long enough', () => {
    expect(takeTogetherFrom([0, 9_900], 10_000)).toBe(9_900 + readMs);
    expect(takeTogetherFrom([0, 0], 10_000)).toBe(10_000 + steeredMs);
  });
});

test('a key held down answers and opens once, and walks on', () => {
  for (const meaning of ['allow', 'deny', 'open'] as const) expect(onlyOnce(meaning, '')).toBe(true);
  expect(onlyOnce(null, '3')).toBe(true);
  for (const meaning of ['down', 'up', 'next-hunk'] as const) expect(onlyOnce(meaning, '')).toBe(false);
});
