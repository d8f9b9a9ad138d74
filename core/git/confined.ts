import { CodedError } from '../contract/errors';
import type { BytePath, Entry } from './trees';

/**
 * Gives entries back when each may be written into a checkout. Throws GIT_FAILED for one that names nothing, lies
 * outside, is git's own, or lies beneath a file or link of them: none that Switchyard kept does, so the tree was made by
 * somebody else. Beneath a nested repository's `.git` git's own names are as good as others.
 */
export function confined<Kept extends Pick<Entry, 'mode' | 'path'>>(
  entries: readonly Kept[],
  within: 'checkout' | 'git folder' = 'checkout',
): readonly Kept[] {
  const solid = new Set(entries.filter(({ mode }) => mode !== '160000').map(({ path }) => path));
  for (const { path } of entries) {
    const parts = path.split('/');
    const named = parts.every((part) => isName(part) && (within === 'git folder' || !isGits(part)));
    if (!named || parts.some((_, end) => end > 0 && solid.has(parts.slice(0, end).join('/')))) throw outside(path);
  }
  return entries;
}

/**
 * Gives the paths back when each is the `.git` of a repository nested in a checkout that has these entries. Throws
 * GIT_FAILED otherwise.
 */
export function confinedGitFolders(
  paths: readonly BytePath[],
  entries: readonly Pick<Entry, 'mode' | 'path'>[],
): readonly BytePath[] {
  const solid = new Set(entries.filter(({ mode }) => mode !== '160000').map(({ path }) => path));
  for (const path of paths) {
    const parts = path.split('/');
    const above = parts.slice(0, -1);
    const isNested =
      above.length > 0 && parts.at(-1) === '.git' && above.every((part) => isName(part) && !isGits(part));
    if (!isNested || above.some((_, end) => solid.has(above.slice(0, end + 1).join('/')))) throw outside(path);
  }
  return paths;
}

function isName(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..';
}

function isGits(part: string): boolean {
  return part.toLowerCase() === '.git';
}

function outside(path: BytePath): CodedError {
  return new CodedError(
    'GIT_FAILED',
    `A kept state of the files has ${JSON.stringify(path)}, which is no place for a file of a worktree, so nothing was written. Somebody else made it: use another one.`,
    { facts: { path } },
  );
}
