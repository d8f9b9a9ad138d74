/** What a line of a unified diff is: what leads to the changes, where they are, or a change itself; empty for context. */
export type Tone = 'head' | 'hunk' | 'added' | 'removed' | '';

/** What each line is. A removed line that begins with two dashes is a removed line, not the name of a file. */
export function tonesOf(lines: readonly string[]): readonly Tone[] {
  let isHead = true;
  return lines.map((line, index) => {
    if (line.startsWith('diff ') || namesFiles(lines, index)) isHead = true;
    if (line.startsWith('@@')) {
      isHead = false;
      return 'hunk';
    }
    if (isHead && !/^(?:\+(?!\+\+ )|-(?!-- )| )/.test(line)) return 'head';
    if (line.startsWith('+')) return 'added';
    return line.startsWith('-') ? 'removed' : '';
  });
}

function namesFiles(lines: readonly string[], index: number): boolean {
  const [first, second, third] = lines.slice(index, index + 3);
  return first?.startsWith('--- ') === true && second?.startsWith('+++ ') === true && third?.startsWith('@@') === true;
}
