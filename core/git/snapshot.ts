import { lstat, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '../contract/errors';
import { captureFiles, type Entry, type GitFolder, writeTree } from './capture';
import type { Checkout, Place } from './checkout';
import { wasFiltered } from './filters';
import { identityVariables } from './identity';
import { captureIgnored } from './ignored';
import { readHead } from './open';
import { readGit, runGit, splitNul } from './run';

/** A worktree's whole state, kept by a ref. */
export interface Snapshot {
  readonly ref: string;
  readonly oid: string;
  /** The tree of all files as they are on disk. */
  readonly tree: string;
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
export async function snapshotWorktree(
  trustedOrNot: Place,
  { ref, at }: { readonly ref: string; readonly at: number },
): Promise<Snapshot> {
  // The repository's own programs have no part in this: filters would change the bytes.
  const place = { ...trustedOrNot, trusted: false };
  const head = await readHead(place);
  const headOid = head.kind === 'unborn' ? null : head.oid;
  const files = await captureFiles(place);
  const index = await captureIndex(place);
  const scratch = await mkdtemp(join(tmpdir(), 'switchyard-snapshot-'));
  try {
    const ignored = await captureIgnored(place, scratch);
    const gitFolders = [...files.gitFolders, ...ignored.gitFolders];
    const state: SnapshotState = {
      version: 1,
      head: headOid,
      branch: head.kind === 'detached' ? null : head.branch,
      gitFolders: gitFolders.map((folder) => folder.path),
      intended: index.intended,
      ignored: ignored.files.length > 0,
      filtered: await wasFiltered(place.checkout),
    };
    const commit = (tree: string, parents: readonly (string | null)[]) => commitTree(place, { tree, parents, at });
    const blob = (input: Buffer) => readGit(place, ['hash-object', '-w', '--no-filters', '--stdin'], { input });
    const staged = index.entries.filter((entry) => entry.stage === '0' && !index.intended.includes(entry.path));
    const stateTree = await writeTree(place, join(scratch, 'state'), [
      { mode: '100644', oid: await blob(Buffer.from(JSON.stringify(state))), path: 'state.json' },
      { mode: '100644', oid: await blob(index.listing), path: 'index' },
      ...index.entries
        .filter((entry) => entry.stage !== '0')
        .map((entry) => ({ ...entry, path: `unmerged/${entry.stage}/${entry.path}` })),
      ...ignored.files.map((entry) => ({ ...entry, path: `ignored/${entry.path}` })),
    ]);
    // Each git folder is a commit of its own: a tree may not be grafted into an index without reading it.
    const folders = [];
    for (const folder of gitFolders) folders.push(await commit(folder.tree, []));
    const oid = await commit(files.tree, [
      headOid,
      await commit(await writeTree(place, join(scratch, 'staged'), staged), [headOid]),
      await commit(stateTree, folders),
    ]);
    await create(place, ref, oid);
    const leftOut = [...files.leftOut, ...ignored.leftOut, ...(await submodulesOf(place.checkout))];
    return { ref, oid, tree: files.tree, ignored: ignored.files, gitFolders, leftOut, notKept: ignored.notKept };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Index {
  /** `ls-files --stage -v -z` as printed. */
  readonly listing: Buffer;
  readonly entries: readonly (Entry & { readonly stage: string })[];
  readonly intended: readonly string[];
}

async function captureIndex(place: Place): Promise<Index> {
  const [{ stdout: listing }, added] = await Promise.all([
    runGit(place, ['ls-files', '-z', '-v', '--stage'], { maxBytes: 1 << 30 }),
    runGit(place, ['diff-files', '-z', '--name-only', '--diff-filter=A', '--ignore-submodules=all']),
  ]);
  return {
    listing,
    entries: splitNul(listing.toString('latin1')).map(readIndexLine),
    intended: splitNul(added.stdout.toString('latin1')),
  };
}

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
