import type { FileDiffMetadata, Hunk, SelectedLineRange } from '@pierre/diffs';
import type { CommentPlace, LineRange } from '../../core/contract/comment';
import type { FileChange } from '../../core/contract/review';

/** As many lines as a comment quotes to the agent. */
const quotedLines = 20;

/** The lines of a change that were chosen in its diff. What goes over both sides is about what the change leaves there. */
export function chosenPlace(file: FileChange, diff: FileDiffMetadata, range: SelectedLineRange): CommentPlace {
  const startSide = range.side ?? 'additions';
  const endSide = range.endSide ?? startSide;
  if (startSide === endSide)
    return placeOn(file, startSide, Math.min(range.start, range.end), Math.max(range.start, range.end));
  const [added, removed] = startSide === 'additions' ? [range.start, range.end] : [range.end, range.start];
  const block = blocksOf(diff).find(
    ({ deletions }) => removed >= deletions.first && removed < deletions.first + deletions.count,
  );
  if (block === undefined) return placeOn(file, 'additions', added, added);
  const { first } = block.additions;
  // Downwards from a removed line everything up to the added one is meant; upwards, what stands above the removed one.
  return first <= added
    ? placeOn(file, 'additions', first, added)
    : placeOn(file, 'additions', added, Math.max(added, first - 1));
}

/** What a comment on a whole hunk is about: its changed lines, as far as they are quoted. */
export function hunkPlace(file: FileChange, hunk: Hunk): CommentPlace {
  const side = hunk.additionLines > 0 ? 'additions' : 'deletions';
  const blocks = blocksIn(hunk)
    .map((block) => block[side])
    .filter(({ count }) => count > 0);
  const first = blocks[0]?.first ?? Math.max(1, hunk.additionStart);
  const last = blocks.at(-1);
  const end = last === undefined ? first : last.first + last.count - 1;
  return placeOn(file, side, first, Math.min(end, first + quotedLines - 1));
}

/** A whole file of a change. */
export function filePlace(file: FileChange): CommentPlace {
  return file.status === 'deleted'
    ? { path: file.path, side: 'old', lines: null }
    : { path: file.path, side: 'new', lines: null };
}

/** Whether a file of a change is the one a place is in. */
export function isIn(file: FileChange, place: CommentPlace): boolean {
  return file.path === place.path || (place.side === 'old' && file.oldPath === place.path);
}

/** The side of the diff a place is on. */
export function sideOf(place: CommentPlace): 'additions' | 'deletions' {
  return place.side === 'new' ? 'additions' : 'deletions';
}

/** Whether a diff shows a line. */
export function showsLine(diff: FileDiffMetadata, side: 'additions' | 'deletions', line: number): boolean {
  return diff.hunks.some((hunk) => {
    const [first, count] =
      side === 'additions' ? [hunk.additionStart, hunk.additionCount] : [hunk.deletionStart, hunk.deletionCount];
    return line >= first && line < first + count;
  });
}

/** Lines with one end moved to the next place that is not taken. The other end goes along where they would cross. */
export function stretched(
  lines: LineRange,
  to: { readonly edge: keyof LineRange; readonly by: 1 | -1; readonly isTaken: (lines: LineRange) => boolean },
): LineRange {
  const { edge, by, isTaken } = to;
  const end = lines[edge] + by;
  const next = {
    first: edge === 'first' ? end : Math.min(lines.first, end),
    last: edge === 'last' ? end : Math.max(lines.last, end),
  };
  return isTaken(next) ? stretched(next, to) : next;
}

/** Lines as they are told: `line 4`, `lines 4 to 9 before the change`, `the whole file`. */
export function linesInWords({ side, lines }: CommentPlace): string {
  if (lines === null) return 'the whole file';
  const words = lines.first === lines.last ? `line ${lines.first}` : `lines ${lines.first} to ${lines.last}`;
  return side === 'old' ? `${words} before the change` : words;
}

interface Stretch {
  readonly first: number;
  readonly count: number;
}

/** Lines that are changed together, on both sides. */
export interface Block {
  readonly additions: Stretch;
  readonly deletions: Stretch;
}

/** The changed lines of a hunk, block by block. */
export function blocksIn(hunk: Hunk): readonly Block[] {
  return hunk.hunkContent.flatMap((content) =>
    content.type === 'context'
      ? []
      : [
          {
            additions: {
              first: hunk.additionStart + content.additionLineIndex - hunk.additionLineIndex,
              count: content.additions,
            },
            deletions: {
              first: hunk.deletionStart + content.deletionLineIndex - hunk.deletionLineIndex,
              count: content.deletions,
            },
          },
        ],
  );
}

function blocksOf(diff: FileDiffMetadata): readonly Block[] {
  return diff.hunks.flatMap(blocksIn);
}

function placeOn(file: FileChange, side: 'additions' | 'deletions', first: number, last: number): CommentPlace {
  return side === 'additions'
    ? { path: file.path, side: 'new', lines: { first, last } }
    : { path: file.oldPath ?? file.path, side: 'old', lines: { first, last } };
}
