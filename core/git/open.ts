import { realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { CodedError } from '../contract/errors';
import type { Checkout } from './checkout';
import type { Git } from './git';
import { gitDirOf } from './links';
import { runGit } from './run';

/** What HEAD is. */
export type Head =
  | { readonly kind: 'branch'; readonly branch: string; readonly oid: string }
  | { readonly kind: 'detached'; readonly oid: string }
  /** On a branch that has no commit yet, while others have. */
  | { readonly kind: 'unborn'; readonly branch: string };

/** A repository found at a path. */
export interface OpenRepository {
  /** The top of the checkout, links resolved. */
  readonly path: string;
  readonly name: string;
  readonly checkout: Checkout;
  readonly head: Head;
  /** The branch checked out, from which new tasks start; null when HEAD is detached or unborn. */
  readonly defaultBranch: string | null;
}

/**
 * Finds the repository a path lies in. Runs nothing the repository configures. Throws NOT_A_REPOSITORY,
 * BARE_REPOSITORY, NO_COMMITS or UNSUPPORTED_REPOSITORY, each saying what was found and what to do.
 */
export async function openRepository(git: Git, path: string): Promise<OpenRepository> {
  const directory = await folder(path);
  const checkout = await discover(git, directory);
  const place = { git, checkout, trusted: false };
  const head = await readHead(place);
  if (head.kind === 'unborn') {
    const { stdout } = await runGit(place, ['for-each-ref', '--count=1', 'refs/heads/']);
    if (stdout.length === 0) {
      throw new CodedError(
        'NO_COMMITS',
        `${checkout.workTree} is a git repository without a commit, so there is nothing to start a task from. Make a first commit, then add it again.`,
        { facts: { path: checkout.workTree } },
      );
    }
  }
  return {
    path: checkout.workTree,
    name: basename(checkout.workTree),
    checkout,
    head,
    defaultBranch: head.kind === 'branch' ? head.branch : null,
  };
}

/** Reads HEAD of a checkout. */
export async function readHead(place: {
  readonly git: Git;
  readonly checkout: Checkout;
  readonly trusted: boolean;
}): Promise<Head> {
  const [symbolic, commit] = await Promise.all([
    runGit(place, ['symbolic-ref', '-q', 'HEAD'], { successExitCodes: [1] }),
    runGit(place, ['rev-parse', '-q', '--verify', 'HEAD^{commit}'], { successExitCodes: [1, 128] }),
  ]);
  const branch = symbolic.stdout
    .toString('utf8')
    .trim()
    .replace(/^refs\/heads\//, '');
  const oid = commit.exitCode === 0 ? commit.stdout.toString('utf8').trim() : '';
  if (symbolic.exitCode === 0) return oid ? { kind: 'branch', branch, oid } : { kind: 'unborn', branch };
  return { kind: 'detached', oid };
}

async function folder(path: string): Promise<string> {
  const real = await realpath(path).catch((cause: unknown) => {
    throw new CodedError('NOT_A_REPOSITORY', `Tried to open ${path}, but there is nothing there. Check the path.`, {
      facts: { path },
      cause,
    });
  });
  if ((await stat(real)).isDirectory()) return real;
  throw new CodedError(
    'NOT_A_REPOSITORY',
    `Tried to open ${path}, but it is a file. Use the folder of a git repository.`,
    { facts: { path } },
  );
}

/** Lets git find the repository from a folder, and checks that the parts it names belong together. */
async function discover(git: Git, directory: string): Promise<Checkout> {
  const where = { git, directory };
  // Asked on its own, so that a folder name with a line end in it cannot shift the answers.
  const ask = async (question: string) => {
    const { stdout, stderr, exitCode } = await runGit(where, ['rev-parse', '--path-format=absolute', question], {
      successExitCodes: [128],
      systemConfiguration: true,
    });
    if (exitCode !== 0) throw refusal(directory, stderr);
    return stdout.toString('utf8').replace(/\n$/, '');
  };
  const gitDir = await ask('--git-dir');
  if ((await ask('--is-bare-repository')) === 'true') {
    throw new CodedError(
      'BARE_REPOSITORY',
      `${directory} is a bare git repository: it has no files to work on. Clone it and add the clone.`,
      { facts: { path: directory } },
    );
  }
  const workTree = await realpath(await ask('--show-toplevel'));
  const commonDir = await realpath(await ask('--git-common-dir'));
  const expected = await gitDirOf(workTree);
  const actual = await realpath(gitDir);
  if (expected !== actual) {
    throw new CodedError(
      'UNSUPPORTED_REPOSITORY',
      `The git folder ${actual} says its files are in ${workTree}, but that folder does not belong to it (core.worktree). Unset core.worktree, then add the repository again.`,
      { facts: { path: directory, gitDir: actual, workTree } },
    );
  }
  return { gitDir: actual, commonDir, workTree };
}

/** What git's refusal to open a folder means for the person. */
function refusal(directory: string, stderr: string): CodedError {
  const facts = { path: directory, stderr: stderr.trim().slice(-2_000) };
  if (/dubious ownership/.test(stderr)) {
    return new CodedError(
      'UNSUPPORTED_REPOSITORY',
      `${directory} belongs to another user of this machine, so git refuses to open it. If you trust that user, run: git config --global --add safe.directory ${quoted(directory)}`,
      { facts },
    );
  }
  if (/not a git repository/.test(stderr)) {
    return new CodedError(
      'NOT_A_REPOSITORY',
      `${directory} is not in a git repository. Use a folder that is, or make it one with git init and a first commit.`,
      { facts },
    );
  }
  if (/must be run in a work tree/.test(stderr)) {
    return new CodedError(
      'NOT_A_REPOSITORY',
      `${directory} is inside the git folder of a repository. Use the folder that holds the files.`,
      { facts },
    );
  }
  return new CodedError(
    'UNSUPPORTED_REPOSITORY',
    `git cannot open the repository at ${directory}: ${facts.stderr} Check it with git status in a terminal.`,
    { facts },
  );
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
