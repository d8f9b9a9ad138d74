import { CodedError } from '../contract/errors';
import type { Forge, Found } from '../forge/forge';
import { refOid } from '../git/resolve';
import { addDecision } from '../store/decisions';
import { isLandingDue } from '../store/due-landings';
import {
  abandonPullRequest,
  keepMerging,
  keepSeen,
  openedPullRequest,
  openingPullRequests,
  type PullRequestRow,
  pullRequestOf,
  retargetedPullRequest,
} from '../store/pull-requests';
import { lastPushed } from '../store/pushes';
import { isBranchOfTask, taskRow } from '../store/task-row';
import { taskWork } from '../store/task-work';
import { moveTask } from '../store/tasks';
import type { Deps } from './deps';
import { repositoryPlace } from './place';
import { pullBase } from './pull-base';
import { publishing, settlePush } from './pushing';
import { putAway, tell } from './putting-away';
import { endReviews } from './reviewing';

/** What opening and following pull requests needs. */
export type PullRequestDeps = Pick<
  Deps,
  | 'db'
  | 'writer'
  | 'git'
  | 'owner'
  | 'settings'
  | 'now'
  | 'log'
  | 'announce'
  | 'announceRequest'
  | 'stopWork'
  | 'folders'
  | 'closeTerminals'
  | 'retirements'
  | 'agentEnvironment'
  | 'namespace'
  | 'checks'
> & {
  /** Speaks to the forge a repository is on. Throws SIGN_IN_NEEDED without a token for it. */
  readonly forgeOf: (row: Pick<PullRequestRow, 'intoUrl'>) => Promise<Forge>;
  /** Tells followers that a task's pull request changed. */
  readonly announcePullRequest: (task: number) => void;
};

/**
 * Opens the pull request that was written down, once its branch is pushed, or takes up the one that is there: it is looked
 * for before it is made, and again when the forge did not say whether it was. Throws what the forge throws; then the
 * intent stays, and the next try (`again`) finds what this one did, or forgets it when nobody means it any more.
 */
export async function openPullRequest(
  deps: PullRequestDeps,
  row: PullRequestRow,
  options: { readonly again: boolean; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { signal } = options;
  const forge = await deps.forgeOf(row);
  const { owner, branch, base, wanted } = row;
  const look = async () => chosen(await forge.find({ owner, branch, base }, signal), row, options.again);
  const found = await look();
  if (found === null && options.again && !(await isMeant(deps, row))) {
    await deps.writer.write((db) => abandonPullRequest(db, { id: row.id, at: deps.now() }));
    return;
  }
  const there = found ?? (await create());
  const notices = await beside(deps, forge, row, { number: there.number, signal });
  await deps.writer.write((db) => {
    const opened = openedPullRequest(db, { id: row.id, number: there.number, notices });
    if (opened) addDecision(db, { ...row.decision, answered: { ...answeredOf(row), url: there.url } });
  });
  deps.announcePullRequest(row.task);

  async function create(): Promise<Found> {
    const made = await forge.create({ owner, branch, base }, wanted, signal).catch(async (cause: unknown) => {
      if (cause instanceof CodedError && cause.code === 'SIGN_IN_NEEDED') throw cause;
      // It may have been made all the same.
      const found = await look().catch(() => null);
      if (found === null) throw cause;
      return found;
    });
    if (made !== 'there') return made;
    const found = await look();
    if (found !== null) return found;
    throw new CodedError(
      'FORGE_FAILED',
      `${row.host} says that ${branch} has a pull request already, and does not show it. Look there, then try again.`,
      { facts: { host: row.host, branch } },
    );
  }
}

/**
 * Whether others are still to be asked for what was pushed a while ago: it is what waits for a verdict, and where a repository
 * said by itself that they are, it still does and did not give up.
 */
async function isMeant(deps: PullRequestDeps, { task, branch, oid, decision }: PullRequestRow): Promise<boolean> {
  const { state, repository } = taskWork(deps.db, task);
  if (state !== 'review') return false;
  const byRule = decision.rule !== null;
  if (byRule && (repository.landing.finished !== 'pull-request' || !isLandingDue(deps.db, task))) return false;
  return (await refOid(await repositoryPlace(deps.git, repository), `refs/heads/${branch}`)) === oid;
}

/**
 * Of the pull requests of a branch the one that is ours: the open one. After a crash also one of the very commit that was
 * pushed: somebody may have merged or closed it meanwhile.
 */
function chosen(found: readonly Found[], row: PullRequestRow, again: boolean): Found | null {
  const open = found.find(({ state }) => state === 'open');
  return open ?? (again ? found.find(({ head }) => head === row.oid) : undefined) ?? null;
}

/** Reviewers and labels. That they could not be set does not make the pull request undone, and is said. */
async function beside(
  deps: Pick<Deps, 'log'>,
  forge: Forge,
  { wanted, task }: PullRequestRow,
  { number, signal }: { readonly number: number; readonly signal: AbortSignal | undefined },
): Promise<readonly string[]> {
  const steps: (readonly [string, readonly string[], () => Promise<void>])[] = [
    ['reviewers', wanted.reviewers, () => forge.request(number, wanted.reviewers, signal)],
    ['labels', wanted.labels, () => forge.label(number, wanted.labels, signal)],
  ];
  const notices: string[] = [];
  for (const [what, names, act] of steps) {
    if (names.length === 0) continue;
    await act().catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      deps.log('warning', 'A pull request was opened without all that was asked for.', { task, what, why });
      notices.push(`The ${what} ${names.join(', ')} could not be set: ${why}`);
    });
  }
  return notices;
}

/** What was asked for, with what was said beside it when it was. */
function answeredOf({ host, repository, owner, branch, base, wanted, decision }: PullRequestRow) {
  return { host, repository, owner, branch, base, ...wanted, ...(decision.answered as object | null) };
}

/**
 * Ends what opening a pull request of a task left half way: opened when its branch is pushed and that is still meant, else
 * forgotten.
 * Throws what reaching the remote or the forge throws; then it is tried again next time.
 */
export async function settleOpening(deps: PullRequestDeps, task: number, signal?: AbortSignal): Promise<void> {
  await settlePush(deps, task, signal);
  const row = pullRequestOf(deps.db, task);
  if (row?.state !== 'opening') return;
  if (lastPushed(deps.db, row) === row.oid) await openPullRequest(deps, row, { again: true, signal });
  else await deps.writer.write((db) => abandonPullRequest(db, { id: row.id, at: deps.now() }));
}

/** Settles, one after the other, what a crash left. What cannot be now is settled before the next act. */
export async function settleOpenings(deps: PullRequestDeps, signal: AbortSignal): Promise<void> {
  for (const { task } of openingPullRequests(deps.db)) {
    if (signal.aborted) return;
    await publishing(task, () => settleOpening(deps, task, signal)).catch((cause) => {
      deps.log('warning', 'A pull request could not be finished.', { task, cause: String(cause) });
    });
  }
}

/**
 * Has a pull request that was opened for the branch of another task be taken into what it is to be taken into by now. Where the
 * forge does not do that, it is tried again with the next look.
 */
async function retarget(
  deps: PullRequestDeps,
  forge: Forge,
  { id, task, number, state, base, url, intoUrl }: PullRequestRow,
  signal: AbortSignal | undefined,
): Promise<void> {
  const work = taskWork(deps.db, task);
  const into = pullBase(deps.db, { task, base: work.base, url, intoUrl });
  if (number === null || state !== 'open' || into === null || into === base) return;
  // Where the person chose another base, the forge is theirs to tell.
  if (!isBranchOfTask(deps.db, { repository: work.repository.id, branch: base })) return;
  try {
    await forge.retarget(number, into, signal);
    await deps.writer.write((db) => retargetedPullRequest(db, { id, base: into }));
  } catch (cause) {
    if (signal?.aborted) throw cause;
    deps.log('warning', 'A pull request was not based on another branch.', { task, base: into, cause: String(cause) });
  }
}

/** Looks at a pull request anew. The task of one that was merged is done, and its worktree put away. */
export async function followPullRequest(
  deps: PullRequestDeps,
  row: PullRequestRow,
  signal?: AbortSignal,
): Promise<void> {
  if (row.number === null) return;
  const forge = await deps.forgeOf(row);
  await retarget(deps, forge, row, signal);
  const seen = await forge.read(row.number, signal);
  const { branch, repository } = taskWork(deps.db, row.task);
  const place = await repositoryPlace(deps.git, repository);
  const head = branch === null ? null : await refOid(place, `refs/heads/${branch}`);
  const ended = await deps.writer.write((db) => {
    keepSeen(db, { id: row.id, seen, at: deps.now() });
    const merging = pullRequestOf(db, row.task)?.merging ?? null;
    if (seen.state !== 'merged') return false;
    if (merging !== null) {
      addDecision(db, merging);
      keepMerging(db, { id: row.id, merging: null });
    }
    // What came after it was pushed is in no pull request, and is not put away with it.
    if (taskRow(db, row.task).state !== 'review' || head !== row.oid) return false;
    const reason = `Merged on ${row.host}: ${seen.url}`;
    const patch = { outcome: 'published' as const, error: null };
    moveTask(db, { task: row.task, to: 'done', by: 'runner', reason, at: deps.now(), patch });
    return true;
  });
  deps.announcePullRequest(row.task);
  if (!ended) return;
  deps.announce(row.task);
  await endReviews(deps, row.task);
  const work = taskWork(deps.db, row.task);
  tell(deps, work, await putAway(deps, work, place));
  deps.announce(row.task);
}
