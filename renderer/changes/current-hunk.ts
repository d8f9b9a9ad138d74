import type { CodeViewDiffItem } from '@pierre/diffs';
import { changeSame, hunkMarks } from './accepted';
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
  /** What it changes, whatever its number is. */
  readonly mark: string;
}

/** A hunk that is held on to while the diff around it becomes another: known by what it changes, else by a place. */
export interface Held {
  readonly path: string;
  readonly mark: string;
  /** It is the one that so many that change the same come after, as those before it may go; null where its mark tells it. */
  readonly before: number | null;
  /** What is held once the diff has no such hunk; null for none. */
  readonly orElse: HunkAt | null;
  /** The person went to it; else they were led there by what they did with another. */
  readonly isChosen: boolean;
}

type Item = Pick<CodeViewDiffItem, 'id' | 'fileDiff' | 'collapsed'>;

/** The hunks of all files that are not folded, in order. */
export function stopsOf(items: readonly Item[]): readonly Stop[] {
  return items.flatMap((item) =>
    item.collapsed
      ? []
      : hunksOf(item).map((stop, index) => ({ path: item.id, index, stop, mark: hunkMarks(item)[index] ?? '' })),
  );
}

/** A hunk held on to as what it is now. */
export function hold({ path, index, mark }: Stop, isChosen: boolean): Held {
  return { path, mark, before: null, orElse: { path, index }, isChosen };
}

/** The same, of one that was held until now: it is still told from those that change the same as it was. */
export function holdOn(held: Held | null, stop: Stop): Held {
  const isSame = held !== null && changeSame(held.mark, stop.mark);
  return { ...hold(stop, true), before: isSame ? held.before : null };
}

/** A place that is held where nothing is known of what changes there. */
export function holdPlace(at: HunkAt): Held {
  return { path: at.path, mark: '', before: null, orElse: at, isChosen: false };
}

/** The hunk that is held in the diff as it is now, and whether it is the very one the person went to. */
export function heldIn(
  stops: readonly Stop[],
  held: Held | null,
): { readonly stop: Stop | null; readonly isChosen: boolean } {
  if (held === null) return { stop: null, isChosen: false };
  const { before, orElse } = held;
  const like = stops.filter(({ path, mark }) => path === held.path && changeSame(mark, held.mark));
  const same = before === null ? like.find(({ mark }) => mark === held.mark) : like.at(-1 - before);
  if (same !== undefined) return { stop: same, isChosen: held.isChosen };
  const there = stops.find(({ path, index }) => path === orElse?.path && index === orElse.index);
  return { stop: there ?? null, isChosen: false };
}

/** What is held once a hunk was taken out of the diff: the next, else the one before it. */
export function heldAfter(stops: readonly Stop[], taken: HunkAt): Held | null {
  const at = stops.findIndex(({ path, index }) => path === taken.path && index === taken.index);
  const [gone, next] = [stops[at], stops[at + 1] ?? stops[at - 1]];
  if (gone === undefined || next === undefined) return null;
  const held = { ...hold(next, false), orElse: { path: taken.path, index: taken.index } };
  if (!changeSame(gone.mark, next.mark)) return held;
  // Hunks that change the same have their marks by how many there are: once this one is gone, the others have new ones.
  const left = stops.filter((stop) => stop !== gone);
  const behind = left.slice(left.indexOf(next) + 1);
  return { ...held, before: behind.filter(({ mark }) => changeSame(mark, next.mark)).length };
}

/** The first hunk of a file; null for a file without lines. */
export function firstStop(stops: readonly Stop[], path: string | null): Stop | null {
  return stops.find((stop) => stop.path === path) ?? null;
}

/**
 * The hunk that is `by` away from the current one; without one, the first of the file at hand or the one before it. Where that
 * has none, they are those next to it: files come in the order of their paths.
 */
export function stepHunk(
  stops: readonly Stop[],
  from: { readonly current: HunkAt | null; readonly path: string | null },
  by: 1 | -1,
): Stop | null {
  const { current, path } = from;
  const found = stops.findIndex((stop) =>
    current === null ? stop.path >= (path ?? '') : stop.path === current.path && stop.index === current.index,
  );
  const at = found === -1 ? stops.length : found;
  const next = current === null && by === 1 ? at : at + by;
  return stops[Math.max(0, Math.min(stops.length - 1, next))] ?? null;
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
