import { expect, test } from 'vitest';
import { capOf } from '../../renderer/sheets/cap';

test('a cap is read as it is usually written', () => {
  expect(['', ' ', '5', '$5', ' 2.50 ', '.5', '1,000', '$1,234,567.5'].map((typed) => capOf('tokens', typed))).toEqual([
    ...[null, null, 5, 5],
    ...[undefined, undefined, 1000, undefined],
  ]);
  expect(['2.50', '.5', '1,000', '12,345.5'].map((typed) => capOf('usd', typed))).toEqual([2.5, 0.5, 1000, 12_345.5]);
});

test('a comma that groups nothing makes no other amount of it', () => {
  for (const typed of ['2,50', '0,500', '1000,000', '1,00,000', ',5', '5,']) {
    expect([typed, capOf('usd', typed)]).toEqual([typed, undefined]);
  }
});

test('what is no amount, or none that is allowed, is no cap', () => {
  for (const typed of ['30 min', 'none', '0', '-1', '1e3', '0x10', '$', '1,000,001']) {
    expect([typed, capOf('minutes', typed)]).toEqual([typed, undefined]);
  }
});
