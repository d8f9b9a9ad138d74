import { lstat, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CodedError } from '../contract/errors';
import { captureFiles, type GitFolder, onDisk, readable, readIndexLine } from './capture';
import type { Checkout, Place } from './checkout';
import { confinedGitFolders } from './confined';
import { isAncestor } from './diff';
import { noteFiltered } from './filters';
import { keepAsItIs } from './finish';
import { ignoredOf } from './ignored';
import { lockFile, lockState } from './lock';
import { splitNul } from './nul';
import { type Head, readHead } from './open';
import { refOid, treeOf } from './resolve';
import { filesOf, partsOf, readRest, type Stored, writeFiles, writeGitFolder, writeIndex } from './restore';
import { runGit } from './run';
import type { Snapshot, SnapshotState } from './snapshot';
import type { BytePath, Entry } from './trees';
import { underWayFiles } from './under-way';

/** What putting a worktree back would do, or why it cannot be done now. */
export type PutBackPlan =
  | {
      readonly kind: 'planned';
      readonly target: Target;
      readonly change: Difference;
      readonly from: Snapshot;
      readonly branch: string;
      /** Where that branch is; null when it is not there. */
      readonly tip: string | null;
    }
  /** The worktree is no longer as the snapshot of what is left has it. Take another, then ask again. */
  | { readonly kind: 'changed' }
  /** What git ignores now, and the snapshot therefore lacks, stands where files are to be written. */
  | { readonly kind: 'in-the-way'; readonly paths: readonly string[] }
  /** A git is at work there: its lock is on the index. */
  | { readonly kind: 'busy'; readonly lock: string }
  /** A rebase is under way, which no snapshot holds. */
  | { readonly kind: 'rebasing' }
  /** HEAD was on a branch without a commit, which has some now. */
  | { readonly kind: 'moved-on'; readonly branch: string };

/** Where to put a worktree back to, and what keeps what is left by that. */
export interface WayBack {
  /** The id of the snapshot to put back. */
  readonly to: string;
  /** A snapshot of the worktree as it is, with `also` what `filesIn` gives for `to`. */
  readonly from: Snapshot;
  /** The one branch that may be moved: the task's own. */
  readonly branch: string;
}

/** The files a snapshot, named by its id, would write. What git ignores of them now has to be kept before they are. */
export async function filesIn(place: Place, oid: string): Promise<BytePath[]> {
  return (await filesOf(place, oid, '')).map(({ path }) => path);
}

/** Looks at what putting a worktree back would do. Touches nothing. */
export async function planPutBack(trustedOrNot: Place, { to, from, branch }: WayBack): Promise<PutBackPlan> {
  const place = { ...trustedOrNot, trusted: false };
  if (await isRebasing(place.checkout)) return { kind: 'rebasing' };
  // The index is written after files and branch: found only then, these would be half way.
  if ((await lockState(place.checkout)) === 'foreign') return { kind: 'busy', lock: lockFile(place.checkout) };
  const target = await readTarget(place, to);
  const { head, branch: on } = target.state;
  if (head === null && on !== null && (await refOid(place, `refs/heads/${on}`)) !== null)
    return { kind: 'moved-on', branch: on };
  // A commit of files that stay as they are shows in none of them, and would be in no snapshot.
  const tip = await refOid(place, `refs/heads/${branch}`);
  if (!(await isKept(place, from, tip)) || oidOf(await readHead(place)) !== from.head) return { kind: 'changed' };
  const now = await captureFiles(place, [...target.entries.keys()]);
  if (now.tree !== from.tree || !isDeepStrictEqual(now.gitFolders, from.gitFolders)) return { kind: 'changed' };
  const change = compare(entriesOf(now.files), target.entries);
  const paths = await inTheWay(place, change);
  if (paths.length > 0) return { kind: 'in-the-way', paths: paths.map(readable) };
  return { kind: 'planned', target, change, from, branch, tip };
}

function oidOf(head: Head): string | null {
  return head.kind === 'unborn' ? null : head.oid;
}

/** Whether a snapshot keeps the commit a branch is at. */
async function isKept(place: Place, { head, oid }: Snapshot, tip: string | null): Promise<boolean> {
  return tip === null || tip === head || (await isAncestor(place, tip, oid));
}

/**
 * Makes a worktree what a snapshot holds: its files, bits and links, nested repositories, index, HEAD and branch. What
 * the snapshot does not have goes; what git ignores by the rules the snapshot brings stays as it is. Runs none of the
 * repository's programs. After a crash at any point it can be planned and done again, with a new snapshot of what is
 * there then.
 */
export async function putBack(trustedOrNot: Place, plan: Extract<PutBackPlan, { kind: 'planned' }>): Promise<void> {
  const place = { ...trustedOrNot, trusted: false };
  const { target, change, from, branch, tip } = plan;
  await keepAsItIs(place.checkout);
  if (target.state.filtered) await noteFiltered(place.checkout);
  await writeChange(place, target, change, from.gitFolders);
  await moveHead(place, target.state, { ours: branch, ourTip: tip, left: from.head });
  await writeIndex(place, target.index, target.state.intended);
  for (const name of underWayFiles) {
    const text = target.state.underWay?.[name];
    if (text === undefined) await rm(join(place.checkout.gitDir, name), { force: true });
    else await writeFile(join(place.checkout.gitDir, name), text);
  }
}

/** A snapshot as it is to be put back. */
export interface Target {
  readonly rest: string;
  readonly state: SnapshotState;
  readonly files: readonly Stored[];
  readonly entries: Entries;
  readonly gitFolders: readonly GitFolder[];
  /** The index, as it was listed. */
  readonly index: Buffer;
}

/** Reads what a snapshot, named by its id, would put back. Throws GIT_FAILED when it is none. */
export async function readTarget(place: Place, oid: string): Promise<Target> {
  const { tree, rest } = await partsOf(place, oid);
  const [{ state, index }, files] = await Promise.all([readRest(place, rest), filesOf(place, tree, '')]);
  const gitFolders = [];
  for (const [number, path] of confinedGitFolders(state.gitFolders, files).entries()) {
    gitFolders.push({ path, tree: await treeOf(place, `${rest}^${number + 1}`) });
  }
  return { rest, state, files, entries: entriesOf(files), gitFolders, index };
}

/** Mode and id of every file, by its path. */
type Entries = ReadonlyMap<BytePath, string>;

function entriesOf(files: readonly Entry[]): Entries {
  return new Map(files.map(({ path, mode, oid }) => [path, `${mode} ${oid}`]));
}

/** What on disk differs from that. */
export interface Difference {
  readonly now: Entries;
  readonly gone: readonly BytePath[];
  readonly written: ReadonlySet<BytePath>;
}

function compare(now: Entries, target: Entries): Difference {
  const written = [...target].filter(([path, entry]) => now.get(path) !== entry).map(([path]) => path);
  return { now, gone: [...now.keys()].filter((path) => !target.has(path)), written: new Set(written) };
}

/** What stands where something is to be written and is in no snapshot, because git ignores it. */
async function inTheWay(place: Place, { now, written }: Difference): Promise<BytePath[]> {
  const found = new Set<BytePath>();
  for (const path of written) {
    for (const above of foldersAbove(path)) {
      const stats = await lstat(onDisk(place, above)).catch(() => null);
      if (stats !== null && !stats.isDirectory() && !now.has(above)) found.add(above);
    }
    const stats = await lstat(onDisk(place, path)).catch(() => null);
    if (stats?.isDirectory() && (await holdsMore(place, path, now))) found.add(path);
  }
  return [...found];
}

/** Whether a folder holds files that are not known. */
async function holdsMore(place: Place, folder: BytePath, known: Entries): Promise<boolean> {
  if (known.has(folder)) return false;
  for (const child of await readdir(onDisk(place, folder), { encoding: 'latin1', withFileTypes: true })) {
    const path = `${folder}/${child.name}`;
    if (child.isDirectory() ? await holdsMore(place, path, known) : !known.has(path)) return true;
  }
  return false;
}

async function writeChange(
  place: Place,
  target: Target,
  { gone, written }: Difference,
  gitFolders: readonly GitFolder[],
): Promise<void> {
  const foldersWritten = new Set([...written].flatMap(foldersAbove));
  const stands = (path: BytePath) =>
    foldersWritten.has(path) || foldersAbove(path).some((folder) => written.has(folder));
  // First only what stands where something is to be written: the rest may turn out to be ignored by rules yet to come.
  await removeFiles(place, gone.filter(stands));
  const wanted = target.files.filter((file) => written.has(file.path));
  for (const file of wanted) await emptyAway(place, file.path);
  await writeFiles(place, wanted);
  const left = gone.filter((path) => !stands(path));
  const foldersGone = gitFolders.filter(
    (folder) => !target.gitFolders.some(({ path, tree }) => path === folder.path && tree === folder.tree),
  );
  // The rules say nothing about what the index has.
  const tracked = new Set(splitNul(target.index.toString('latin1')).map((line) => readIndexLine(line).path));
  const asked = left.filter((path) => !tracked.has(path));
  const ignored = await ignoredOf(place, [...asked, ...foldersGone.map(({ path }) => path)]);
  for (const { path } of foldersGone) {
    if (!ignored.has(path)) await rm(onDisk(place, path), { recursive: true, force: true });
  }
  await removeFiles(
    place,
    left.filter((path) => !ignored.has(path)),
  );
  for (const [number, { path, tree }] of target.gitFolders.entries()) {
    if (gitFolders.some((folder) => folder.path === path && folder.tree === tree)) continue;
    await writeGitFolder(place, `${target.rest}^${number + 1}`, path);
  }
}

/** Removes files, and the folders that are empty without them. */
async function removeFiles(place: Place, paths: readonly BytePath[]): Promise<void> {
  const folders = new Set<BytePath>();
  for (const path of paths) {
    // An entry may also be a submodule without files, which is an empty folder.
    await rm(onDisk(place, path), { force: true }).catch(() => rmdir(onDisk(place, path)).catch(() => {}));
    for (const folder of foldersAbove(path)) folders.add(folder);
  }
  for (const folder of [...folders].sort((one, other) => other.length - one.length)) {
    await rmdir(onDisk(place, folder)).catch(() => {});
  }
}

/** Takes away a folder that holds nothing but folders, where a file is to be written. */
async function emptyAway(place: Place, path: BytePath): Promise<void> {
  const stats = await lstat(onDisk(place, path)).catch(() => null);
  if (!stats?.isDirectory()) return;
  for (const name of await readdir(onDisk(place, path), { encoding: 'latin1' })) {
    await emptyAway(place, `${path}/${name}`);
  }
  await rmdir(onDisk(place, path)).catch(() => {});
}

/**
 * Puts HEAD where the snapshot has it. The task's own branch moves with it; any other branch is taken as it is, and
 * without one HEAD is detached. Where they stood is kept by the snapshot of what is left: from anywhere else they are not moved.
 */
async function moveHead(
  place: Place,
  { head, branch }: SnapshotState,
  was: { readonly ours: string; readonly ourTip: string | null; readonly left: string | null },
): Promise<void> {
  const now = await readHead(place);
  const onBranch = now.kind === 'detached' ? null : now.branch;
  if (branch !== null) {
    const ref = `refs/heads/${branch}`;
    const tip = await refOid(place, ref);
    if (head !== null && tip !== head && branch === was.ours) await move(place, ref, head, was.ourTip);
    else if (tip !== head) {
      if (head === null) throw movedOn(place, branch);
      return move(place, 'HEAD', head, was.left);
    }
    if (onBranch !== branch) await runGit(place, ['symbolic-ref', '-m', 'switchyard: back', 'HEAD', ref]);
    return;
  }
  if (head !== null && !(now.kind === 'detached' && now.oid === head)) await move(place, 'HEAD', head, was.left);
}

/** Compare-and-set of a branch, or of HEAD, which is on none then. Throws CONFLICT when it is not where it was. */
async function move(place: Place, ref: string, to: string, from: string | null): Promise<void> {
  const args = ['update-ref', '--no-deref', '-m', 'switchyard: back', ref, to, from ?? '0'.repeat(to.length)];
  const { exitCode, stderr } = await runGit(place, args, { successExitCodes: [1, 128] });
  if (exitCode === 0) return;
  const now = ref === 'HEAD' ? oidOf(await readHead(place)) : await refOid(place, ref);
  const { workTree } = place.checkout;
  if (now === from)
    throw new CodedError('GIT_FAILED', `Could not put ${ref} of ${workTree} back to ${to}: ${stderr.trim()}`, {
      facts: { ref, from, to },
    });
  throw new CodedError(
    'CONFLICT',
    `${ref} of ${workTree} moved while it was put back, so it stays where it is; the files are put back already. Try again: it goes on where it stopped, and what came is kept first.`,
    { facts: { ref, from, to, now } },
  );
}

function movedOn(place: Place, branch: string): CodedError {
  return new CodedError(
    'CONFLICT',
    `Could not put ${place.checkout.workTree} back on ${branch}, which had no commit then and has some now. Go back to another checkpoint.`,
    { facts: { branch } },
  );
}

async function isRebasing({ gitDir }: Checkout): Promise<boolean> {
  const found = await Promise.all(
    ['rebase-merge', 'rebase-apply'].map((name) => lstat(join(gitDir, name)).catch(() => null)),
  );
  return found.some((stats) => stats !== null);
}

function foldersAbove(path: BytePath): BytePath[] {
  const folders = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.push(path.slice(0, at));
  return folders;
}
