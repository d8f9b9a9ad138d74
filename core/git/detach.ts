import { CodedError } from '../contract/errors';
import type { Place } from './checkout';
import { runGit } from './run';

/** Takes a checkout without edits off its branch and onto a commit. Runs nothing the repository configures. */
export async function detachHead(place: Place, oid: string): Promise<void> {
  // It comes out of the repository, and this command has no way to say that what follows is no option.
  if (!/^[0-9a-f]{40,64}$/.test(oid)) {
    throw new CodedError('GIT_FAILED', `${JSON.stringify(oid)} is no commit to put ${place.checkout.workTree} on.`);
  }
  await runGit({ ...place, trusted: false }, ['checkout', '--quiet', '--detach', oid, '--']);
}
