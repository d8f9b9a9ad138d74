import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { onDisk, readable } from './capture';
import type { Place } from './checkout';
import { ignoredOf } from './ignored';
import { splitNul } from './nul';
import { runGit } from './run';
import type { BytePath } from './trees';

/** The file in which a repository names the ignored files that a new worktree gets, by the rules of `.gitignore`. */
export const includeFile = '.worktreeinclude';

/** What was copied into a worktree. */
export interface Included {
  readonly files: number;
  readonly bytes: number;
  /** What was named and not copied, with why, one line each. */
  readonly leftOut: readonly string[];
}

/** So much is copied, in all. */
const most = { files: 20_000, bytes: 2_000_000_000, rules: 64 * 1024 };

/** Present in a worktree's git folder once what is to be copied into it was. */
export const copiedMark = 'switchyard-copied';

/** Whether a checkout says that files are to be copied into its worktrees. */
export async function hasInclude({ checkout }: Place): Promise<boolean> {
  const stats = await lstat(join(checkout.workTree, includeFile)).catch(() => null);
  return stats?.isFile() === true && stats.size <= most.rules;
}

/**
 * Copies the files of a checkout that `.worktreeinclude` names into one of its worktrees: those that git ignores in both, and
 * none that is there already. By reference where the file system can. A link is copied as a link, and only when it stays within
 * the checkout; nothing is read or written through one. Gives null when there is nothing to be done, also the second time.
 */
export async function copyIncluded(trustedOrNot: Place, worktree: Place): Promise<Included | null> {
  const from = { ...trustedOrNot, trusted: false };
  const to = { ...worktree, trusted: false };
  const mark = join(to.checkout.gitDir, copiedMark);
  if (!(await hasInclude(from)) || (await lstat(mark).catch(() => null)) !== null) return null;
  const rules = `--exclude-from=${join(from.checkout.workTree, includeFile)}`;
  // A repository nested in the checkout is listed as a folder, and is no file to copy.
  const named = (await list(from, ['--others', '--ignored', rules])).filter((path) => !path.endsWith('/'));
  const plain = new Set(named.length === 0 ? [] : await list(from, unignored));
  const tracked = new Set(named.length === 0 ? [] : await list(to, ['--cached']));
  const wanted = named.filter((path) => !plain.has(path) && !tracked.has(path));
  const leftOut: string[] = [];
  const isObstructed = obstaclesIn(to, tracked);
  const open: BytePath[] = [];
  for (const path of wanted) {
    if (!(await isObstructed(parentOf(path)))) open.push(path);
    else leftOut.push(`${readable(path)}: something else stands where its folder would be`);
  }
  // On another branch other files are ignored; what is not would end up in the agent's commit. So it is never there.
  const ignored = await ignoredOf(to, open);
  const [isFolder, isFolderThere] = [foldersOf(from), foldersOf(to)];
  let files = 0;
  let bytes = 0;
  for (const path of open) {
    if (!ignored.has(path)) {
      leftOut.push(`${readable(path)}: git does not ignore it on this branch`);
      continue;
    }
    const above = parentOf(path);
    const stats = (await isFolder(above)) ? await lstat(onDisk(from, path)).catch(() => null) : null;
    if (stats === null) continue;
    if (files >= most.files || bytes + stats.size > most.bytes) {
      leftOut.push(`${readable(path)}: it would be too much`);
      continue;
    }
    if (!(await isFolderThere(above, true))) {
      leftOut.push(`${readable(path)}: something else stands where its folder would be`);
    } else if (stats.isSymbolicLink()) {
      const target = await readlink(onDisk(from, path), { encoding: 'latin1' });
      if (!staysWithin(path, target)) leftOut.push(`${readable(path)}: it leads out of the repository`);
      else if (await isNew(symlink(Buffer.from(target, 'latin1'), onDisk(to, path)))) files += 1;
    } else if (stats.isFile()) {
      const how = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL;
      if (!(await isNew(copyFile(onDisk(from, path), onDisk(to, path), how)))) continue;
      files += 1;
      bytes += stats.size;
    }
  }
  await writeFile(mark, '');
  return { files, bytes, leftOut };
}

/** What is neither tracked nor ignored. */
const unignored = ['--others', '--exclude-standard'];

async function list(place: Place, which: readonly string[]): Promise<BytePath[]> {
  const { stdout } = await runGit(place, ['ls-files', '-z', ...which], { maxBytes: 1 << 28 });
  return splitNul(stdout.toString('latin1'));
}

/** Answers whether something that is no folder, or another repository's, stands in a checkout where a folder would be. */
function obstaclesIn(place: Place, tracked: ReadonlySet<BytePath>): (path: BytePath) => Promise<boolean> {
  const known = new Map<BytePath, boolean>([['', false]]);
  return async function isObstructed(path): Promise<boolean> {
    const before = known.get(path);
    if (before !== undefined) return before;
    let is = (await isObstructed(parentOf(path))) || tracked.has(path);
    if (!is) is = (await lstat(onDisk(place, path)).catch(() => null))?.isDirectory() === false;
    known.set(path, is);
    return is;
  };
}

/** Whether a link at a path of a checkout leads to something in that checkout, by its own words. */
function staysWithin(path: BytePath, target: string): boolean {
  if (isAbsolute(target)) return false;
  const led = normalize(join(dirname(path), target));
  return led !== '..' && !led.startsWith('../') && led.split('/')[0]?.toLowerCase() !== '.git';
}

/** Whether something was made; false when it was there before. */
async function isNew(making: Promise<void>): Promise<boolean> {
  try {
    await making;
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
}

/** Answers whether a folder of a checkout is one all the way down, and not reached through a link; makes it when told to. */
function foldersOf(place: Place): (path: BytePath, make?: boolean) => Promise<boolean> {
  const known = new Map<BytePath, boolean>();
  return async function isFolder(path, make = false): Promise<boolean> {
    if (path === '') return true;
    const before = known.get(path);
    if (before !== undefined) return before;
    let is = await isFolder(parentOf(path), make);
    if (is) {
      if (make) await isNew(mkdir(onDisk(place, path)).then(() => {}));
      is = (await lstat(onDisk(place, path)).catch(() => null))?.isDirectory() === true;
    }
    known.set(path, is);
    return is;
  };
}

function parentOf(path: BytePath): BytePath {
  const parent = dirname(path);
  return parent === '.' ? '' : parent;
}
