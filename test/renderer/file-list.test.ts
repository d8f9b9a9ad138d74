import { expect, test } from 'vitest';
import { topThatShows } from '../../renderer/changes/file-list';

test('the list of files moves no more than it takes to see a file, and not for one that is seen', () => {
  const at = { top: 260, height: 520, rowPixels: 26 };
  expect([0, 9, 10, 15, 28, 29, 30, 100].map((row) => topThatShows(row, at))).toEqual([
    0, 234, 260, 260, 260, 268, 294, 2114,
  ]);
  // Rows for a finger are higher.
  expect([0, 5, 6, 100].map((row) => topThatShows(row, { ...at, rowPixels: 44 }))).toEqual([0, 220, 260, 3_932]);
});
