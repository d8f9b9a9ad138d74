import { expect, test } from 'vitest';
import { meetsBefore } from '../../renderer/sheets/land-meets';

test('of changes that land together the later of two that conflict says so, with what becomes of it', () => {
  const overlaps = [
    { with: null, conflicts: 1, files: 1 },
    { with: 6, conflicts: 2, files: 3 },
    { with: 7, conflicts: 0, files: 1 },
    { with: 9, conflicts: 1, files: 1 },
  ];
  expect(meetsBefore({ overlaps, base: 'main' }, [6, 7])).toEqual([
    'Conflicts with #6: 2 files. That lands first, so this goes back to its agent.',
  ]);
  // What lands after it, or does not land with it, is the other one's to say.
  expect(meetsBefore({ overlaps, base: 'main' }, [])).toEqual([]);
});
