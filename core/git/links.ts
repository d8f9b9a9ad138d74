import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Checkout } from './checkout';
import { readPlainFile } from './plain-file';

/** The git folder a checkout's `.git` stands for, links resolved; null when there is none. */
export async function gitDirOf(workTree: string): Promise<string | null> {
  const link = join(workTree, '.git');
  const found = await stat(link).catch(() => null);
  if (found === null) return null;
  if (found.isDirectory()) return realpath(link);
  const text = await readShort(link);
  if (!text.startsWith('gitdir: ')) return null;
  return realpath(resolve(workTree, text.slice('gitdir: '.length).replace(/\r?\n$/, ''))).catch(() => null);
}

/**
 * The checkout at a path, when it is one of this repository and the links point both ways: from its files to a folder
 * under the repository's `worktrees`, and from there back. Null otherwise: then nothing about it may be believed.
 */
export async function checkoutAt(commonDir: string, path: string): Promise<Checkout | null> {
  const workTree = await realpath(path).catch(() => null);
  if (workTree === null) return null;
  const gitDir = await gitDirOf(workTree);
  if (gitDir === null) return null;
  if (gitDir === commonDir) return { gitDir, commonDir, workTree };
  if (dirname(gitDir) !== join(commonDir, 'worktrees')) return null;
  const back = await readShort(join(gitDir, 'gitdir'));
  const backPath = resolve(gitDir, back.replace(/\r?\n$/, ''));
  if ((await realpath(dirname(backPath)).catch(() => null)) !== workTree) return null;
  const common = await readShort(join(gitDir, 'commondir'));
  if (resolve(gitDir, common.replace(/\r?\n$/, '')) !== commonDir) return null;
  return { gitDir, commonDir, workTree };
}

/** The folder under the repository's `worktrees` that speaks of a path, whether or not the files are there; or null. */
export async function adminFolder(commonDir: string, path: string): Promise<string | null> {
  const worktrees = join(commonDir, 'worktrees');
  const link = join(await realPath(path), '.git');
  for (const id of await readdir(worktrees).catch(() => [])) {
    const back = await readShort(join(worktrees, id, 'gitdir'));
    if (back.replace(/\r?\n$/, '') === link) return join(worktrees, id);
  }
  return null;
}

/**
 * A file of one line, as a worktree has them; empty when it cannot be read, or is a pipe or anything else that would be waited
 * for, which whoever works in the worktree may have put there.
 */
export async function readShort(file: string): Promise<string> {
  const content = await readPlainFile(file, { mostBytes: 16_384 });
  return typeof content === 'string' ? '' : content.toString('utf8');
}

/** The path with links in its parent resolved, as git notes it; the folder itself may be gone. */
export async function realPath(path: string): Promise<string> {
  const parent = await realpath(dirname(path)).catch(() => dirname(path));
  return join(parent, basename(path));
}

/** Whether there are no files at a path: nothing is there, or a folder with nothing in it. */
export async function isVacant(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => null);
  return stats === null || (stats.isDirectory() && (await readdir(path)).length === 0);
}
