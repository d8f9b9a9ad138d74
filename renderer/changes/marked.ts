import type { CodeViewDiffItem, SelectedLineRange } from '@pierre/diffs';
import type { FileChange } from '../../core/contract/review';
import type { Begun } from '../state/comments';
import { type HunkAt, rangeOfHunk } from './current-hunk';
import { isIn, sideOf } from './line-places';

/** Lines of a file that are marked in the diff. */
export interface Marked {
  readonly id: string;
  readonly range: SelectedLineRange;
}

/** The lines at hand: those the comment that is written is about, else the hunk that was gone to; null for none. */
export function markedIn(given: {
  readonly open: Begun | null;
  readonly files: readonly FileChange[];
  readonly items: readonly Pick<CodeViewDiffItem, 'id' | 'fileDiff' | 'collapsed'>[];
  readonly hunk: HunkAt | null;
}): Marked | null {
  const { open, files, items, hunk } = given;
  const writtenIn = open === null ? undefined : files.find((file) => isIn(file, open.place));
  if (open !== null && writtenIn !== undefined && open.place.lines !== null) {
    const side = sideOf(open.place);
    const { first, last } = open.place.lines;
    return { id: writtenIn.path, range: { start: first, side, end: last, endSide: side } };
  }
  const item = items.find(({ id }) => id === hunk?.path);
  const range = hunk === null || item === undefined ? null : rangeOfHunk(item, hunk.index);
  return item === undefined || range === null ? null : { id: item.id, range };
}
