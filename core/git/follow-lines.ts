import type { LineRange } from '../contract/comment';
import type { Hunk } from './hunks';

/** Where some lines of a file went. */
export interface Followed {
  /** The lines themselves; when they were changed what took their place, and the line before it when nothing did. */
  readonly lines: LineRange;
  /** What was changed in them; empty when they are as they were. */
  readonly changed: readonly Hunk[];
}

/** Follows lines of the earlier version of a file to the later one. */
export function followLines(hunks: readonly Hunk[], lines: LineRange): Followed {
  const changed = hunks.filter((hunk) => touches(hunk, lines));
  const first = shifted(hunks, lines.first, 'first');
  const last = shifted(hunks, lines.last, 'last');
  // Where nothing is left of them the first would come after the last.
  return { lines: { first: Math.max(1, Math.min(first, last)), last: Math.max(1, last) }, changed };
}

/** Whether a hunk takes one of the lines away, or puts something between two of them. */
export function touches(hunk: Hunk, { first, last }: LineRange): boolean {
  if (hunk.oldCount === 0) return hunk.oldStart >= first && hunk.oldStart < last;
  return hunk.oldStart <= last && hunk.oldStart + hunk.oldCount - 1 >= first;
}

/** Where a line is in the later version; of one that was replaced, the edge of what replaced it, or where that would be. */
function shifted(hunks: readonly Hunk[], line: number, edge: 'first' | 'last'): number {
  let shift = 0;
  for (const { oldStart, oldCount, newStart, newCount } of hunks) {
    const end = oldStart + oldCount - 1;
    if (oldCount === 0 ? oldStart < line : end < line) shift += newCount - oldCount;
    else if (oldCount > 0 && oldStart <= line) {
      const from = newCount === 0 ? newStart + 1 : newStart;
      return edge === 'first' ? from : from + newCount - 1;
    } else break;
  }
  return line + shift;
}
