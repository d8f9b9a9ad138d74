import { copyFile, lstat, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '../contract/errors';
import { type BytePath, type Captured, captureFiles, type Entry, type GitFolder, writeTree } from './capture';
import type { Checkout, Place } from './checkout';
import { wasFiltered } from './filters';
import { identityVariables } from './identity';
import { captureIgnored, type Ignored } from './ignored';
import { type Head, readHead } from './open';
import { readGit, runGit, splitNul } from './run';

/** A worktree's whole state, kept by a ref. */
export interface Snapshot {
  readonly ref: string;
  readonly oid: string;
  /** The tree of all files as they are on disk. */
  readonly tree: string;
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
 * byte, nested repositories whole, and ignored files as far as they are small. Index, HEAD and status stay as they are. The ref is created, never moved; WRONG_STATE when it exists.
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
  const index = await captureIndex(place);
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
      intended: index.intended,
      ignored: ignored.files.length > 0,
      filtered: await wasFiltered(place.checkout),
      ...(Object.keys(underWay).length > 0 && { underWay }),
    };
    const commit = (tree: string, parents: readonly (string | null)[]) => commitTree(place, { tree, parents, at });
    const stateTree = await writeState(place, scratch, { state, index, ignored: ignored.files });
    // Each git folder is a commit of its own: a tree may not be grafted into an index without reading it.
    const folders = [];
    for (const folder of gitFolders) folders.push(await commit(folder.tree, []));
    const stagedTree = await writeStaged(place, scratch, index);
    const kept = new Set([...keep, ...commitsIn(underWay)].filter((commit) => commit !== headOid));
    const oid = await commit(files.tree, [
      headOid,
      await commit(stagedTree, [headOid]),
      ...kept,
      await commit(stateTree, folders),
    ]);
    await create(place, ref, oid);
    const leftOut = [...files.leftOut, ...ignored.leftOut, ...(await submodulesOf(place.checkout))];
    return {
      ...{ ref, oid, tree: files.tree, head: headOid, staged: stagedTree },
      ...{ ignored: ignored.files, gitFolders, leftOut, notKept: ignored.notKept },
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Writes what a snapshot says beside files and index as a tree. */
async function writeState(
  place: Place,
  scratch: string,
  what: { readonly state: SnapshotState; readonly index: Index; readonly ignored: readonly Entry[] },
): Promise<string> {
  const { state, index, ignored } = what;
  const paths = [join(scratch, 'state.json'), join(scratch, 'index')] as const;
  await Promise.all([writeFile(paths[0], JSON.stringify(state)), writeFile(paths[1], index.listing)]);
  const args = ['hash-object', '-w', '--no-filters', '--', ...paths];
  const [stateOid = '', indexOid = ''] = (await readGit(place, args)).split('\n');
  const entries = [
    { mode: '100644', oid: indexOid, path: 'index' },
    { mode: '100644', oid: stateOid, path: 'state.json' },
    ...index.entries
      .filter((entry) => entry.stage !== '0')
      .map((entry) => ({ ...entry, path: `unmerged/${entry.stage}/${entry.path}` })),
    ...ignored.map((entry) => ({ ...entry, path: `ignored/${entry.path}` })),
  ];
  if (entries.length > 2) return writeTree(place, join(scratch, 'state'), entries);
  const input = entries.map(({ mode, oid, path }) => `${mode} blob ${oid}\t${path}\0`).join('');
  return readGit(place, ['mktree', '-z'], { input });
}

/** Writes what is staged as a tree, by way of a copy of the index: git would note the tree in the index itself. */
async function writeStaged(place: Place, scratch: string, index: Index): Promise<string> {
  const indexFile = join(scratch, 'staged');
  const copied = await copyFile(join(place.checkout.gitDir, 'index'), indexFile).then(
    () => true,
    () => false,
  );
  const args = ['write-tree', '--missing-ok'];
  const written = copied ? await runGit(place, args, { indexFile, successExitCodes: [128] }) : null;
  if (written?.exitCode === 0) return written.stdout.toString('utf8').trim();
  // Where a merge left several stages of a file there is no tree of all.
  const staged = index.entries.filter((entry) => entry.stage === '0' && !index.intended.includes(entry.path));
  return writeTree(place, indexFile, staged);
}

const nothingIgnored: Ignored = { files: [], gitFolders: [], leftOut: [], notKept: [] };

/** The files by which git knows of a merge, cherry-pick or revert under way in one checkout. */
export const underWayFiles = ['MERGE_HEAD', 'MERGE_MSG', 'MERGE_MODE', 'CHERRY_PICK_HEAD', 'REVERT_HEAD'] as const;

async function readUnderWay({ gitDir }: Checkout): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of underWayFiles) {
    const text = await readFile(join(gitDir, name), 'utf8').catch(() => null);
    if (text !== null) found[name] = text;
  }
  return found;
}

function commitsIn(underWay: Readonly<Record<string, string>>): string[] {
  const heads = Object.entries(underWay).filter(([name]) => name.endsWith('_HEAD'));
  return heads.flatMap(([, text]) => text.split('\n').filter((line) => /^[0-9a-f]{40,64}$/.test(line)));
}

interface Index {
  /** `ls-files --stage -v -z` as printed. */
  readonly listing: Buffer;
  readonly entries: readonly (Entry & { readonly stage: string })[];
  readonly intended: readonly string[];
}

async function captureIndex(place: Place): Promise<Index> {
  const { stdout: listing } = await runGit(place, ['ls-files', '-z', '-v', '--stage'], { maxBytes: 1 << 30 });
  const entries = splitNul(listing.toString('latin1')).map(readIndexLine);
  // What is only intended is listed as empty; most worktrees have nothing of the kind, and are spared the comparison.
  if (!entries.some(({ oid }) => emptyBlobs.includes(oid))) return { listing, entries, intended: [] };
  const args = ['diff-files', '-z', '--name-only', '--diff-filter=A', '--ignore-submodules=all'];
  const { stdout: added } = await runGit(place, args);
  return { listing, entries, intended: splitNul(added.toString('latin1')) };
}

/** The id of a file without bytes, in either format of ids. */
const emptyBlobs: readonly string[] = [
  'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
];

/** One line of `ls-files --stage -v`: a letter for the flags, mode, id, stage and path. */
export function readIndexLine(line: string): Entry & { readonly flag: string; readonly stage: string } {
  const tab = line.indexOf('\t');
  const [flag = '', mode = '', oid = '', stage = ''] = line.slice(0, tab).split(' ');
  return { flag, mode, oid, stage, path: line.slice(tab + 1) };
}

async function commitTree(
  place: Place,
  commit: { readonly tree: string; readonly parents: readonly (string | null)[]; readonly at: number },
): Promise<string> {
  // Without the sign git reads a small number as a year or an hour.
  const seconds = `@${Math.floor(commit.at / 1000)} +0000`;
  const parents = commit.parents.filter((parent): parent is string => parent !== null).flatMap((oid) => ['-p', oid]);
  return readGit(place, ['commit-tree', ...parents, '-m', 'switchyard backup', commit.tree], {
    variables: {
      ...identityVariables({ name: 'Switchyard', email: 'switchyard@localhost' }),
      GIT_AUTHOR_DATE: seconds,
      GIT_COMMITTER_DATE: seconds,
    },
  });
}

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
