import { expect, test } from 'vitest';
import { columnsIn, otherLayout } from '../../renderer/changes/side-room';

test('two columns have what is left of half the width beside their numbers', () => {
  expect(columnsIn(2 * (72 + 60 * 7.2), 7.2)).toBe(60);
  expect(columnsIn(2 * (72 + 60 * 7.2) - 2, 7.2)).toBe(59);
  expect(columnsIn(100, 7.2)).toBe(0);
});

test('the key for two columns goes back to one also where there was no room for two', () => {
  expect(otherLayout({ shown: 'unified', folded: false })).toBe('split');
  expect(otherLayout({ shown: 'split', folded: false })).toBe('unified');
  expect(otherLayout({ shown: 'unified', folded: true })).toBe('unified');
});
