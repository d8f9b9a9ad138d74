import { constants } from 'node:fs';
import { access, lstat, readdir } from 'node:fs/promises';
import { type GitFolder, onDisk, readable, storeFiles, storeGitFolders, walk } from './capture';
import type { Place } from './checkout';
import { splitNul } from './nul';
import { runGit } from './run';
import type { BytePath, Entry } from './trees';

/**
 * The ignored files of a checkout, as far as they are small: settings, keys and notes rather than what a build made.
 * Repositories among them are kept whole all the same, because their commits may be nowhere else.
 */
export interface Ignored {
  readonly files: readonly Entry[];
  readonly gitFolders: readonly GitFolder[];
  /** The repositories that could not be kept, one line each. */
  readonly leftOut: readonly string[];
  /** The files and folders that are not kept, for people. A folder is kept whole or not, but for repositories in it. */
  readonly notKept: readonly string[];
}

/** How much of the ignored files is kept, in all. */
const most = { bytes: 5 * 1024 * 1024, files: 2_000 };

/** How much of the repositories among them is kept, in all. */
const mostOfRepositories = 256 * 1024 * 1024;

/** Stores the ignored files of a checkout, the smallest files and folders first, until the most is reached. */
export async function captureIgnored(place: Place, scratch: string): Promise<Ignored> {
  const args = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory'];
  const { stdout } = await runGit(place, args, { maxBytes: 1 << 30 });
  const found = [];
  for (const name of withoutParents(splitNul(stdout.toString('latin1')))) {
    const weight: Weight = { bytes: 0, files: [], repositories: [], fits: true };
    await weigh(place, name.replace(/\/$/, ''), weight);
    found.push({ name, weight });
  }
  const files: BytePath[] = [];
  const notKept: string[] = [];
  let bytes = 0;
  for (const { name, weight } of found.sort((one, other) => one.weight.bytes - other.weight.bytes)) {
    const fits = bytes + weight.bytes <= most.bytes && files.length + weight.files.length <= most.files;
    if (!weight.fits || !fits) {
      notKept.push(readable(name));
      continue;
    }
    bytes += weight.bytes;
    files.push(...weight.files);
  }
  const repositories = found.flatMap(({ weight }) => weight.repositories);
  const nested = await findNested(place, repositories);
  return {
    files: await storeFiles(place, scratch, [...files, ...nested.files].sort()),
    gitFolders: await storeGitFolders(place, scratch, nested.gitFolders, nested.leftOut),
    leftOut: nested.leftOut,
    notKept: notKept.sort(),
  };
}

interface Nested {
  readonly files: BytePath[];
  readonly gitFolders: BytePath[];
  readonly leftOut: string[];
}

/** What is in the repositories at these paths, with everything they ignore themselves. */
async function findNested(place: Place, repositories: readonly BytePath[]): Promise<Nested> {
  const nested: Nested = { files: [], gitFolders: [], leftOut: [] };
  let bytes = 0;
  for (const path of [...repositories].sort()) {
    const more = await bytesBeneath(place, path, mostOfRepositories - bytes);
    if (more === null) {
      nested.leftOut.push(
        `${readable(path)} is a repository of its own which git ignores here, and it is too large for a backup or cannot be read. Move it away if you need it, else delete it.`,
      );
      continue;
    }
    bytes += more;
    await walk(place, path, nested.files, nested.leftOut, nested.gitFolders);
  }
  return nested;
}

/** The size of everything beneath a path; null when it is more than the most, or not all of it can be read. */
async function bytesBeneath(place: Place, path: BytePath, most: number): Promise<number | null> {
  const stats = await lstat(onDisk(place, path)).catch(() => null);
  if (!stats?.isDirectory()) {
    if (stats?.isFile() && !(await mayRead(place, path))) return null;
    return stats !== null && stats.size > most ? null : (stats?.size ?? 0);
  }
  const names = await readdir(onDisk(place, path), { encoding: 'latin1' }).catch(() => null);
  if (names === null) return null;
  let bytes = 0;
  for (const name of names) {
    const more = await bytesBeneath(place, `${path}/${name}`, most - bytes);
    if (more === null) return null;
    bytes += more;
  }
  return bytes;
}

/** Git names some folders beside what is in them; what is in them says it all. The names come sorted. */
function withoutParents(names: readonly BytePath[]): BytePath[] {
  return names.filter((name, at) => !(name.endsWith('/') && names[at + 1]?.startsWith(name)));
}

interface Weight {
  bytes: number;
  readonly files: BytePath[];
  /** The folders in it that are repositories of their own; nothing in them is weighed. */
  readonly repositories: BytePath[];
  /** False as soon as it is too much, or holds what cannot be read. */
  fits: boolean;
}

async function weigh(place: Place, path: BytePath, weight: Weight): Promise<void> {
  const stats = await lstat(onDisk(place, path)).catch(() => null);
  if (stats?.isDirectory()) {
    const entries = await readdir(onDisk(place, path), { encoding: 'latin1', withFileTypes: true }).catch(() => null);
    if (entries === null) weight.fits = false;
    if (entries?.some((entry) => entry.name.toLowerCase() === '.git')) {
      weight.repositories.push(path);
      return;
    }
    for (const entry of entries ?? []) {
      // What is too much already is only searched for repositories.
      if (weight.fits || entry.isDirectory()) await weigh(place, `${path}/${entry.name}`, weight);
    }
    return;
  }
  if (stats?.isFile() || stats?.isSymbolicLink()) {
    weight.bytes += stats.size;
    weight.files.push(path);
    const legible = stats.isSymbolicLink() || (await mayRead(place, path));
    weight.fits &&= legible && weight.bytes <= most.bytes && weight.files.length <= most.files;
  }
}

function mayRead(place: Place, path: BytePath): Promise<boolean> {
  return access(onDisk(place, path), constants.R_OK).then(
    () => true,
    () => false,
  );
}

/** Of these paths, those that git ignores by the rules on disk now, whatever the index says. */
export async function ignoredOf(place: Place, paths: readonly BytePath[]): Promise<ReadonlySet<BytePath>> {
  if (paths.length === 0) return new Set();
  // This command reads pathspecs and refuses the option that takes them literally; `./` keeps a name from being magic.
  const input = Buffer.from(paths.map((path) => `./${path}\0`).join(''), 'latin1');
  const args = ['--no-literal-pathspecs', 'check-ignore', '--no-index', '-z', '--stdin'];
  const { stdout } = await runGit(place, args, { input, successExitCodes: [1], maxBytes: 1 << 30 });
  return new Set(splitNul(stdout.toString('latin1')).map((path) => path.slice(2)));
}
