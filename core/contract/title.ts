/** A title made of a prompt's first words, at most about seventy characters, cut between words. */
export function titleFrom(prompt: string): string {
  const line = prompt
    .split('\n')
    .map((one) => one.replace(/^[\s#>*-]+/, '').trim())
    .find((one) => one !== '');
  if (line === undefined) return '';
  const sentence = line.split(/(?<=[.!?])\s/, 1)[0] ?? line;
  const short = sentence.replace(/[.:]$/, '');
  if (short.length <= 70) return short;
  const cut = short.slice(0, 70);
  const space = cut.lastIndexOf(' ');
  return `${(space > 30 ? cut.slice(0, space) : cut).trimEnd()}…`;
}

/** The most letters of a commit's first line. */
const mostOfSubject = 72;

/** A line as the subject of a commit: as it is, or cut between words. */
export function subjectOf(line: string): string {
  if (line.length <= mostOfSubject) return line;
  const cut = line.slice(0, mostOfSubject - 1);
  const space = cut.lastIndexOf(' ');
  return `${(space > 30 ? cut.slice(0, space) : cut.replace(/[\uD800-\uDBFF]$/, '')).trimEnd()}…`;
}
