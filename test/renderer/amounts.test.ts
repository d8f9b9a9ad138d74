import { describe, expect, test } from 'vitest';
import { elapsed, money, usageInWords } from '../../renderer/text/amounts';

const used = (costUsd: number | null, inputTokens: number | null = null) => ({
  costUsd,
  inputTokens,
  outputTokens: inputTokens,
});

describe('money', () => {
  test('is never shown as nothing: no cost has no text', () => {
    expect(money(0)).toBeNull();
    for (const usd of [1e-9, 0.00004, 0.0004, 0.002, 0.0049, 0.00999, 0.01, 1])
      expect(money(usd)).not.toMatch(/^\$0(\.0*)?$/);
  });

  test('of less than a cent shows the digits that matter', () => {
    expect(money(0.002)).toBe('$0.002');
    expect(money(0.00214)).toBe('$0.0021');
    expect(money(0.42)).toBe('$0.42');
    expect(money(1234.5)).toBe('$1235');
  });

  test('a task that cost nothing says nothing of it, and one whose cost is not known says that at the end of a turn', () => {
    expect(usageInWords(used(0), false)).toBe('');
    expect(usageInWords(used(0, 0), false)).toBe('');
    expect(usageInWords(used(null, 0), false)).toBe('');
    expect(usageInWords(used(0, 600), false)).toBe('1.2k tokens');
    expect(usageInWords(used(null), false)).toBe('cost unknown');
    expect(usageInWords(used(null), true)).toBe('');
    expect(usageInWords(used(0.42), true)).toBe('$0.42');
    expect(usageInWords(used(0.002, 600), false)).toBe('$0.002');
  });
});

test('a running count has minutes and seconds', () => {
  expect([0, 7_900, 61_000, 754_000].map(elapsed)).toEqual(['0:00', '0:07', '1:01', '12:34']);
});
