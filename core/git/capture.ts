import { lstat, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Place } from './checkout';
import { splitNul } from './nul';
import { type NewObject, writeObjects } from './objects';
import { readGit, runGit } from './run';
import { type BytePath, type Entry, makeTrees, type Trees } from './trees';

/** The `.git` of a repository nested in the checkout, as a tree. */
export interface GitFolder {
  readonly path: BytePath;
  readonly tree: string;
}

/** The files of a checkout that git does not ignore, as they are on disk, byte for byte, stored in the object database. */
export interface Captured {
  /** The tree of all files: tracked ones that are there, and untracked ones that are not ignored. */
  readonly tree: string;
  /** That tree and the ones beneath it, which are not stored yet. */
  readonly trees: readonly NewObject[];
  /** The files of that tree. */
  readonly files: readonly Entry[];
  readonly gitFolders: readonly GitFolder[];
  /** What could not be stored, one line each. */
  readonly leftOut: readonly string[];
  /** The index at that moment. */
  readonly index: Index;
  /** Everything in the index is on disk as the index has it, and nothing else is, so that both are the same tree. */
  readonly isAsStaged: boolean;
}

/** What an index holds. */
export interface Index {
  /** `ls-files --stage -v -z` as printed. */
  readonly listing: Buffer;
  readonly entries: readonly IndexEntry[];
}

/** One entry of an index: a letter for its flags, its stage, and what it is. */
export type IndexEntry = Entry & { readonly flag: string; readonly stage: string };

/** One line of `ls-files --stage -v`: a letter for the flags, mode, id, stage and path. */
export function readIndexLine(line: string): IndexEntry {
  const tab = line.indexOf('\t');
  const [flag = '', mode = '', oid = '', stage = ''] = line.slice(0, tab).split(' ');
  return { flag, mode, oid, stage, path: line.slice(tab + 1) };
}

/**
 * Stores the files of a checkout, and makes their tree. Converts nothing, runs nothing, and leaves index, HEAD and files
 * alone. Files named in `also` are stored even when git ignores them.
 */
export async function captureFiles(trustedOrNot: Place, also: readonly BytePath[] = []): Promise<Captured> {
  const place = { ...trustedOrNot, trusted: false };
  const leftOut: string[] = [];
  const found = await findFiles(place, also, leftOut);
  const scratch = await mkdtemp(join(tmpdir(), 'switchyard-snapshot-'));
  try {
    const files = [...(await storeFiles(place, scratch, found.files)), ...found.links];
    const { oid: tree, objects: trees } = await treesIn(place, files);
    const gitFolders = await storeGitFolders(place, scratch, found.gitFolders, leftOut);
    const staged = found.index.entries;
    const isAsStaged = staged.every(({ stage }) => stage === '0') && isSame(staged, files);
    return { tree, trees, files, gitFolders, leftOut, index: found.index, isAsStaged };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Stores the tree of captured files; nothing points at it. */
export async function storeTree(place: Place, { trees }: Captured): Promise<void> {
  await writeObjects({ ...place, trusted: false }, trees, { asIs: true });
}

/** Stores the `.git` of nested repositories, each with everything in it. Names in `leftOut` what cannot be stored. */
export async function storeGitFolders(
  place: Place,
  scratch: string,
  paths: readonly BytePath[],
  leftOut: string[],
): Promise<GitFolder[]> {
  const gitFolders: GitFolder[] = [];
  for (const path of paths) {
    const inside: BytePath[] = [];
    await walk(place, path, inside, leftOut);
    const stored = await storeFiles(place, scratch, inside);
    const relative = stored.map((entry) => ({ ...entry, path: entry.path.slice(path.length + 1) }));
    // A `.git` that is a file rather than a folder is kept under the one name no git folder has.
    const named = relative.map((entry) => (entry.path === '' ? { ...entry, path: 'link' } : entry));
    const { oid, objects } = await treesIn(place, named);
    await writeObjects(place, objects, { asIs: true });
    gitFolders.push({ path, tree: oid });
  }
  return gitFolders;
}

/** Makes the tree of entries, with ids as the repository has them. */
export async function treesIn(place: Place, entries: readonly Entry[]): Promise<Trees> {
  // Without any file only git knows how its ids look.
  const like = entries[0]?.oid ?? (await readGit(place, ['hash-object', '-t', 'tree', '--stdin'], { input: '' }));
  return makeTrees(entries, like);
}

/** The path on disk of a path inside the checkout. */
export function onDisk(place: Place, path: BytePath): Buffer {
  return Buffer.concat([Buffer.from(`${place.checkout.workTree}/`), Buffer.from(path, 'latin1')]);
}

/** A path for people: its bytes read as UTF-8. */
export function readable(path: BytePath): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}

/** Whether two lists are of the same files, in whatever order. No path is named twice in either. */
function isSame(one: readonly Entry[], other: readonly Entry[]): boolean {
  const known = new Map(other.map(({ path, mode, oid }) => [path, `${mode} ${oid}`]));
  return one.length === other.length && one.every(({ path, mode, oid }) => known.get(path) === `${mode} ${oid}`);
}

interface Found {
  readonly index: Index;
  readonly files: readonly BytePath[];
  /** Submodules without files, as the index has them. */
  readonly links: readonly Entry[];
  readonly gitFolders: readonly BytePath[];
}

/** How git marks, among entries of the index, a file that is none. */
const otherMark = '? ';

async function findFiles(place: Place, also: readonly BytePath[], leftOut: string[]): Promise<Found> {
  const args = ['ls-files', '-z', '-v', '--stage', '--others', '--exclude-standard'];
  const { stdout } = await runGit(place, args, { maxBytes: 1 << 30 });
  const lines = splitNul(stdout.toString('latin1'));
  const untracked = lines.filter((line) => line.startsWith(otherMark)).map((line) => line.slice(otherMark.length));
  const listed = lines.filter((line) => !line.startsWith(otherMark));
  const listing = Buffer.from(listed.map((line) => `${line}\0`).join(''), 'latin1');
  const index: Index = { listing, entries: listed.map(readIndexLine) };
  const files = new Set<BytePath>();
  const links: Entry[] = [];
  const gitFolders: BytePath[] = [];
  const isFolder = foldersOf(place);

  const nested = async (path: BytePath) => {
    const inside: BytePath[] = [];
    await walk(place, path, inside, leftOut, gitFolders);
    for (const file of inside) files.add(file);
    return inside.length > 0 || gitFolders.some((folder) => folder.startsWith(`${path}/`));
  };
  for (const { mode, oid, path } of index.entries) {
    // What lies beyond a link is not part of the checkout.
    if (!(await isFolder(parentOf(path)))) continue;
    const stats = await lstat(onDisk(place, path)).catch(() => null);
    if (mode === '160000' && stats?.isDirectory()) {
      if (!(await nested(path))) links.push({ mode, oid, path });
    } else if (stats !== null && !stats.isDirectory()) {
      keep(path, stats, files, leftOut);
    }
  }
  for (const path of untracked) {
    // Git lists a repository inside the repository as one folder and does not look into it.
    if (path.endsWith('/')) await nested(path.slice(0, -1));
    else {
      const stats = await lstat(onDisk(place, path)).catch(() => null);
      if (stats !== null) keep(path, stats, files, leftOut);
    }
  }
  for (const path of also) {
    if (files.has(path) || !(await isFolder(parentOf(path)))) continue;
    const stats = await lstat(onDisk(place, path)).catch(() => null);
    if (stats !== null) keep(path, stats, files, leftOut);
  }
  return { index, files: [...files], links, gitFolders };
}

/** Lists every file beneath a path. Git folders are listed apart when asked for, else walked like any other. */
export async function walk(
  place: Place,
  path: BytePath,
  files: BytePath[],
  leftOut: string[],
  gitFolders?: BytePath[],
): Promise<void> {
  const stats = await lstat(onDisk(place, path));
  if (!stats.isDirectory()) {
    const kept = new Set<BytePath>();
    keep(path, stats, kept, leftOut, gitFolders === undefined);
    files.push(...kept);
    return;
  }
  for (const name of await readdir(onDisk(place, path), { encoding: 'latin1' })) {
    const child = `${path}/${name}`;
    if (gitFolders !== undefined && name === '.git') gitFolders.push(child);
    else await walk(place, child, files, leftOut, gitFolders);
  }
}

function keep(
  path: BytePath,
  stats: { isFile(): boolean; isSymbolicLink(): boolean },
  files: Set<BytePath>,
  leftOut: string[],
  insideGitFolder = false,
): void {
  if (!stats.isFile() && !stats.isSymbolicLink()) return;
  if (!insideGitFolder && path.split('/').some((name) => name.toLowerCase() === '.git')) {
    leftOut.push(`${readable(path)}: git keeps no file under a name like .git`);
  } else {
    files.add(path);
  }
}

/** Answers whether a folder of the checkout is really one, all the way down, and not reached through a link. */
function foldersOf(place: Place): (path: BytePath) => Promise<boolean> {
  const known = new Map<BytePath, Promise<boolean>>();
  const isFolder = (path: BytePath): Promise<boolean> => {
    if (path === '') return Promise.resolve(true);
    const answer =
      known.get(path) ??
      isFolder(parentOf(path)).then(async (above) => {
        const stats = above ? await lstat(onDisk(place, path)).catch(() => null) : null;
        return stats?.isDirectory() ?? false;
      });
    known.set(path, answer);
    return answer;
  };
  return isFolder;
}

function parentOf(path: BytePath): BytePath {
  const parent = dirname(path);
  return parent === '.' ? '' : parent;
}

/** Stores files and links as blobs exactly as they are, and gives their entries. */
export async function storeFiles(place: Place, scratch: string, paths: readonly BytePath[]): Promise<Entry[]> {
  if (paths.length === 0) return [];
  const modes: string[] = [];
  const lines: BytePath[] = [];
  for (const [number, path] of paths.entries()) {
    const stats = await lstat(onDisk(place, path));
    if (stats.isSymbolicLink()) {
      // The command follows links; what is stored of a link is where it points.
      const target = join(scratch, `link-${number}`);
      await writeFile(target, await readlink(onDisk(place, path), { encoding: 'buffer' }));
      lines.push(quoted(Buffer.from(target).toString('latin1')));
      modes.push('120000');
    } else {
      lines.push(quoted(path));
      modes.push(stats.mode & 0o100 ? '100755' : '100644');
    }
  }
  const { stdout } = await runGit(place, ['hash-object', '-w', '--no-filters', '--stdin-paths'], {
    input: Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1'),
  });
  const oids = stdout.toString('utf8').trimEnd().split('\n');
  return paths.map((path, number) => ({ mode: modes[number] ?? '', oid: oids[number] ?? '', path }));
}

/** A path on a line of its own: git takes it quoted when a plain one would be misread, as a line end with its return is. */
function quoted(path: BytePath): string {
  if (!/^"|[\n\r]/.test(path)) return path;
  const escaped = path.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return `"${escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
}
