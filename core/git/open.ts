import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CodedError } from '../contract/errors';
import type { Checkout, Place } from './checkout';
import { foundBefore, rememberFound } from './found-before';
import type { Git } from './git';
import { gitDirOf } from './links';
import { headInFiles, withoutEnd } from './ref-files';
import { refOid } from './resolve';
import { type RunResult, runGit } from './run';

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
  const { checkout, head } = (await openAgain(git, directory)) ?? (await openFirst(git, directory));
  if (head.kind === 'unborn') {
    const { stdout } = await runGit({ git, checkout, trusted: false }, ['for-each-ref', '--count=1', 'refs/heads/']);
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

/** What is opened: the parts of a repository's checkout, and what HEAD is there. */
type Opened = Pick<OpenRepository, 'checkout' | 'head'>;

/** A repository that was found from this folder before and is all there still; null where git has to look for it. */
async function openAgain(git: Git, directory: string): Promise<Opened | null> {
  const checkout = await foundBefore(git, directory);
  const head = checkout && (await headByFiles({ git, checkout, trusted: false }));
  return head && { checkout, head };
}

async function openFirst(git: Git, directory: string): Promise<Opened> {
  const { checkout, told } = await discover(git, directory);
  const place = { git, checkout, trusted: false };
  return { checkout, head: (told && (await headOf(place, told))) ?? (await readHead(place)) };
}

/** Reads HEAD of a checkout. */
export async function readHead(place: Place): Promise<Head> {
  const head = await headByFiles(place);
  if (head !== null) return head;
  const { stdout, exitCode } = await runGit(place, ['rev-parse', 'HEAD^{commit}', '--symbolic-full-name', 'HEAD'], {
    successExitCodes: [1, 128],
  });
  const [oid = '', ref = '', rest] = stdout.toString('utf8').split('\n');
  const told = exitCode === 0 && rest === '' ? await headOf(place, { oid, ref }) : null;
  return told ?? readHeadInParts(place);
}

async function headByFiles(place: Place): Promise<Head | null> {
  const found = await headInFiles(place);
  if (found === null) return null;
  const { ref, oid } = found;
  return ref === null ? { kind: 'detached', oid } : { kind: 'branch', branch: branchOf(ref), oid };
}

/** What git says of HEAD when it is asked for its commit and its ref. */
interface Told {
  readonly oid: string;
  readonly ref: string;
}

/**
 * What HEAD is by that; null when it was said of something else: where HEAD has no commit git looks for other refs of that
 * name, and these may stand for any branch.
 */
async function headOf(place: Place, { oid, ref }: Told): Promise<Head | null> {
  if (!/^[0-9a-f]{40,64}$/.test(oid)) return null;
  if ((await written(place)) !== (ref === 'HEAD' ? oid : `ref: ${ref}`)) return null;
  return ref === 'HEAD' ? { kind: 'detached', oid } : { kind: 'branch', branch: branchOf(ref), oid };
}

/** What HEAD says by itself; empty where it is kept in no file of its own. */
async function written({ checkout }: Place): Promise<string> {
  return withoutEnd(await readFile(join(checkout.gitDir, 'HEAD'), 'utf8').catch(() => ''));
}

/** The same of a HEAD without a commit, or one whose name something else has as well. */
async function readHeadInParts(place: Place): Promise<Head> {
  const symbolic = await runGit(place, ['symbolic-ref', '-q', 'HEAD'], { successExitCodes: [1] });
  const ref = symbolic.exitCode === 0 ? withoutEnd(symbolic.stdout.toString('utf8')) : null;
  const tip = ref === null ? 'HEAD' : await refOid(place, ref);
  const args = ['rev-parse', '-q', '--verify', `${tip}^{commit}`];
  const commit = tip === null ? null : await runGit(place, args, { successExitCodes: [1, 128] });
  const oid = commit?.exitCode === 0 ? commit.stdout.toString('utf8').trim() : '';
  if (ref === null) return { kind: 'detached', oid };
  return oid ? { kind: 'branch', branch: branchOf(ref), oid } : { kind: 'unborn', branch: branchOf(ref) };
}

function branchOf(ref: string): string {
  return ref.replace(/^refs\/heads\//, '');
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

/**
 * Lets git find the repository from a folder, and checks that the parts it names belong together. What HEAD is comes with it
 * when all could be asked at once.
 */
async function discover(
  git: Git,
  directory: string,
): Promise<{ readonly checkout: Checkout; readonly told: Told | null }> {
  const atOnce = await askAtOnce(git, directory);
  const found = atOnce?.checkout ?? (await askOneByOne(git, directory));
  const workTree = await realpath(found.workTree);
  const commonDir = await realpath(found.commonDir);
  const expected = await gitDirOf(workTree);
  const actual = await realpath(found.gitDir);
  if (expected !== actual) {
    throw new CodedError(
      'UNSUPPORTED_REPOSITORY',
      `The git folder ${actual} says its files are in ${workTree}, but that folder does not belong to it (core.worktree). Unset core.worktree, then add the repository again.`,
      { facts: { path: directory, gitDir: actual, workTree } },
    );
  }
  const checkout = { gitDir: actual, commonDir, workTree };
  await rememberFound(git, directory, checkout);
  return { checkout, told: atOnce?.told ?? null };
}

const questions = ['--is-bare-repository', '--git-dir', '--git-common-dir', '--show-toplevel'] as const;

const ofHead = ['HEAD^{commit}', '--symbolic-full-name', 'HEAD'] as const;

/** The answers of one command; null where they cannot be told apart because a path has a line end in it, or one is refused. */
async function askAtOnce(
  git: Git,
  directory: string,
): Promise<{ readonly checkout: Checkout; readonly told: Told } | null> {
  const { stdout, exitCode } = await ask(git, directory, [...questions, ...ofHead]);
  const lines = stdout.toString('utf8').split('\n');
  const [bare, gitDir, commonDir, workTree, oid, ref, rest] = lines;
  if (exitCode !== 0 || lines.length !== questions.length + 3 || rest !== '' || bare !== 'false') return null;
  return gitDir && commonDir && workTree && oid && ref
    ? { checkout: { gitDir, commonDir, workTree }, told: { oid, ref } }
    : null;
}

/** The same answers, each whole whatever is in it, and each refusal with its reason. */
async function askOneByOne(git: Git, directory: string): Promise<Checkout> {
  const answer = async (question: (typeof questions)[number]) => {
    const { stdout, stderr, exitCode } = await ask(git, directory, [question]);
    if (exitCode !== 0) throw refusal(directory, stderr);
    return stdout.toString('utf8').replace(/\n$/, '');
  };
  const gitDir = await answer('--git-dir');
  if ((await answer('--is-bare-repository')) === 'true') {
    throw new CodedError(
      'BARE_REPOSITORY',
      `${directory} is a bare git repository: it has no files to work on. Clone it and add the clone.`,
      { facts: { path: directory } },
    );
  }
  return { gitDir, workTree: await answer('--show-toplevel'), commonDir: await answer('--git-common-dir') };
}

function ask(git: Git, directory: string, about: readonly string[]): Promise<RunResult> {
  return runGit({ git, directory }, ['rev-parse', '--path-format=absolute', ...about], {
    successExitCodes: [128],
    systemConfiguration: true,
  });
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
