import { expect, test } from 'vitest';
import { whatGoes } from '../../../core/commands/what-goes';

const day = 86_400_000;
const now = 100 * day;
const kept = (days: number, megabytes: number | null = 0, may = true) => ({
  since: now - days * day,
  bytes: megabytes === null ? null : megabytes * 1_000_000,
  may,
});
const ages = (found: readonly { since: number }[]) => found.map(({ since }) => (now - since) / day);

test('without limits nothing goes, however old or large', () => {
  expect(whatGoes([kept(5000, 900_000)], { days: 0, megabytes: 0 }, now)).toEqual([]);
});

test('what is as old as the limit goes, and what is a moment younger stays', () => {
  expect(ages(whatGoes([kept(30), kept(30.5), kept(29.99)], { days: 30, megabytes: 0 }, now))).toEqual([30, 30.5]);
});

test('beyond a size the oldest go, but nothing of the last day', () => {
  expect(ages(whatGoes([kept(9, 4), kept(3, 4), kept(2, 4)], { days: 0, megabytes: 10 }, now))).toEqual([9]);
  expect(whatGoes([kept(0.5, 400), kept(0.2, 400)], { days: 0, megabytes: 10 }, now)).toEqual([]);
});

test('what may not go stays, counts towards the size, and what was never measured counts for nothing', () => {
  expect(ages(whatGoes([kept(40, 9, false), kept(50, 9)], { days: 30, megabytes: 10 }, now))).toEqual([50]);
  expect(whatGoes([kept(5, null), kept(4, 9)], { days: 0, megabytes: 10 }, now)).toEqual([]);
});
