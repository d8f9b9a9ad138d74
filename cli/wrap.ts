import stringWidth from 'string-width';

/** No terminal is taken for narrower than this: words would be torn apart instead of wrapped. */
const narrowest = 40;

/** How wide to write for a terminal of so many columns, at most `most`; undefined for what is none, where nothing is broken. */
export function widthFor(columns: number | undefined, most = Number.POSITIVE_INFINITY): number | undefined {
  return columns === undefined ? undefined : Math.min(most, Math.max(narrowest, columns));
}

/**
 * Lines no wider than the terminal, broken between words. What follows stands under the text of its line: of a line with a
 * name in front under what is said of that. A command to be copied, behind `$ `, and a word that is longer stay whole.
 */
export function wrapped(text: string, columns: number | undefined): string {
  const width = widthFor(columns);
  if (width === undefined) return text;
  return text
    .split('\n')
    .map((line) => (line.trimStart().startsWith('$ ') ? line : wrapLine(line, width, hangOf(line, width))))
    .join('\n');
}

/** One line as several no wider than `width`, all but the first `hang` columns in. */
export function wrapLine(line: string, width: number, hang: number): string {
  if (stringWidth(line) <= width) return line;
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = indent;
  let isEmpty = true;
  // The spaces between two words, of which a column may have several, go with the second.
  for (const [word, gap = ''] of [...line.slice(indent.length).matchAll(/( *)\S+/g)]) {
    if (isEmpty || stringWidth(current) + stringWidth(word) <= width) current += word;
    else {
      lines.push(current);
      current = `${' '.repeat(hang)}${word.slice(gap.length)}`;
    }
    isEmpty = false;
  }
  return [...lines, current].join('\n');
}

function hangOf(line: string, width: number): number {
  const named = /^ *\S+(?: \S+)* {2,}(?=\S)/.exec(line)?.[0].length ?? 0;
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  if (named === 0) return indent;
  return named <= width / 2 ? named : indent + 4;
}
