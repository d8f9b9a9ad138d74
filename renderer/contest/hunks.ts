/** The hunks of a patch of one file, without what stands before the first; all of it when it has none, as for a binary file. */
export function hunksOf(patch: string): string {
  const first = /^@@/m.exec(patch);
  return first === null ? patch : patch.slice(first.index);
}
