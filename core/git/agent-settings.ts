import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** What a repository brings for agents; they would act on it as on the person's own settings. */
export const forAgents = [
  '.claude/settings.json',
  '.claude/settings.local.json',
  '.claude/hooks',
  '.mcp.json',
  '.agents/plugins',
  '.agents/hooks',
  '.config/goose',
];

/** A digest of each of the settings for agents that a checkout has, by its path, and of what links among them lead to. */
export async function presentSettings(workTree: string): Promise<ReadonlyMap<string, string>> {
  const top = await realpath(workTree).catch(() => workTree);
  const present = new Map<string, string>();
  const folders = new Set<string>();
  for (const path of forAgents) await digestAll(path);
  return present;

  async function digestAll(path: string): Promise<void> {
    const file = join(top, path);
    const itself = await lstat(file).catch(() => null);
    if (itself === null) return;
    const real = await realpath(file).catch(() => null);
    const stats = real === null ? null : await lstat(real).catch(() => null);
    if (real === null || stats === null) present.set(path, 'link to nothing');
    // What is not the repository's own may be anything, and is not read.
    else if (itself.isSymbolicLink() && !real.startsWith(`${top}${sep}`))
      present.set(path, `link ${real} ${stats.size} ${stats.mtimeMs}`);
    else if (stats.isFile()) present.set(path, await digestOf(real));
    else if (stats.isDirectory() && !folders.has(real)) {
      // Once, for links may lead anywhere in the checkout.
      folders.add(real);
      for (const name of (await readdir(real)).sort()) await digestAll(`${path}/${name}`);
    }
  }
}

/** A digest of all a file holds. Throws what reading it throws. */
export async function digestOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
