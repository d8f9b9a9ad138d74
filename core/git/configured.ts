import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { Checkout } from './checkout';
import type { Git } from './git';

/** Every key some configuration names, and the files those keys were read from. */
export interface Listing {
  readonly keys: readonly string[];
  /** As git gives them: `file:` and a path, or `command line:`. */
  readonly origins: readonly string[];
}

interface Known {
  /** What the files were known by when they were read, in their order. */
  readonly marks: readonly string[];
  readonly keys: readonly string[];
}

/** A file written so shortly before it was read could be written again without its times telling the two apart. */
const settleMs = 100;

/** Repositories and worktrees remembered at most for one git; beyond that all are read again. */
const mostKnown = 1_000;

const knownOf = new WeakMap<Git, Map<string, Known>>();

/**
 * The keys an untrusted checkout is configured with. Whoever may write to the repository may change them at any moment,
 * so they are read anew, with `read`, unless every file they can come from is the very one it was at the last reading, by
 * device, inode, size and times. Where that cannot be told (a file included from elsewhere, a file just written, a file
 * system that counts whole seconds, a home that is not named) they are read anew each time.
 */
export async function configuredKeys(
  where: { readonly git: Git; readonly checkout: Checkout },
  read: () => Promise<Listing>,
): Promise<readonly string[]> {
  const files = sourcesOf(where);
  if (files === null) return (await read()).keys;
  const known = knownOf.get(where.git) ?? new Map<string, Known>();
  knownOf.set(where.git, known);
  const name = files.join('\0');
  const from = Date.now();
  const before = await marksOf(files, from);
  const last = known.get(name);
  if (before !== null && last !== undefined && same(before, last.marks)) return last.keys;
  const { keys, origins } = await read();
  known.delete(name);
  if (before === null || !origins.every((origin) => isOneOf(files, origin)) || keys.some(includes)) return keys;
  const after = await marksOf(files, from);
  if (after === null || !same(before, after)) return keys;
  if (known.size >= mostKnown) known.clear();
  known.set(name, { marks: before, keys });
  return keys;
}

/** The files git reads for an untrusted checkout, whose system configuration is left out; null when one is not known. */
function sourcesOf({ git, checkout }: { readonly git: Git; readonly checkout: Checkout }): readonly string[] | null {
  const { HOME: home, XDG_CONFIG_HOME: configured } = git.environment;
  if (home === undefined || !isAbsolute(home)) return null;
  const personal = configured === undefined || configured === '' ? join(home, '.config') : configured;
  // A relative one means a folder of whichever checkout git runs in.
  if (!isAbsolute(personal)) return null;
  return [
    join(checkout.commonDir, 'config'),
    join(checkout.gitDir, 'config.worktree'),
    join(home, '.gitconfig'),
    join(personal, 'git', 'config'),
  ];
}

function isOneOf(files: readonly string[], origin: string): boolean {
  return origin === 'command line:' || (origin.startsWith('file:') && files.includes(origin.slice('file:'.length)));
}

function includes(key: string): boolean {
  return key.startsWith('include.') || key.startsWith('includeif.');
}

/** One text for each file that differs when the file does; null when a file's times do not tell that. */
async function marksOf(files: readonly string[], now: number): Promise<readonly string[] | null> {
  const marks = await Promise.all(files.map((file) => markOf(file, now)));
  return marks.every((mark) => mark !== null) ? marks : null;
}

async function markOf(file: string, now: number): Promise<string | null> {
  const found = await stat(file, { bigint: true }).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) return found.code === 'ENOENT' || found.code === 'ENOTDIR' ? 'absent' : null;
  if (!tellsTimes(found) || Number(found.ctimeNs / 1_000_000n) > now - settleMs) return null;
  return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
}

function tellsTimes({ ctimeNs }: BigIntStats): boolean {
  return ctimeNs % 1_000_000_000n !== 0n;
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((mark, index) => mark === other[index]);
}
