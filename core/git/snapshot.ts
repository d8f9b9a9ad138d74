import { copyFile, lstat, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '../contract/errors';
import { type Captured, captureFiles, type GitFolder, type Index, type IndexEntry, readable, treesIn } from './capture';
import type { Checkout, Place } from './checkout';
import { wasFiltered } from './filters';
import { captureIgnored, type Ignored } from './ignored';
import { splitNul } from './nul';
import { type NewObject, newObject, writeObjects } from './objects';
import { type Head, readHead } from './open';
import { runGit } from './run';
import { type BytePath, type Entry, makeTrees, type Trees } from './trees';
import { commitsIn, readUnderWay } from './under-way';
import { unstoredIn } from './unstored';

/** A worktree's whole state, kept by a ref. */
export interface Snapshot {
  readonly ref: string;
  readonly oid: string;
  /** The tree of all files as they are on disk. */
  readonly tree: string;
  /** The files of that tree. */
  readonly files: readonly Entry[];
  /** The commit HEAD pointed at; null when there was none. */
  readonly head: string | null;
  /** The tree of what was staged. */
  readonly staged: string;
  /** The ignored files it keeps. */
  readonly ignored: readonly Entry[];
  /** The git folders of repositories nested in it, ignored ones among them. */
  readonly gitFolders: readonly GitFolder[];
  /** What could not be stored, one line each; empty when the snapshot is complete. */
  readonly leftOut: readonly string[];
  /** Ignored files and folders it does not keep because they are large, by name; losing them is no reason to stop. */
  readonly notKept: readonly string[];
}

/** What a snapshot says beside files and index; stored as `state.json`. */
export interface SnapshotState {
  readonly version: 1;
  /** The commit HEAD pointed at; null when there was none. */
  readonly head: string | null;
  /** The branch checked out; null when HEAD was detached. */
  readonly branch: string | null;
  /** The paths of nested `.git` folders, in the order of the trees `git-folders/0`, `git-folders/1` … */
  readonly gitFolders: readonly string[];
  /** Paths added with intent only, one character for each byte. */
  readonly intended: readonly string[];
  /** Whether the tree `ignored` holds ignored files; left out by snapshots that never did. */
  readonly ignored?: boolean;
  /** Whether the files on disk had passed filters. */
  readonly filtered?: boolean;
  /** What git noted of a merge, cherry-pick or revert that was under way, by the names of its files. */
  readonly underWay?: Readonly<Record<string, string>>;
}

/** What a snapshot is to hold beside files and index, and where. */
export interface SnapshotOptions {
  readonly ref: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** False leaves ignored files out. */
  readonly ignored?: boolean;
  /** Files that are kept even when git ignores them, as far as they are there. */
  readonly also?: readonly BytePath[];
  /** What HEAD is, read a moment ago. */
  readonly head?: Head;
  /** The files as they were stored a moment ago. */
  readonly files?: Captured;
  /** Commits that the snapshot is to keep although its worktree is not at them. */
  readonly keep?: readonly string[];
}

/** The ref that keeps a task's state at a time (epoch milliseconds). */
export function backupRef(task: number, at: number): string {
  return `refs/switchyard/backup/${task}/${at}`;
}

/**
 * Stores the whole state of a worktree: HEAD, index, staged, unstaged and untracked files, bits and links, byte for
 * byte, nested repositories whole, and ignored files as far as they are small. Folders without files are not in it. Index, HEAD and status stay as they are. The ref is created, never moved; WRONG_STATE when it exists.
 *
 * The commit's tree is the files on disk; its parents are HEAD, a commit of the index, and a commit of the rest.
 */
export async function snapshotWorktree(trustedOrNot: Place, options: SnapshotOptions): Promise<Snapshot> {
  const { ref, at, also = [], keep = [] } = options;
  // The repository's own programs have no part in this: filters would change the bytes.
  const place = { ...trustedOrNot, trusted: false };
  const head = options.head ?? (await readHead(place));
  const headOid = head.kind === 'unborn' ? null : head.oid;
  const files = options.files ?? (await captureFiles(place, also));
  const intended = await intendedIn(place, files.index);
  const isAsStaged = files.isAsStaged && intended.length === 0;
  const scratch = await mkdtemp(join(tmpdir(), 'switchyard-snapshot-'));
  try {
    const ignored = options.ignored === false ? nothingIgnored : await captureIgnored(place, scratch);
    const underWay = await readUnderWay(place.checkout);
    const gitFolders = [...files.gitFolders, ...ignored.gitFolders];
    const state: SnapshotState = {
      version: 1,
      head: headOid,
      branch: head.kind === 'detached' ? null : head.branch,
      gitFolders: gitFolders.map((folder) => folder.path),
      intended,
      ignored: ignored.files.length > 0,
      filtered: await wasFiltered(place.checkout),
      ...(Object.keys(underWay).length > 0 && { underWay }),
    };
    const like = files.tree;
    const unstored = isAsStaged ? nothingUnstored : await unstoredIn(place, files, intended);
    const index = { ...files.index, entries: files.index.entries.filter((entry) => !unstored.has(entry)) };
    const rest = await makeRest({ state, index, ignored: ignored.files, like });
    const isWhole = unstored.size === 0;
    const inIndex = isAsStaged ? asFiles(files) : await treesOfIndex(place, scratch, { index, intended, isWhole });
    // Each git folder is a commit of its own: a tree may not be grafted into an index without reading it.
    const folders = gitFolders.map(({ tree }) => makeCommit({ tree, parents: [], at }));
    const above = headOid === null ? [] : [headOid];
    const staged = makeCommit({ tree: inIndex.oid, parents: above, at });
    const restCommit = makeCommit({ tree: rest.oid, parents: folders.map(({ oid }) => oid), at });
    const kept = [...keep, ...(await commitsIn(place, underWay))];
    const parents = new Set([...above, staged.oid, ...kept, restCommit.oid]);
    const whole = makeCommit({ tree: files.tree, parents: [...parents], at });
    const trees = [...files.trees, ...inIndex.objects, ...rest.objects];
    await store(place, trees, [...folders, staged, restCommit, whole]);
    const { oid } = whole;
    await create(place, ref, oid);
    const leftOut = [
      ...files.leftOut,
      ...ignored.leftOut,
      ...new Set([...unstored].map(({ path }) => `${readable(path)}: what is staged of it is not in the repository`)),
      ...(await submodulesOf(place.checkout)),
    ];
    return {
      ...{ ref, oid, tree: files.tree, files: files.files, head: headOid, staged: inIndex.oid },
      ...{ ignored: ignored.files, gitFolders, leftOut, notKept: ignored.notKept },
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What a snapshot says beside files and index, as the tree that is to hold it and the files of that tree. */
async function makeRest(what: {
  readonly state: SnapshotState;
  readonly index: Index;
  readonly ignored: readonly Entry[];
  readonly like: string;
}): Promise<Trees> {
  const { state, index, ignored, like } = what;
  const listing = newObject('blob', index.listing, like);
  const said = newObject('blob', Buffer.from(JSON.stringify(state)), like);
  const unmerged = index.entries.filter((entry) => entry.stage !== '0');
  const { oid, objects } = await makeTrees(
    [
      { mode: '100644', oid: listing.oid, path: 'index' },
      { mode: '100644', oid: said.oid, path: 'state.json' },
      ...unmerged.map((entry) => ({ ...entry, path: `unmerged/${entry.stage}/${entry.path}` })),
      ...ignored.map((entry) => ({ ...entry, path: `ignored/${entry.path}` })),
    ],
    like,
  );
  return { oid, objects: [listing, said, ...objects] };
}

/** A commit of a snapshot. */
function makeCommit({ tree, parents, at }: CommitParts): NewObject {
  const who = `Switchyard <switchyard@localhost> ${Math.floor(at / 1000)} +0000`;
  const lines = [`tree ${tree}`, ...parents.map((oid) => `parent ${oid}`), `author ${who}`, `committer ${who}`];
  return newObject('commit', Buffer.from(`${lines.join('\n')}\n\nswitchyard backup\n`), tree);
}

interface CommitParts {
  readonly tree: string;
  readonly parents: readonly string[];
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The tree of an index that has all its files on disk, and nothing else. */
function asFiles({ tree }: Captured): Trees {
  return { oid: tree, objects: [] };
}

/** What is staged as a tree, by way of a copy of the index: git would note the tree in the index itself. */
async function treesOfIndex(
  place: Place,
  scratch: string,
  {
    index,
    intended,
    isWhole,
  }: { readonly index: Index; readonly intended: readonly BytePath[]; readonly isWhole: boolean },
): Promise<Trees> {
  const indexFile = join(scratch, 'staged');
  const copied =
    isWhole &&
    (await copyFile(join(place.checkout.gitDir, 'index'), indexFile).then(
      () => true,
      () => false,
    ));
  const args = ['write-tree', '--missing-ok'];
  const written = copied ? await runGit(place, args, { indexFile, successExitCodes: [128] }) : null;
  if (written?.exitCode === 0) return { oid: written.stdout.toString('utf8').trim(), objects: [] };
  // Where a merge left several stages of a file there is no tree of all, and what is not there to be kept is in none.
  return treesIn(
    place,
    index.entries.filter((entry) => entry.stage === '0' && !intended.includes(entry.path)),
  );
}

const nothingUnstored: ReadonlySet<IndexEntry> = new Set();

const nothingIgnored: Ignored = { files: [], gitFolders: [], leftOut: [], notKept: [] };

/**
 * Stores what a snapshot is made of. Its commits are never stored when something they name is not there; its trees are, under
 * whatever names.
 */
async function store(place: Place, trees: readonly NewObject[], commits: readonly NewObject[]): Promise<void> {
  try {
    await writeObjects(place, [...trees, ...commits]);
  } catch (cause) {
    if (!(cause instanceof CodedError) || cause.code !== 'GIT_FAILED') throw cause;
    await writeObjects(place, trees, { asIs: true });
    await writeObjects(place, commits);
  }
}

/** The paths that are in the index with intent only. */
async function intendedIn(place: Place, { entries }: Index): Promise<readonly BytePath[]> {
  // What is only intended is listed as empty; most worktrees have nothing of the kind, and are spared the comparison.
  if (!entries.some(({ oid }) => emptyBlobs.includes(oid))) return [];
  const args = ['diff-files', '-z', '--name-status', '--diff-filter=AD', '--ignore-submodules=all'];
  const found = splitNul((await runGit(place, args)).stdout.toString('latin1'));
  const intended: BytePath[] = [];
  const gone = new Set<BytePath>();
  for (let at = 0; at + 1 < found.length; at += 2) {
    const path = found[at + 1] ?? '';
    if (found[at] === 'A') intended.push(path);
    else gone.add(path);
  }
  const unclear = entries.filter(({ oid, path }) => gone.has(path) && emptyBlobs.includes(oid));
  if (unclear.length === 0) return intended;
  // Without its file one that was only intended looks like any that is gone; it is staged only when git is told to see it so.
  const staged = async (seen: 'visible' | 'invisible') => {
    const against = [
      'diff-index',
      '--cached',
      `--ita-${seen}-in-index`,
      '-z',
      '--name-only',
      '--diff-filter=A',
      'HEAD',
    ];
    const { stdout } = await runGit(place, against, { successExitCodes: [128] });
    return new Set(splitNul(stdout.toString('latin1')));
  };
  const [seen, unseen] = [await staged('visible'), await staged('invisible')];
  return [...intended, ...unclear.map(({ path }) => path).filter((path) => seen.has(path) && !unseen.has(path))];
}

/** The id of a file without bytes, in either format of ids. */
const emptyBlobs: readonly string[] = [
  'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
];

async function create(place: Place, ref: string, oid: string): Promise<void> {
  const args = ['update-ref', '--no-deref', ref, oid, '0'.repeat(oid.length)];
  const { exitCode, stderr } = await runGit(place, args, { successExitCodes: [1, 128] });
  if (exitCode === 0) return;
  throw new CodedError(
    'WRONG_STATE',
    `Could not keep the state of ${place.checkout.workTree} at ${ref}: ${stderr.trim()} Take the snapshot under another name.`,
    { facts: { ref, oid } },
  );
}

/** Submodules set up in a worktree keep commits where only this worktree sees them; these are not in the snapshot. */
async function submodulesOf(checkout: Checkout): Promise<string[]> {
  const modules = await lstat(join(checkout.gitDir, 'modules')).catch(() => null);
  return modules === null || checkout.gitDir === checkout.commonDir
    ? []
    : ['The submodules set up in this worktree keep commits of their own, which a snapshot cannot hold.'];
}
