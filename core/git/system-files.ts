import { realpath } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { Listed } from './config-list';
import { includes } from './configured';
import type { Git } from './git';

/** Has git run a command of its own, and gives what that printed; null when it failed. */
export type Ask = (args: readonly string[], variables?: Readonly<Record<string, string>>) => Promise<string | null>;

const known = new WeakMap<Git, readonly string[]>();
const named = new WeakMap<Git, Promise<string | null>>();

/** The files by which the system configures a git, there or not, in the order they count; nothing while that is not known. */
export function systemFiles(git: Git): readonly string[] | undefined {
  return known.get(git);
}

/**
 * Learns them from what git listed as configured, and from its own word on the file it would read were it there. They stay
 * unknown while files include others, for what is included now may not be later, and for a git that does not say.
 */
export async function learnSystemFiles(git: Git, listed: Listed, ask: Ask): Promise<void> {
  if (listed.settings.some(([key]) => includes(key))) return;
  const asked = named.get(git) ?? nameOf(ask);
  named.set(git, asked);
  asked.catch(() => named.delete(git));
  const file = await asked;
  if (file === null) return;
  const read = listed.files.filter(({ system }) => system).map(({ path }) => path);
  // A link is what git goes by, also once it leads elsewhere.
  const links = await Promise.all(
    [...read, usual].map(async (path) => ((await realPath(path)) === file ? [path] : [])),
  );
  known.set(git, [...new Set([...read, links.flat()[0] ?? file])]);
}

/** Where most systems have it. */
const usual = '/etc/gitconfig';

const realPath = (path: string) => realpath(path).catch(() => null);

async function nameOf(ask: Ask): Promise<string | null> {
  // Before git 2.42 only its editor is told, with links followed; the file is not made for that.
  const file =
    (await ask(['var', 'GIT_CONFIG_SYSTEM'])) ?? (await ask(['config', '--system', '--edit'], { GIT_EDITOR: 'echo' }));
  return file !== null && isAbsolute(file) && !file.includes('\n') ? file : null;
}
