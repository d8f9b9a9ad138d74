import { alignLines } from './align-lines';

const mark = '\ufeff';

/** A stored text as it is edited: every line ends with `\n`, and no byte order mark is before the first. */
export function asEdited(stored: string): string {
  return withoutMark(stored).replace(/\r\n?/g, '\n');
}

/**
 * An edited text as it is to be stored in place of another one: lines that were there end as they did, new ones as the line
 * before them, and the byte order mark stays.
 */
export function asStored(edited: string, before: string): string {
  const kept = before.startsWith(mark) ? mark : '';
  const original = withoutMark(before);
  if (!original.includes('\r')) return kept + edited;
  const ends = endsOf(original);
  const kinds = new Set(ends);
  if (kinds.size === 1) return kept + edited.replace(/\n/g, ends[0] ?? '\n');
  const lines = edited.split('\n');
  const from = alignLines(original.split(/\r\n?|\n/), lines);
  const next = nextPaired(from, ends.length + 1);
  let last = ends[from.find((at) => ends[at] !== undefined) ?? 0] ?? '\n';
  let old = -1;
  const parts = lines.map((line, index) => {
    if (index === lines.length - 1) return line;
    // A line that stands where an old one went is that line, changed.
    const stands = old + 1 < (next[index] ?? 0) ? old + 1 : -1;
    const was = from[index] === -1 ? stands : (from[index] ?? -1);
    if (was !== -1) old = was;
    // The last line of a text has no end; when one comes after it now, it gets the end of the line before.
    last = ends[was] ?? last;
    return line + last;
  });
  return kept + parts.join('');
}

/** For each new line the old one that it or the next paired line after it is. */
function nextPaired(from: readonly number[], end: number): readonly number[] {
  const next = new Array<number>(from.length);
  let found = end;
  for (let index = from.length - 1; index >= 0; index -= 1) {
    if (from[index] !== -1) found = from[index] ?? end;
    next[index] = found;
  }
  return next;
}

function withoutMark(text: string): string {
  return text.startsWith(mark) ? text.slice(mark.length) : text;
}

function endsOf(text: string): readonly string[] {
  return text.match(/\r\n?|\n/g) ?? [];
}
