import type { Place } from './checkout';
import { type Author, type Identity, identityVariables } from './identity';
import { readGit } from './run';
import { listSettings } from './settings';

/**
 * Makes a commit of a tree in the object database and gives its id; nothing points at it yet. It is signed where the
 * owner of a trusted repository has commits signed.
 */
export async function commitTree(
  place: Place,
  commit: {
    readonly tree: string;
    readonly parents: readonly string[];
    readonly message: string;
    readonly identity: Identity;
    /** Who wrote it, when that is not who commits it. */
    readonly author?: Author;
  },
): Promise<string> {
  const sign = (await signs(place)) ? ['-S'] : [];
  const parents = commit.parents.flatMap((oid) => ['-p', oid]);
  return readGit(place, ['commit-tree', ...sign, ...parents, '-F', '-', commit.tree], {
    input: commit.message,
    variables: identityVariables(commit.identity, commit.author),
  });
}

/** Whether the owner of a trusted repository has commits signed. */
async function signs(place: Place): Promise<boolean> {
  if (!place.trusted || !(await listSettings(place)).some(([key]) => key === 'commit.gpgsign')) return false;
  const args = ['config', '--type=bool', '--get', 'commit.gpgSign'];
  return (await readGit(place, args, { successExitCodes: [1] })) === 'true';
}
