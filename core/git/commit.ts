import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../contract/errors';
import { readable } from './capture';
import type { Place, WorktreePlace } from './checkout';
import { passingFilters, wasFiltered } from './filters';
import { gitError } from './git-error';
import { type Identity, identityVariables } from './identity';
import { splitNul } from './nul';
import { readHead } from './open';
import { pathsBetween } from './overlap';
import { resolveBranch, treeOf } from './resolve';
import { readGit, runGit } from './run';

/** What came of asking to commit everything in a worktree. */
export type Committed =
  | { readonly kind: 'committed'; readonly oid: string; readonly files: number }
  /** There was nothing to commit; `oid` is where the branch is. */
  | { readonly kind: 'nothing'; readonly oid: string }
  /** A hook of the trusted repository refused; `output` is what it said. The changes are staged. */
  | { readonly kind: 'refused'; readonly output: string }
  /**
   * These changed files have passed filters of the repository on their way to the disk, and no filter may run now to
   * bring them back to what belongs into a commit. Nothing was done.
   */
  | { readonly kind: 'filtered'; readonly files: readonly string[] }
  /** The worktree is not on the branch expected: on another one, or null for none. Nothing was done. */
  | { readonly kind: 'elsewhere'; readonly branch: string | null };

/**
 * Commits all changes and untracked files that are not ignored, on the branch expected and no other. A trusted
 * repository's hooks and signing take part; of an untrusted one nothing runs. Throws MOVED when the branch moved
 * meanwhile, and whatever git reports.
 */
export async function commitAll(
  place: WorktreePlace,
  commit: {
    readonly branch: string;
    readonly message: string;
    readonly identity: Identity;
    /** What git is to note beside the branch about why it moved, for `commitsFor`. */
    readonly reason?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Committed> {
  const { signal, reason } = commit;
  const head = await readHead(place);
  if (head.kind !== 'branch' || head.branch !== commit.branch) {
    return { kind: 'elsewhere', branch: head.kind === 'branch' ? head.branch : null };
  }
  const changed = await changedFiles(place, signal);
  if (!place.trusted && (await wasFiltered(place.checkout))) {
    const filtered = await passingFilters(place, changed);
    if (filtered.length > 0) return { kind: 'filtered', files: filtered.map(readable) };
  }
  await stage(place, changed, signal);
  const tree = await readGit(place, ['write-tree'], { signal });
  const merging = await mergeHeads(place);
  if (tree === (await treeOf(place, head.oid)) && merging.length === 0) return { kind: 'nothing', oid: head.oid };

  const variables = identityVariables(commit.identity);
  if (place.trusted) {
    const args = ['commit', '--quiet', '--cleanup=whitespace', '--no-status', '-F', '-'];
    const done = await runGit(place, args, {
      input: commit.message,
      variables: reason === undefined ? variables : { ...variables, GIT_REFLOG_ACTION: reason },
      signal,
      successExitCodes: [1, 128],
    });
    if (done.exitCode === 1) return { kind: 'refused', output: `${done.stdout.toString('utf8')}${done.stderr}`.trim() };
    if (done.exitCode !== 0) throw gitError({ where: place, args, exitCode: done.exitCode, stderr: done.stderr });
  } else {
    const parents = [head.oid, ...merging].flatMap((oid) => ['-p', oid]);
    const oid = await readGit(place, ['commit-tree', ...parents, '-F', '-', tree], {
      input: commit.message,
      variables,
      signal,
    });
    const noted = `${reason ?? 'commit'}: ${commit.message.split('\n', 1)[0] ?? ''}`;
    await moveBranch(place, { branch: commit.branch, from: head.oid, to: oid, reason: noted });
    for (const name of ['MERGE_HEAD', 'MERGE_MSG', 'MERGE_MODE', 'CHERRY_PICK_HEAD', 'REVERT_HEAD']) {
      await rm(join(place.checkout.gitDir, name), { force: true });
    }
  }
  const now = await resolveBranch(place, commit.branch);
  return { kind: 'committed', oid: now, files: (await pathsBetween(place, { base: head.oid, head: now })).size };
}

/** The names of all changed and untracked files, each ending with NUL. */
async function changedFiles(place: Place, signal: AbortSignal | undefined): Promise<Buffer> {
  const [changed, untracked] = await Promise.all([
    runGit(place, ['diff-files', '-z', '--name-only', '--ignore-submodules=dirty'], { signal }),
    runGit(place, ['ls-files', '-z', '--others', '--exclude-standard'], { signal }),
  ]);
  // Bytes as they are, not text: a name need not be valid UTF-8. A nested repository is listed as a folder; it has a
  // history of its own and stays out.
  const names = [changed, untracked]
    .flatMap(({ stdout }) => splitNul(stdout.toString('latin1')))
    .filter((name) => !name.endsWith('/'));
  return Buffer.from(names.map((name) => `${name}\0`).join(''), 'latin1');
}

/**
 * Stages files. Not by `git add`, which would run git inside each submodule that is set up, under that submodule's own
 * configuration.
 */
async function stage(place: Place, names: Buffer, signal: AbortSignal | undefined): Promise<void> {
  if (names.length === 0) return;
  await runGit(place, ['update-index', '--add', '--remove', '--replace', '-z', '--stdin'], { input: names, signal });
}

/** The other parents of a merge the agent began in this worktree. */
async function mergeHeads(place: Place): Promise<string[]> {
  const text = await readFile(join(place.checkout.gitDir, 'MERGE_HEAD'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => /^[0-9a-f]{40,64}$/.test(line));
}

async function moveBranch(
  place: Place,
  move: { readonly branch: string; readonly from: string; readonly to: string; readonly reason: string },
): Promise<void> {
  const ref = `refs/heads/${move.branch}`;
  const args = ['update-ref', '--no-deref', '-m', move.reason, ref, move.to, move.from];
  const { exitCode, stderr } = await runGit(place, args, { successExitCodes: [1, 128] });
  if (exitCode === 0) return;
  throw new CodedError(
    'MOVED',
    `The commit ${move.to} was made, but the branch ${move.branch} could not be moved to it from ${move.from}: ${stderr.trim()} Look at the branch, then try again.`,
    { facts: { branch: move.branch, from: move.from, to: move.to } },
  );
}
