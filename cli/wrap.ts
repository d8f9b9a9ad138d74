import stringWidth from 'fast-string-width';

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
  return fill([...line.slice(indent.length).matchAll(/( *)\S+/g)], { indent, width, hang });
}

/** The same for a line that says how a command is called: what belongs together in it, as an option and its value, stays so. */
export function wrapUsage(line: string, width: number): string {
  const hang = 4;
  const parts: string[] = [];
  let depth = 0;
  for (const word of line.split(' ')) {
    const last = parts.at(-1);
    const belongs = depth > 0 || (last !== undefined && /^--[a-z-]+$/.test(last) && /^[A-Z]/.test(word));
    if (belongs) parts[parts.length - 1] = `${last} ${word}`;
    else parts.push(word);
    depth += word.split('[').length - word.split(']').length;
  }
  const fitting = parts.flatMap((part) => (stringWidth(part) + hang <= width ? [part] : part.split(' ')));
  return fill(
    fitting.map((part, at) => (at === 0 ? [part, ''] : [` ${part}`, ' '])),
    { indent: '', width, hang },
  );
}

/** A message for a terminal, as it is but for how a command is called, which is long. */
export function usageWrapped(message: string, columns: number | undefined): string {
  const width = widthFor(columns);
  const at = message.indexOf('Usage: ');
  if (width === undefined || at === -1) return message;
  const before = message.slice(0, at).trimEnd();
  return `${before === '' ? '' : `${before}\n`}${wrapUsage(message.slice(at), width)}`;
}

function fill(
  parts: readonly (readonly string[])[],
  { indent, width, hang }: { readonly indent: string; readonly width: number; readonly hang: number },
): string {
  const lines: string[] = [];
  let current = indent;
  let isEmpty = true;
  // The spaces between two words, of which a column may have several, go with the second.
  for (const [word = '', gap = ''] of parts) {
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
