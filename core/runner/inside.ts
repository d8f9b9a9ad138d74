import { lstat, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { RequestTool } from '../contract/request';
import { namedPaths } from '../contract/rule-offers';

/**
 * Whether every file a tool is used on lies in the worktree, with links followed as far as the path exists, and not in
 * its git folder. False when it names none, or when nothing can be told.
 */
export async function staysInside(tool: RequestTool | null, directory: string): Promise<boolean> {
  const paths = tool === null ? [] : namedPaths(tool);
  if (paths.length === 0) return false;
  try {
    const root = await realpath(directory);
    // What an agent's tool makes of a home, a variable or blanks around a name is not told by resolving it here. The
    // worktree's own path is what it is.
    if (paths.some((path) => /^~|[$%]|^\s|\s$/.test(beyond(path, [directory, root])))) return false;
    const places = await Promise.all(paths.map((path) => leadsTo(resolve(root, path))));
    return places.every((place) => isWithin(place, root));
  } catch {
    // A loop of links, a folder that may not be read: then the person is asked.
    return false;
  }
}

/** What follows the folder in the path of something in it; any other path as it is. */
function beyond(path: string, folders: readonly string[]): string {
  const folder = folders.find((one) => path.startsWith(`${one}${sep}`));
  return folder === undefined ? path : path.slice(folder.length + 1);
}

/** Where a path leads: the real place of what exists of it, and the rest as it is written. */
async function leadsTo(path: string): Promise<string> {
  const rest: string[] = [];
  for (let existing = path; ; existing = dirname(existing)) {
    try {
      return join(await realpath(existing), ...rest);
    } catch (error) {
      if (!isMissing(error) || dirname(existing) === existing) throw error;
      // A link that leads to nothing yet still leads somewhere.
      if (await isThere(existing)) throw error;
      rest.unshift(relative(dirname(existing), existing));
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function isWithin(place: string, root: string): boolean {
  const inside = relative(root, place);
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return false;
  return !inside.split(sep).some((part) => part.toLowerCase() === '.git');
}
