/** A path with a leading `~/`, or `~` alone, as the folder it stands for; any other path as it is. */
export function homeExpanded(path: string, home: string): string {
  return /^~(?:[/\\]|$)/.test(path) ? `${home}${path.slice(1)}` : path;
}
