import { chmod, mkdir, mkdtemp, realpath, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '../contract/errors';
import { type IndexEntry, onDisk, readIndexLine } from './capture';
import type { Place } from './checkout';
import { confined, confinedGitFolders } from './confined';
import { noteFiltered } from './filters';
import { keepAsItIs } from './finish';
import { gitError } from './git-error';
import { splitNul } from './nul';
import { readHead } from './open';
import { readGit, runGit } from './run';
import type { SnapshotState } from './snapshot';
import type { BytePath } from './trees';

/** What a snapshot was taken of. Throws GIT_FAILED when the ref is no snapshot. */
export async function readSnapshot(place: Place, ref: string): Promise<SnapshotState> {
  return (await readRest(place, (await partsOf(place, ref)).rest)).state;
}

/** Whether two refs keep the same state of a worktree, whenever that was. False when either is no snapshot. */
export async function isAlike(place: Place, one: string, other: string): Promise<boolean> {
  const [trees, others] = await Promise.all([one, other].map((ref) => treesOf(place, ref).catch(() => null)));
  return trees !== null && trees === others;
}

async function treesOf(place: Place, ref: string): Promise<string> {
  const { tree, rest } = await partsOf(place, ref);
  return `${tree} ${await readGit(place, ['rev-parse', '--verify', '--end-of-options', `${rest}^{tree}`])}`;
}

/** The tree of a snapshot's files, and the commit of its rest: the last parent. */
export async function partsOf(place: Place, ref: string): Promise<{ readonly tree: string; readonly rest: string }> {
  const args = ['rev-list', '-n', '1', '--no-commit-header', '--format=%T %P', '--end-of-options', ref];
  const [tree = '', ...parents] = (await readGit(place, args)).split(' ');
  // A commit without parents is no snapshot, and has no such rest.
  return { tree, rest: parents.pop() || ref };
}

/** What the rest of a snapshot says: its state, and the index as it was listed. Throws GIT_FAILED when it says neither. */
export async function readRest(
  place: Place,
  rest: string,
): Promise<{ readonly state: SnapshotState; readonly index: Buffer }> {
  const args = ['cat-file', '--batch'];
  const input = `${rest}:state.json\n${rest}:index\n`;
  const { stdout } = await runGit(place, args, { input, maxBytes: 1 << 30 });
  const found: Buffer[] = [];
  for (let at = 0; at < stdout.length; ) {
    const end = stdout.indexOf('\n', at);
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(stdout.subarray(at, end).toString('latin1'))?.[1];
    if (size === undefined) break;
    found.push(stdout.subarray(end + 1, end + 1 + Number(size)));
    at = end + Number(size) + 2;
  }
  const [state, index] = found;
  if (state === undefined || index === undefined) {
    throw gitError({ where: place, args, exitCode: 0, stderr: `${rest} is not the rest of a snapshot.` });
  }
  return { state: JSON.parse(state.toString('utf8')) as SnapshotState, index };
}

/**
 * Puts a snapshot back into a fresh worktree, which must be at the commit the snapshot was taken at and unchanged.
 * Afterwards files, bits, links and index are as they were: what was staged is staged, what was not is not. Runs
 * none of the repository's programs. Throws WRONG_STATE, having touched nothing, when the worktree is not fresh.
 */
export async function restoreSnapshot(trustedOrNot: Place, { ref }: { readonly ref: string }): Promise<void> {
  const place = { ...trustedOrNot, trusted: false };
  const { tree, rest } = await partsOf(place, ref);
  const { state, index } = await readRest(place, rest);
  const head = await readHead(place);
  const status = await runGit(place, ['status', '--porcelain', '-z', '-uno', '--ignore-submodules=dirty']);
  if (status.stdout.length > 0 || head.kind === 'unborn' || head.oid !== state.head) {
    throw new CodedError(
      'WRONG_STATE',
      `Did not restore ${ref} into ${place.checkout.workTree}: it is not a fresh worktree at ${state.head ?? 'no commit'}. Make one there, then restore into it.`,
      { facts: { ref, path: place.checkout.workTree } },
    );
  }
  const ignored = state.ignored ? await filesOf(place, `${rest}:ignored`, '') : [];
  const files = confined([...(await filesOf(place, tree, '')), ...ignored]);
  confinedGitFolders(state.gitFolders, files);
  // From here on its files are somebody's work.
  await keepAsItIs(place.checkout);
  if (state.filtered) await noteFiltered(place.checkout);
  await clear(place);
  await writeFiles(place, files);
  for (const [number, path] of state.gitFolders.entries()) {
    await writeGitFolder(place, `${rest}^${number + 1}`, path);
  }
  await writeIndex(place, index, state.intended);
}

/** Writes the `.git` of a nested repository where it belongs. */
export async function writeGitFolder(place: Place, treeish: string, path: BytePath): Promise<void> {
  const files = await filesOf(place, treeish, path);
  await writeFiles(place, files);
  // A snapshot holds no empty folders, and without these two git takes no folder for a repository.
  for (const name of files.some((file) => file.path === path) ? [] : ['objects', 'refs']) {
    await mkdir(onDisk(place, `${path}/${name}`), { recursive: true });
  }
}

/** Takes away the files of a fresh worktree, all of which its commit has. */
async function clear(place: Place): Promise<void> {
  const { stdout } = await runGit(place, ['ls-files', '-z'], { maxBytes: 1 << 30 });
  const folders = new Set<BytePath>();
  for (const path of splitNul(stdout.toString('latin1'))) {
    // Without `recursive` a submodule's folder stays; it is made anyway.
    await rm(onDisk(place, path), { force: true }).catch(() => {});
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.add(path.slice(0, at));
  }
  for (const folder of [...folders].sort((one, other) => other.length - one.length)) {
    await rmdir(onDisk(place, folder)).catch(() => {});
  }
}

/** A file of a tree and where it belongs on disk. */
export interface Stored {
  readonly mode: string;
  readonly oid: string;
  readonly size: number;
  readonly path: BytePath;
}

/**
 * The files of a tree, each with where it belongs when the tree is put beneath a path, which is a nested `.git`. Throws
 * GIT_FAILED for one that would be written elsewhere.
 */
export async function filesOf(place: Place, treeish: string, beneath: BytePath): Promise<readonly Stored[]> {
  const { stdout } = await runGit(place, ['ls-tree', '-r', '-l', '-z', '--full-tree', treeish], { maxBytes: 1 << 30 });
  const files = splitNul(stdout.toString('latin1')).map((line): Stored => {
    const tab = line.indexOf('\t');
    const [mode = '', , oid = '', size = ''] = line.slice(0, tab).split(/ +/);
    return { mode, oid, size: size === '-' ? 0 : Number(size), path: line.slice(tab + 1) };
  });
  if (beneath === '') return confined(files);
  return confined(files, 'git folder').map((file) => ({
    ...file,
    path: file.path === 'link' ? beneath : `${beneath}/${file.path}`,
  }));
}

/** Writes files, links last so that no file is written through one. */
export async function writeFiles(place: Place, entries: readonly Stored[]): Promise<void> {
  const links = entries.filter((entry) => entry.mode === '120000');
  for (const entry of entries.filter((entry) => entry.mode === '160000')) {
    await mkdir(onDisk(place, entry.path), { recursive: true });
  }
  const files = entries.filter((entry) => entry.mode.startsWith('100'));
  for await (const [entry, bytes] of contents(place, [...files, ...links])) {
    const target = onDisk(place, entry.path);
    await mkdir(onDisk(place, entry.path.slice(0, Math.max(0, entry.path.lastIndexOf('/')))), { recursive: true });
    await rm(target, { force: true });
    if (entry.mode === '120000') await symlink(bytes, target);
    else {
      await writeFile(target, bytes, { flag: 'wx' });
      if (entry.mode === '100755') await chmod(target, 0o755);
    }
  }
}

const batchBytes = 32 * 1024 * 1024;

/** The bytes of each entry in turn, read in batches so that memory stays bounded by the largest file. */
async function* contents(place: Place, entries: readonly Stored[]): AsyncGenerator<readonly [Stored, Buffer]> {
  for (let start = 0; start < entries.length; ) {
    let size = 0;
    let end = start;
    while (end < entries.length && (end === start || size + (entries[end]?.size ?? 0) <= batchBytes)) {
      size += (entries[end]?.size ?? 0) + 200;
      end++;
    }
    const batch = entries.slice(start, end);
    const { stdout } = await runGit(place, ['cat-file', '--batch'], {
      input: batch.map((entry) => `${entry.oid}\n`).join(''),
      maxBytes: size + 1024,
    });
    let at = 0;
    for (const entry of batch) {
      at = stdout.indexOf('\n', at) + 1;
      yield [entry, stdout.subarray(at, at + entry.size)];
      at += entry.size + 1;
    }
    start = end;
  }
}

/** Makes the index what a listing of it says: entries, stages, flags and paths added with intent only. */
export async function writeIndex(place: Place, listing: Buffer, intended: readonly BytePath[]): Promise<void> {
  const listed = splitNul(listing.toString('latin1')).map(readIndexLine);
  const lines = listed.filter((line) => !intended.includes(line.path));
  const bytes = (paths: readonly string[]) => Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1');
  await runGit(place, ['read-tree', '--empty']);
  await runGit(place, ['update-index', '-z', '--index-info'], {
    input: bytes(lines.map((line) => `${line.mode} ${line.oid} ${line.stage}\t${line.path}`)),
  });
  const meant = listed.filter((line) => intended.includes(line.path));
  if (meant.length > 0) await intend(place, meant);
  await runGit(place, ['update-index', '-q', '--refresh'], { successExitCodes: [1] });
  // The letter is small for "assume unchanged" and S for "not in this sparse checkout".
  const flagged = [
    ['--assume-unchanged', lines.filter((line) => line.flag !== line.flag.toUpperCase())],
    ['--skip-worktree', lines.filter((line) => line.flag.toUpperCase() === 'S')],
  ] as const;
  for (const [option, marked] of flagged) {
    if (marked.length === 0) continue;
    await runGit(place, ['update-index', '-z', option, '--stdin'], { input: bytes(marked.map((line) => line.path)) });
  }
}

/**
 * Adds entries with intent only. Git takes path and mode from what is on disk, where either may be something else by now; so
 * empty stand-ins are added, from a folder of their own.
 */
async function intend(place: Place, entries: readonly IndexEntry[]): Promise<void> {
  const workTree = await mkdtemp(join(await realpath(tmpdir()), 'switchyard-intended-'));
  const aside = { ...place, checkout: { ...place.checkout, workTree } };
  try {
    for (const { path, mode } of entries) {
      const target = onDisk(aside, path);
      await mkdir(onDisk(aside, path.slice(0, Math.max(0, path.lastIndexOf('/')))), { recursive: true });
      if (mode === '120000') await symlink('nothing', target);
      else await writeFile(target, '', { mode: mode === '100755' ? 0o755 : 0o644 });
    }
    await runGit(aside, ['add', '--intent-to-add', '--force', '--pathspec-from-file=-', '--pathspec-file-nul'], {
      input: Buffer.from(entries.map(({ path }) => `${path}\0`).join(''), 'latin1'),
    });
  } finally {
    await rm(workTree, { recursive: true, force: true });
  }
}
