import type { Hunk } from './hunks';

/** A stretch of lines as a patch's header names it: of no lines, the one after which they would be, 0 at the top. */
export interface Stretch {
  readonly start: number;
  readonly count: number;
}

/** A place in a change: lines of the earlier version, and those that stand for them in the later one. */
export interface Stretches {
  readonly old: Stretch;
  readonly new: Stretch;
}

type Ranges = Pick<Hunk, 'oldStart' | 'oldCount' | 'newStart' | 'newCount'>;

/** The hunks that lie wholly within a place on both sides. */
export function hunksWithin<Each extends Ranges>(hunks: readonly Each[], place: Stretches): readonly Each[] {
  return hunks.filter(({ oldStart, oldCount, newStart, newCount }) => {
    const before = within({ start: oldStart, count: oldCount }, place.old);
    return before && within({ start: newStart, count: newCount }, place.new);
  });
}

/**
 * The later version with the earlier one's lines in place of its own for some hunks. Lines are bytes with their ends as
 * they are; the last one may have none.
 */
export function replaceLines(
  versions: { readonly old: Buffer; readonly new: Buffer },
  hunks: readonly Ranges[],
): Buffer {
  const [before, after] = [linesOf(versions.old), linesOf(versions.new)];
  const parts: Buffer[] = [];
  let at = 0;
  for (const hunk of [...hunks].sort((one, other) => one.newStart - other.newStart)) {
    const [old, now] = [
      bounds({ start: hunk.oldStart, count: hunk.oldCount }),
      bounds({ start: hunk.newStart, count: hunk.newCount }),
    ];
    parts.push(...after.slice(at, now.from), ...before.slice(old.from, old.to));
    at = now.to;
  }
  return Buffer.concat([...parts, ...after.slice(at)]);
}

function within(stretch: Stretch, place: Stretch): boolean {
  const [inner, outer] = [bounds(stretch), bounds(place)];
  return outer.from <= inner.from && inner.to <= outer.to;
}

/** How many lines stand before a stretch, and before what follows it. */
function bounds({ start, count }: Stretch): { readonly from: number; readonly to: number } {
  const from = count === 0 ? start : start - 1;
  return { from, to: from + count };
}

function linesOf(content: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < content.length; ) {
    const end = content.indexOf(0x0a, at);
    const next = end === -1 ? content.length : end + 1;
    lines.push(content.subarray(at, next));
    at = next;
  }
  return lines;
}
