/** A place in a file that a text names, as it is written there. */
export interface NamedPlace {
  readonly path: string;
  /** From 1 on. */
  readonly line: number;
  readonly column: number | null;
}

/** A stretch of a text; with a place when it names one. All of them together are the text. */
export interface Piece {
  readonly text: string;
  readonly place: NamedPlace | null;
}

/**
 * Finds the places that what a check printed names: `path:line:column`, `path(line,column)`, Python's `File "path", line n`
 * and the frames of stacks. Whether there is such a file is not known here. The text is anybody's: it is only cut, never
 * read as more, in time that grows with its length alone.
 */
export function placesIn(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const found of text.matchAll(places)) {
    const [, quoted, quotedLine, named, colonLine, colonColumn, roundLine, roundColumn] = found;
    const [path, line, column] = [quoted ?? named, quotedLine ?? colonLine ?? roundLine, colonColumn ?? roundColumn];
    // A time of day and a port have no path before them.
    if (path === undefined || !/[./\\]/.test(path) || /^\.+$/.test(path) || Number(line) < 1) continue;
    if (found.index > end) pieces.push({ text: text.slice(end, found.index), place: null });
    const place = { path, line: Number(line), column: column === undefined ? null : Number(column) };
    pieces.push({ text: found[0], place });
    end = found.index + found[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), place: null });
  return pieces;
}

// A name is tried only where one may begin, and only so far, or a long line without an end would be tried from each sign of it.
const begin = '(?<![^\\s"\'`(<\\[=@,])';
const name = '([^\\s"\'`()<>\\[\\]{}|,;:*?=@]{1,300})';
const number = '\\d{1,7}';
const places = new RegExp(
  [
    `File "([^"\\n]{1,300})", line (${number})`,
    `${begin}(?:file://)?${name}(?::(${number})(?::(${number}))?(?!\\w)|\\((${number})(?:, ?(${number}))?\\))`,
  ].join('|'),
  'gu',
);

/**
 * The file of a repository that a path in what a check printed means; null when it can be none. `top` is the worktree the check
 * ran in.
 */
export function pathInside(path: string, top: string | null): string | null {
  const inside = top !== null && path.startsWith(`${top}/`) ? path.slice(top.length + 1) : path;
  if (inside.startsWith('/') || inside.length > 1000) return null;
  const parts = inside.split('/').filter((part) => part !== '.' && part !== '');
  return parts.length === 0 || parts.includes('..') ? null : parts.join('/');
}

/**
 * The file of a change that a path means: the one of that name, or the only one whose path ends with it, because some tools
 * name a file from the folder they look at.
 */
export function fileMeant(path: string, files: readonly string[]): string | null {
  if (files.includes(path)) return path;
  const [only, ...more] = files.filter((file) => file.endsWith(`/${path}`));
  return more.length === 0 ? (only ?? null) : null;
}
