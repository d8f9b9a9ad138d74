import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, opendir, readFile, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

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

/** One of the settings for agents that are in a checkout. */
export interface PresentSetting {
  /** The same while it does the same, as far as was looked. */
  readonly version: string;
  /** Why what it holds was not looked at, and so may change without a question; null when it was. */
  readonly unseen: string | null;
}

/** So much of the settings of one checkout is looked through: nobody reads through more, and a link may lead to anything. */
export interface SettingsBounds {
  readonly entries: number;
  readonly bytes: number;
}

const usual: SettingsBounds = { entries: 2000, bytes: 64 * 1024 * 1024 };

/**
 * Each of the settings for agents that a checkout has, by its path, also of what links among them lead to. Bounded, and the same
 * from look to look while nothing of them changes: what is not looked through is there by itself, and says so.
 */
export async function presentSettings(
  workTree: string,
  bounds: SettingsBounds = usual,
): Promise<ReadonlyMap<string, PresentSetting>> {
  const top = await realpath(workTree).catch(() => workTree);
  const present = new Map<string, PresentSetting>();
  const folders = new Set<string>();
  const left = { ...bounds };
  for (const path of forAgents) await lookAt(path);
  return present;

  async function lookAt(path: string): Promise<void> {
    const file = join(top, path);
    if ((await lstat(file).catch(() => null)) === null) return;
    const real = await realpath(file).catch(() => null);
    const stats = real === null ? null : await lstat(real).catch(() => null);
    if (real === null || stats === null) seen(path, 'link to nothing');
    else if (stats.isDirectory()) await lookInto(path, real);
    // What is not the repository's own may be anything, and is not read.
    else if (!isIn(top, real)) seen(path, `link ${real} ${stats.size} ${stats.mtimeMs}`);
    else if (!stats.isFile()) unseen(path, 'special', 'is no file, so what it gives is not known');
    else await read(path, real, stats);
  }

  async function read(path: string, real: string, { size }: Stats): Promise<void> {
    if (size > left.bytes) return unseen(path, `of ${size} bytes`, 'is more than is read of settings');
    left.bytes -= size;
    seen(path, await digestOf(real));
  }

  async function lookInto(path: string, real: string): Promise<void> {
    if (real === top || isIn(real, top)) return unseen(path, 'all', 'leads to the whole checkout');
    if (!isIn(top, real)) return unseen(path, `link ${real}`, `leads out of the checkout, to ${real}`);
    const inTop = relative(top, real);
    // It is written to with whatever git does.
    if (inTop.toLowerCase().split(sep).includes('.git')) return unseen(path, `link ${inTop}`, 'is what git keeps');
    // Gone through once, for links may lead back; what leads there a second time is a setting all the same.
    if (folders.has(real)) return seen(path, `link ${inTop}`);
    folders.add(real);
    const names: string[] = [];
    for await (const { name } of await opendir(real)) {
      if (names.push(name) > left.entries) return unseen(path, `folder ${inTop}`, 'has more files than are looked at');
    }
    left.entries -= names.length;
    for (const name of names.sort()) await lookAt(`${path}/${name}`);
  }

  function seen(path: string, version: string): void {
    present.set(path, { version, unseen: null });
  }

  function unseen(path: string, version: string, why: string): void {
    present.set(path, { version, unseen: `${why}; what changes in it is not asked about again` });
  }
}

/** A digest of all a file holds. Throws what reading it throws. */
export async function digestOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

function isIn(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
