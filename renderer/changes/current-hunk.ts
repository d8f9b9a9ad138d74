import type { CodeViewDiffItem } from '@pierre/diffs';
import { hunksOf } from './items';
import { blocksIn } from './line-places';

/** A hunk of a change: the file and its number there, from 0. */
export interface HunkAt {
  readonly path: string;
  readonly index: number;
}

/** A hunk that can be gone to, and the line it begins with. */
export interface Stop extends HunkAt {
  readonly stop: { readonly side: 'additions' | 'deletions'; readonly line: number };
}

type Item = Pick<CodeViewDiffItem, 'id' | 'fileDiff' | 'collapsed'>;

/** The hunks of all files that are not folded, in order. */
export function stopsOf(items: readonly Item[]): readonly Stop[] {
  return items.flatMap((item) =>
    item.collapsed ? [] : hunksOf(item).map((stop, index) => ({ path: item.id, index, stop })),
  );
}

/** The hunk that is `by` away from the current one; without one, the first of the file at the top or the one before it. */
export function stepHunk(
  stops: readonly Stop[],
  from: { readonly current: HunkAt | null; readonly path: string | null },
  by: 1 | -1,
): Stop | null {
  const { current, path } = from;
  const at = stops.findIndex((stop) =>
    current === null ? stop.path === path : stop.path === current.path && stop.index === current.index,
  );
  const next = current === null && by === 1 ? Math.max(0, at) : Math.max(0, Math.min(stops.length - 1, at + by));
  return stops[next] ?? null;
}

/** The hunk of a file a line is in; null for none. */
export function hunkWith(item: Item, side: 'additions' | 'deletions', line: number): HunkAt | null {
  const index = item.fileDiff.hunks.findIndex((hunk) => {
    const [first, count] =
      side === 'additions' ? [hunk.additionStart, hunk.additionCount] : [hunk.deletionStart, hunk.deletionCount];
    return line >= first && line < first + count;
  });
  return index === -1 ? null : { path: item.id, index };
}

/** The changed lines of a hunk, from the first to the last, to be marked in the diff. */
export function rangeOfHunk(item: Item, index: number) {
  const blocks = item.fileDiff.hunks[index] === undefined ? [] : blocksIn(item.fileDiff.hunks[index]);
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined) return null;
  const side = first.deletions.count > 0 ? 'deletions' : 'additions';
  const endSide = last.additions.count > 0 ? 'additions' : 'deletions';
  return { start: first[side].first, side, end: last[endSide].first + last[endSide].count - 1, endSide } as const;
}
