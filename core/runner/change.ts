import { hostname, userInfo } from 'node:os';
import { CodedError } from '../contract/errors';
import type { ChangeSize } from '../contract/task';
import type { Place, WorktreePlace } from '../git/checkout';
import { commitAll } from '../git/commit';
import { changeSize, mergeBase } from '../git/diff';
import { fallbackIdentity, type Identity, readIdentity } from '../git/identity';
import type { TaskWork } from '../store/task-work';
import { originOf } from './origin';

/** What the agent's work came to. */
export type Change =
  | {
      readonly kind: 'committed';
      /** The commit made of what the agent had not committed itself; null when nothing was left. */
      readonly commit: { readonly oid: string; readonly subject: string; readonly files: number } | null;
      /** Where the branch is. */
      readonly head: string;
      /** The whole branch against where it left its base. */
      readonly size: ChangeSize;
      readonly notices: readonly string[];
    }
  | { readonly kind: 'refused'; readonly error: string };

/** Commits what the agent left uncommitted on the task's branch, in the person's name, and measures the whole change. */
export async function commitChange(
  place: WorktreePlace,
  task: TaskWork,
  how: Pick<Parameters<typeof commitAll>[1], 'branch' | 'message' | 'reason'> & { readonly signal: AbortSignal },
): Promise<Change> {
  const { branch, message } = how;
  const { identity, notices } = await identityFor(place);
  const done = await commitAll(place, { ...how, identity });
  if (done.kind === 'refused') {
    const error = `A hook of ${task.repository.name} refused to commit the change, which is still in the worktree. It said: ${done.output}`;
    return { kind: 'refused', error };
  }
  if (done.kind === 'filtered') {
    const files = done.files.length > 3 ? `${done.files.length} files` : done.files.join(', ');
    const error = `The change was not committed and is still in the worktree: ${files} must pass a filter of ${task.repository.name} first, and its programs may not run, because the change touches what they are. Retry to be asked about that.`;
    return { kind: 'refused', error };
  }
  if (done.kind === 'elsewhere') {
    const where = done.branch === null ? 'no branch' : `the branch ${done.branch}`;
    const error = `The agent left its worktree on ${where} instead of ${branch}, so its change was not committed. Check out ${branch} in ${place.checkout.workTree}, then retry.`;
    return { kind: 'refused', error };
  }
  const base = await mergeBase(place, await originOf(place, task), done.oid);
  if (base === null) {
    throw new CodedError(
      'CONFLICT',
      `${branch} no longer shares history with ${task.base}, so they cannot be compared. Retry, or discard the task.`,
    );
  }
  const size = await changeSize(place, { base, head: done.oid });
  const subject = message.split('\n', 1)[0] ?? '';
  const commit = done.kind === 'nothing' ? null : { oid: done.oid, subject, files: done.files };
  return { kind: 'committed', commit, head: done.oid, size, notices };
}

/** Who commits are by: the person as git knows them, else the account on this machine, which is then said. */
export async function identityFor(place: Place): Promise<{ identity: Identity; notices: string[] }> {
  const known = await readIdentity(place);
  if (known) return { identity: known, notices: [] };
  const identity = fallbackIdentity(userInfo().username, hostname());
  const notice = `Git knows no name and address for you, so commits are by ${identity.name} <${identity.email}>. Set yours with: git config --global user.name "…" and git config --global user.email "…"`;
  return { identity, notices: [notice] };
}
