import { CodedError } from '../contract/errors';
import { taskBranches } from './branch-name';
import { listBranches } from './branches';
import type { Place } from './checkout';
import { known } from './known';
import { refInFiles } from './ref-files';
import { readGit, runGit } from './run';

/** The commit a local branch points at. Throws NO_SUCH_BRANCH with a few that exist. */
export async function resolveBranch(place: Place, name: string): Promise<string> {
  const oid = await refOid(place, `refs/heads/${name}`);
  if (oid !== null) return oid;
  const branches = (await listBranches(place)).map((branch) => branch.name);
  // Nobody means to start a task from the branch of another one.
  const existing = branches.filter((branch) => !branch.startsWith(taskBranches)).slice(0, 8);
  throw new CodedError(
    'NO_SUCH_BRANCH',
    `Looked for the branch ${JSON.stringify(name)} in ${place.checkout.workTree}; there is none. Choose one that exists, for example ${existing.join(', ') || '(there are none)'}.`,
    { facts: { branch: name, existing } },
  );
}

/** What a full ref name points at, or null. The name is never read as an option or a revision expression. */
export async function refOid(place: Place, ref: string): Promise<string | null> {
  const inFiles = await refInFiles(place, ref);
  if (inFiles !== 'unknown') return inFiles;
  const { stdout, exitCode } = await runGit(place, ['show-ref', '--verify', '--hash', '--', ref], {
    successExitCodes: [1, 128],
  });
  return exitCode === 0 ? stdout.toString('utf8').trim() : null;
}

/** The tree of a commit named by its id. */
export async function treeOf(place: Place, oid: string): Promise<string> {
  const args = ['rev-parse', '--verify', '--end-of-options', `${oid}^{tree}`];
  return known(place, `tree ${oid}`, () => readGit(place, args));
}

/** Whether a commit of this id is in the repository. */
export async function hasCommit(place: Place, oid: string): Promise<boolean> {
  return (await runGit(place, ['cat-file', '-e', `${oid}^{commit}`], { successExitCodes: [1, 128] })).exitCode === 0;
}

/** Whether a commit of this id is in the repository and has exactly the files of a tree. */
export async function hasTree(place: Place, oid: string, tree: string): Promise<boolean> {
  return (await hasCommit(place, oid)) && (await treeOf(place, oid)) === tree;
}

/** The first parent of a commit; of one without any the tree of no files, against which all it has is new. */
export async function parentOrNothing(place: Place, commit: string): Promise<string> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^1^{commit}`];
  const { stdout, exitCode } = await runGit(place, args, { successExitCodes: [1, 128] });
  if (exitCode === 0) return stdout.toString('utf8').trim();
  return readGit(place, ['hash-object', '-t', 'tree', '--stdin'], { input: '' });
}
