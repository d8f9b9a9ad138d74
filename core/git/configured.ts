import { createHash } from 'node:crypto';
import { dirname, isAbsolute, join, resolve } from 'node:path';
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

/** What git lists as configured, and which files it read that in. */
export interface Listed {
  /** As git reads them, of which the last with a key counts. */
  readonly settings: readonly Setting[];
  readonly files: readonly { readonly path: string; readonly system: boolean }[];
}

const listed = createMemory<readonly Setting[]>(1_000);
/** The system's files that a git was seen to read beside those it is known to. */
const furtherOfSystem = new WeakMap<Git, Set<string>>();

/**
 * Everything a checkout is configured with, by its system, its person and itself. What is remembered is what git listed when
 * every file it may read for that held the very same bytes, as long as no file includes another.
 */
export async function allSettings(where: Configured, list: () => Promise<Listed>): Promise<readonly Setting[]> {
  const personal = personalFiles(where.git);
  if (personal === null) return (await list()).settings;
  const further = furtherOfSystem.get(where.git) ?? new Set();
  const files = [...systemFiles(where.git), ...further, ...personal, ...ownFiles(where.checkout)];
  const name = await contentsOf(files);
  const before = name === null ? undefined : listed.get(where.git, name);
  if (before !== undefined) return before;
  const now = await list();
  const read = new Set(files.map((file) => resolve(file)));
  const others = now.files.filter(({ path }) => !read.has(resolve(path)));
  furtherOfSystem.set(where.git, further);
  for (const { path, system } of others) if (system) further.add(path);
  const whole = others.length === 0 && !now.settings.some(([key]) => includes(key));
  // Git may have read what was written a moment after.
  if (whole && name !== null && name === (await contentsOf(files))) listed.set(where.git, name, now.settings);
  return now.settings;
}

/** Where a git looks for what the system configures: the folder of settings of where it was installed. */
function systemFiles({ program }: Git): readonly string[] {
  return ['/etc/gitconfig', join(dirname(program), '..', 'etc', 'gitconfig')];
}

/** A name for what all these files hold together; null when that cannot be told. */
async function contentsOf(files: readonly string[]): Promise<string | null> {
  const hash = createHash('sha256');
  for (const content of await Promise.all(files.map((file) => readPlainFile(file, { mostBytes: mostOfConfig })))) {
    if (content === 'unknown') return null;
    hash.update(content === 'absent' ? 'absent\n' : `${content.length}\n`);
    if (content !== 'absent') hash.update(content);
  }
  return hash.digest('base64');
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

/** What one file says by itself; `unknown` when it cannot be told without git. */
async function settingsIn(git: Git, file: string, parse: Parse): Promise<readonly Setting[] | 'absent' | 'unknown'> {
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

function includes(key: string): boolean {
  return key.startsWith('include.') || key.startsWith('includeif.');
}
