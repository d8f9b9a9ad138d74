/** A word as it is typed in a shell: quoted where it has anything in it that a shell would not leave alone. */
export function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
