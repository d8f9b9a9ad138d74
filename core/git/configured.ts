import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import type { Checkout } from './checkout';
import type { Git } from './git';
import { createMemory } from './memory';
import { readPlainFile } from './plain-file';

/** One thing that is configured: its key as git writes keys, and its value. */
export type Setting = readonly [key: string, value: string];

/** A checkout whose configuration is asked for, by which git. */
export interface Configured {
  readonly git: Git;
  readonly checkout: Checkout;
}

/** What a file says by itself; `unknown` when that cannot be told without git. */
type Found = readonly Setting[] | 'absent' | 'unknown';

/** Has git read the bytes of one file of configuration; null when it cannot. */
export type Parse = (content: Buffer) => Promise<readonly Setting[] | null>;

/** A file of configuration with more bytes than this is left to git. */
export const mostOfConfig = 256 * 1024;

const read = createMemory<Promise<readonly Setting[] | null>>(1_000);

/**
 * The keys an untrusted checkout is configured with; null when that is more than its own and the person's files say (a
 * file included from elsewhere, a home that is not named, something that is no plain file): then git must be asked.
 *
 * Whoever may write to the repository may change them at any moment, so the files are read for every answer. What is
 * remembered is what git made of the very same bytes.
 */
export async function configuredKeys(where: Configured, parse: Parse): Promise<readonly string[] | null> {
  const personal = personalFiles(where.git);
  if (personal === null) return null;
  const found = await Promise.all(
    [...personal, ...ownFiles(where.checkout)].map((file) => settingsIn(where.git, file, parse)),
  );
  const keys: string[] = [];
  for (const settings of found) {
    if (settings === 'unknown') return null;
    for (const [key] of settings === 'absent' ? [] : settings) keys.push(key);
  }
  return keys;
}

/** What a repository itself configures, remembered likewise; null when git must be asked. */
export async function ownSettings(where: Configured, parse: Parse): Promise<readonly Setting[] | null> {
  const [shared, worktree] = await Promise.all(
    ownFiles(where.checkout).map((file) => settingsIn(where.git, file, parse)),
  );
  // Whether a worktree's own file counts is git's to say.
  return worktree !== 'absent' || shared === undefined || typeof shared === 'string' ? null : shared;
}

/**
 * Everything a checkout is configured with, by its system in the files named, its person and itself, of which the last with a
 * key counts; null when git must be asked. As for its keys, every file is read for every answer, and what is remembered is
 * what git made of the very same bytes.
 */
export async function everySetting(
  where: Configured,
  { system, parse }: { readonly system: readonly string[]; readonly parse: Parse },
): Promise<readonly Setting[] | null> {
  const personal = personalFiles(where.git);
  if (personal === null) return null;
  const farther = [...system, ...personal];
  const found = await Promise.all(
    [...farther, ...ownFiles(where.checkout)].map((file) => settingsIn(where.git, file, parse)),
  );
  const [shared = 'absent', worktree = 'absent'] = found.splice(farther.length);
  const settings: Setting[] = [];
  for (const one of [...found, shared, added(shared, worktree)]) {
    if (one === 'unknown') return null;
    if (one !== 'absent') settings.push(...one);
  }
  return settings;
}

/** What a worktree's own file adds to its repository's: nothing before git wrote there that it does. */
function added(shared: Found, worktree: Found): Found {
  if (typeof shared === 'string' || worktree === 'absent') return 'absent';
  const extension = shared.filter(([key]) => key === 'extensions.worktreeconfig').at(-1);
  if (extension === undefined) return 'absent';
  return extension[1] === 'true' ? worktree : 'unknown';
}

/** The person's files; null when not known. The system's are left out for an untrusted checkout. */
function personalFiles({ environment }: Git): readonly string[] | null {
  const { HOME: home, XDG_CONFIG_HOME: configured } = environment;
  if (home === undefined || !isAbsolute(home)) return null;
  const personal = configured === undefined || configured === '' ? join(home, '.config') : configured;
  // A relative one means a folder of whichever checkout git runs in.
  if (!isAbsolute(personal)) return null;
  return [join(personal, 'git', 'config'), join(home, '.gitconfig')];
}

function ownFiles({ commonDir, gitDir }: Checkout): readonly [string, string] {
  return [join(commonDir, 'config'), join(gitDir, 'config.worktree')];
}

async function settingsIn(git: Git, file: string, parse: Parse): Promise<Found> {
  const content = await readPlainFile(file, { mostBytes: mostOfConfig });
  if (typeof content === 'string') return content;
  const name = createHash('sha256').update(content).digest('base64');
  const before = read.get(git, name);
  const parsed = before ?? parse(content);
  if (before === undefined) {
    read.set(git, name, parsed);
    // What failed once may do better: the disk was full, or there were too many processes.
    parsed.then(
      (settings) => settings === null && read.delete(git, name),
      () => read.delete(git, name),
    );
  }
  const settings = await parsed;
  return settings === null || settings.some(([key]) => includes(key)) ? 'unknown' : settings;
}

/** Whether a setting has git read another file. */
export function includes(key: string): boolean {
  return key.startsWith('include.') || key.startsWith('includeif.');
}
