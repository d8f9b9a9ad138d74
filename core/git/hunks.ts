import type { Place } from './checkout';
import { listRenames, patch, type Range } from './diff';

/** A stretch of lines that differs between two versions of a file, without lines around it. Lines count from 1. */
export interface Hunk {
  /** The first line replaced; of an insertion the line after which it was made, 0 at the top. */
  readonly oldStart: number;
  readonly oldCount: number;
  /** The first line that replaces them; of a removal the line after which it was made, 0 at the top. */
  readonly newStart: number;
  readonly newCount: number;
  /** The lines, each with its `-` or `+`. */
  readonly text: string;
}

/** What became of one file between two commits. */
export interface FileHunks {
  /** Where it is in the later one; null when it is gone. */
  readonly path: string | null;
  readonly hunks: readonly Hunk[];
}

/**
 * Compares one file in two commits, followed where it was renamed. A file that is in neither differs in nothing. Who asks for
 * many files of the same two gives what `listRenames` said of them.
 */
export async function fileHunks(
  place: Place,
  range: Range & { readonly path: string; readonly renames?: Awaited<ReturnType<typeof listRenames>> },
): Promise<FileHunks> {
  const { path } = range;
  if (range.base === range.head) return { path, hunks: [] };
  const found = (range.renames ?? (await listRenames(place, range))).get(path);
  const later = found === undefined ? path : found;
  const names = later === null || later === path ? [path] : [path, later];
  const { patch: text } = await patch(place, { ...range, paths: names, context: 0 });
  return { path: later, hunks: readHunks(text) };
}

/** The hunks of one file's patch that was made without context. */
export function readHunks(patch: string): readonly Hunk[] {
  const hunks: (Omit<Hunk, 'text'> & { readonly lines: string[] })[] = [];
  for (const line of patch.split('\n')) {
    const header = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (header !== null) {
      const [, oldStart, oldCount = '1', newStart, newCount = '1'] = header;
      hunks.push({
        oldStart: Number(oldStart),
        oldCount: Number(oldCount),
        newStart: Number(newStart),
        newCount: Number(newCount),
        lines: [],
      });
    } else if (line.startsWith('-') || line.startsWith('+')) hunks.at(-1)?.lines.push(line);
  }
  return hunks.map(({ lines, ...hunk }) => ({ ...hunk, text: lines.join('\n') }));
}
