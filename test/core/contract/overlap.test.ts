import { expect, it } from 'vitest';
import { type Blip, overlapWords, pairsOf, worstFirst } from '../../../core/contract/overlap';

const blip = (
  task: number,
  paths: readonly string[],
  below: readonly number[] = [],
  base = 'main',
  contest: number | null = null,
): Blip => ({
  ...{ task, base, contest, head: `h${task}`, paths: new Set(paths), below: new Set(below) },
});
const named = (blips: readonly Blip[], most?: number) =>
  pairsOf(blips, most).map(({ one, other, common }) => `${one.task} ${other.task} ${common}`);

it('only changes that touch a common file are compared, newest first, none with what it comes after, and not without end', () => {
  expect(named([blip(1, ['a', 'b']), blip(2, ['c']), blip(3, ['b', 'a'])])).toEqual(['3 1 b,a']);
  expect(named([blip(1, ['a']), blip(2, ['a'], [1]), blip(3, ['a'], [2, 1])])).toEqual([]);
  expect(named([blip(1, ['a'], [], 'pages'), blip(2, ['a']), blip(3, ['a'])])).toEqual(['3 2 a']);
  const ofOne = (task: number) => blip(task, ['a'], [], 'main', 7);
  expect(named([ofOne(1), ofOne(2), blip(3, ['a'])])).toEqual(['3 2 a', '3 1 a']);
  const many = Array.from({ length: 100 }, (_, index) => blip(index + 1, ['a']));
  expect(named(many)).toHaveLength(200);
  expect(named(many, 2)).toEqual(['100 99 a', '100 98 a']);
});

it('what conflicts is said first, with the base before all, in a few words', () => {
  const overlaps = [
    { with: 5, conflicts: 0, files: 3 },
    { with: 4, conflicts: 1, files: 3 },
    { with: null, conflicts: 2, files: 0 },
    { with: 3, conflicts: 2, files: 0 },
  ];
  expect(worstFirst(overlaps).map((one) => overlapWords(one, 'main'))).toEqual([
    'conflicts with main: 2 files',
    'conflicts with #3: 2 files',
    'conflicts with #4: 1 file',
    'overlaps with #5: 3 files',
  ]);
});
