import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** A file as it was and as it is to be. */
export interface EchoFile {
  /** Relative to the worktree. */
  readonly path: string;
  readonly before: string | null;
}

/**
 * Looks at a file inside the worktree; null when the path leads out of it, also by a symbolic link, or into git's own
 * folder.
 */
export async function openFile(directory: string, path: string): Promise<EchoFile | null> {
  const root = await realpath(directory);
  const wanted = isAbsolute(path) ? path : resolve(root, path);
  const real = await realOf(wanted);
  const inside = relative(root, real);
  const parts = inside.split(sep).map((part) => part.toLowerCase());
  if (inside === '' || parts[0] === '..' || isAbsolute(inside) || parts.includes('.git')) return null;
  return { path: inside, before: await textOf(real) };
}

/** Writes a file that `openFile` found to be inside the worktree. */
export async function saveFile(directory: string, file: EchoFile, text: string): Promise<void> {
  const path = join(await realpath(directory), file.path);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** The real path of what exists of a path, with the rest of it appended. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    return join(await realOf(dirname(path)), path.slice(dirname(path).length));
  }
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
