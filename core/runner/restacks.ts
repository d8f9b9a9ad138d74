import { CodedError } from '../contract/errors';
import type { WorktreePlace } from '../git/checkout';
import { isAncestor, listChanges } from '../git/diff';
import { noteFiltered, passingFilters, wasFiltered } from '../git/filters';
import { completeLanding, type NotLanded, publish } from '../git/land';
import { readHead } from '../git/open';
import { reclaimWorktree } from '../git/reclaim';
import { clearStaleLocks } from '../git/recover';
import { refOid } from '../git/resolve';
import { keepForStack } from '../git/restack-ref';
import { finishRestack, type Restack, restackUnderWay } from '../store/restacks';
import { type TaskWork, taskWork } from '../store/task-work';
import { patchTask } from '../store/tasks';
import { worktreeOf } from '../store/worktrees';
import type { Deps } from './deps';
import { sizeAt } from './measure';
import { type RepositoryPlace, repositoryPlace } from './place';
import { inTaskPlace } from './processes';
import { trustedWithoutAsking } from './trust';

type Needs = Pick<Deps, 'db' | 'writer' | 'git' | 'announce' | 'now' | 'log' | 'owner'>;

/** Where a task's branch is moved. */
interface Where {
  readonly repository: RepositoryPlace;
  /** Its worktree; the repository's own checkout when that is gone, where nothing but the branch moves. */
  readonly at: WorktreePlace;
}

/** Where a task's branch can be moved now, or why it cannot, a sentence. */
export async function whereToMove(
  deps: Pick<Deps, 'db' | 'git'>,
  work: TaskWork,
  change: { readonly base: string; readonly head: string },
): Promise<Where | { readonly reason: string }> {
  const repository = await repositoryPlace(deps.git, work.repository);
  const row = worktreeOf(deps.db, work.id);
  const found = row?.state === 'ready' ? await reclaimWorktree(repository, row.path) : null;
  if (found?.kind === 'broken') return { reason: found.reason };
  if (row === undefined || found?.kind !== 'usable') {
    return { repository, at: { git: deps.git, checkout: repository.checkout, trusted: false } };
  }
  const worktree = { git: deps.git, checkout: found.checkout, trusted: false } as const;
  const head = await readHead(worktree);
  if (head.kind !== 'branch' || head.branch !== row.branch) {
    return { reason: `Its worktree ${row.path} is not on its branch. Check out ${row.branch} there.` };
  }
  const trusted = await trustedWithoutAsking(worktree, repository);
  const at = { ...worktree, trusted };
  const filtered = await filteredIn(at, change);
  if (filtered.length > 0 && !trusted) {
    return {
      reason: `${filtered.slice(0, 5).join(', ')} must pass a filter of the repository, whose programs may not run there, because the change brings some you were not asked about.`,
    };
  }
  if (filtered.length > 0) await noteFiltered(at.checkout);
  return { repository, at };
}

/** The files that would pass a filter on their way to the disk. */
async function filteredIn(at: WorktreePlace, { base, head }: { readonly base: string; readonly head: string }) {
  if (!at.trusted && !(await wasFiltered(at.checkout))) return [];
  const paths = (await listChanges(at, { base, head })).map(({ path }) => path);
  return passingFilters(at, Buffer.from(paths.map((path) => `${path}\0`).join('')));
}

/** Moves branch and worktree of a task as an intent says, and keeps that it is done; else says why nothing moved. */
export async function carryOutRestack(
  deps: Needs,
  work: TaskWork,
  { repository, at }: Where,
  restack: Restack,
): Promise<NotLanded | null> {
  await keepForStack(repository, { task: work.id, name: `restack-${restack.id}`, oid: restack.oldHead });
  const move = moveOf(restack, work.branch ?? '');
  const end = await inTaskPlace(deps, work.id, at, (owned) =>
    publish(owned, { ...move, reason: 'switchyard: restacked', hooks: false }),
  ).catch(async (cause: unknown) => {
    // The branch may have moved, and its files not all: what can be finished is.
    if ((await settleRestack(deps, work.id)) !== 'done') throw cause;
    return null;
  });
  if (end === null) return null;
  await finish(deps, restack, { repository, head: end.kind === 'landed' ? restack.newHead : null });
  return end.kind === 'landed' ? null : end;
}

/**
 * Finishes or forgets a restack that was cut short, before anything else happens to the task. `open` while something is at
 * work in its worktree: then the next look does. With `ownerDead` whoever began it is gone, and so its locks may go.
 */
export async function settleRestack(
  deps: Needs,
  task: number,
  { ownerDead = false } = {},
): Promise<'none' | 'done' | 'abandoned' | 'open'> {
  const restack = restackUnderWay(deps.db, task);
  if (restack === undefined) return 'none';
  const work = taskWork(deps.db, task);
  const repository = await repositoryPlace(deps.git, work.repository);
  const row = worktreeOf(deps.db, task);
  const found = row?.state === 'ready' ? await reclaimWorktree(repository, row.path) : null;
  if (row !== undefined) await clearStaleLocks(repository, { ...row, ownerDead });
  const checkout = found?.kind === 'usable' ? found.checkout : repository.checkout;
  const worktree = { git: deps.git, checkout, trusted: false } as const;
  const trusted = found?.kind === 'usable' ? await trustedWithoutAsking(worktree, repository) : false;
  const move = moveOf(restack, work.branch ?? '');
  const end = await inTaskPlace(deps, task, { ...worktree, trusted }, (owned) => completeLanding(owned, move));
  if (end.kind === 'busy') return 'open';
  const head = await standing(repository, move);
  await finish(deps, restack, { repository, head });
  return head === null ? 'abandoned' : 'done';
}

/** The same before a person or an agent goes on with the task. Throws CHECKOUT_IN_THE_WAY, saying what to mend, while it cannot be ended. */
export async function endRestack(deps: Needs, task: number): Promise<void> {
  const end = await settleRestack(deps, task).catch((cause: unknown) => reasonOf(cause));
  if (end === 'none' || end === 'done' || end === 'abandoned') return;
  const why = end === 'open' ? 'something is at work in its worktree.' : end;
  throw new CodedError(
    'CHECKOUT_IN_THE_WAY',
    `Task ${task} was being restacked, and its files could not all be written: ${why} Mend that, then try again; it goes on where it stopped, and nothing you edited is touched.`,
    { facts: { task } },
  );
}

/** Lets go of a restack that cannot be finished, if there is one. The worktree stays as it is. */
export async function abandonRestack(deps: Pick<Deps, 'db' | 'writer' | 'now'>, task: number): Promise<void> {
  const restack = restackUnderWay(deps.db, task);
  if (restack === undefined) return;
  await deps.writer.write((db) => finishRestack(db, { restack, moved: false, at: deps.now() }));
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function moveOf({ oldHead, newHead }: Restack, branch: string) {
  return { branch, oldOid: oldHead, newOid: newHead };
}

/** Where the branch is if it was moved, from where it may have gone on; null if it was not. */
async function standing(place: RepositoryPlace, { branch, newOid }: ReturnType<typeof moveOf>): Promise<string | null> {
  const now = await refOid(place, `refs/heads/${branch}`);
  return now !== null && (await isAncestor(place, newOid, now)) ? now : null;
}

/** Keeps how a restack ended; of one that moved the branch what the task stands on and how large its change is. */
async function finish(
  deps: Needs,
  restack: Restack,
  { repository, head }: { readonly repository: RepositoryPlace; readonly head: string | null },
): Promise<void> {
  const { task } = restack;
  const { base } = taskWork(deps.db, task);
  const stackOid = restack.parts.length === 0 ? null : restack.newOid;
  const change = head === null ? null : await sizeAt(repository, { base, stackOid }, head);
  await deps.writer.write((db) => {
    if (!finishRestack(db, { restack, moved: head !== null, at: deps.now() }) || head === null) return;
    patchTask(db, { task, patch: change === null ? { head } : { change, head }, at: deps.now() });
  });
  deps.announce(task);
}
