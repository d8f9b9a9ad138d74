import { CodedError } from '../contract/errors';
import { proposedWords } from '../contract/pull-request';
import { shellWord } from '../contract/shell-word';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import { settleOpening } from '../runner/pull-requests';
import { urlOf } from '../runner/pushing';
import { tell } from '../runner/putting-away';
import { allLanded } from '../store/dependencies';
import { tasksWithDueChecks } from '../store/due-checks';
import { dueLandings, forgetDueLanding, isLandingDue } from '../store/due-landings';
import { abandonPullRequest, type PullRequestRow, pullRequestOf } from '../store/pull-requests';
import { lastPushed } from '../store/pushes';
import { isStale } from '../store/stacks';
import { type TaskWork, taskWork } from '../store/task-work';
import { told } from './acting';
import { runCutOff } from './checks';
import { land } from './landing';
import { publish } from './publishing';
import { elsewhere } from './pushing';
import { reviewOf } from './reviews';
import type { Room } from './room';

/**
 * Lands the finished change of an autonomous task, or opens a pull request of it, when its repository says so and every check
 * passed on this very change; else it stays in review, with the reason at the end of its conversation. Once it was tried
 * it is the person's; what the signal ends was not. What was cut off of its checks, of any finished change, is run again before. Never throws.
 */
export function landFinished(room: Room, task: number, signal: AbortSignal): Promise<void> {
  return elsewhere(task, async () => {
    await runCutOff(room, task);
    if (!mayLand(room, task)) return;
    const { finished } = taskWork(room.db, task).repository.landing;
    try {
      await landNow(room, task, signal);
    } catch (cause) {
      // The next start does it, or finds what came of it.
      if (signal.aborted) return;
      if (!(cause instanceof CodedError))
        room.log('error', 'A finished change could not be landed.', { task, cause: String(cause) });
      const why = cause instanceof Error ? cause.message : String(cause);
      const left = leftOpening(room, task);
      const pushed =
        left !== null && lastPushed(room.db, left) === left.oid ? `Its branch was pushed to ${left.url}. ` : '';
      tell(room, taskWork(room.db, task), [
        `It is finished, and was not ${did[finished]} without you. ${pushed}${why}`,
      ]);
    }
    const left = leftOpening(room, task);
    await room.writer.write((db) => {
      forgetDueLanding(db, task);
      // From here on nothing opens it but the person, who finds it when the forge has made it all the same.
      if (left !== null) abandonPullRequest(db, { id: left.id, at: room.now() });
    });
    if (left !== null) room.announcePullRequest(task);
    told(room, task);
  }).catch((cause) => room.log('error', 'A finished change could not be looked at.', { task, cause: String(cause) }));
}

/** Whether a finished change that lands by itself can be tried now. */
export function mayLand({ db, checks }: Pick<Room, 'db' | 'checks'>, task: number): boolean {
  // What it is after comes first; once it stands on its base alone it is tried again.
  if (!isLandingDue(db, task) || !allLanded(db, task) || isStale(db, task)) return false;
  // They may decide it. Whoever runs them announces the task when they are over, and it is tried then.
  return !checks.runs(task);
}

/** The pull request by rule that is still about to be opened; null without one. */
function leftOpening(room: Room, task: number): PullRequestRow | null {
  const row = pullRequestOf(room.db, task);
  return row?.state === 'opening' && row.decision.rule !== null ? row : null;
}

const did = { review: 'merged', 'pull-request': 'opened as a pull request', merge: 'merged' } as const;

/** Lands what an earlier runtime did not come to, and runs again what it had not run again. */
export async function landAllFinished(room: Room, signal: AbortSignal): Promise<void> {
  for (const task of new Set([...dueLandings(room.db), ...tasksWithDueChecks(room.db)]))
    if (!signal.aborted) await landFinished(room, task, signal);
}

async function landNow(room: Room, task: number, signal: AbortSignal): Promise<void> {
  const work = taskWork(room.db, task);
  const { landing } = work.repository;
  // The person may have thought better of either meanwhile.
  if (work.state !== 'review' || work.permissionLevel !== 'autonomous' || landing.finished === 'review') return;
  const place = await repositoryPlace(room.git, work.repository);
  if (landing.finished === 'pull-request') return publishNow(room, work, place, signal);
  const { base, mergeBase, head, tree } = await reviewOf(room, work, place);
  const ids = { task, base, mergeBase, head, tree };
  const approval = { ...ids, ...(landing.strategy !== null && { strategy: landing.strategy }) };
  await land(room, { by: 'repository', rule: 'merge when all checks passed' }, approval);
}

async function publishNow(room: Room, work: TaskWork, place: RepositoryPlace, signal: AbortSignal): Promise<void> {
  const { id: task, repository } = work;
  await settleOpening(room, task, signal);
  const { head, tree, message } = await reviewOf(room, work, place);
  const there = pullRequestOf(room.db, task);
  // An earlier runtime came as far, and only not to note it.
  if (there?.state === 'open' && there.oid === head) return;
  const { pushTo } = repository.landing;
  if (pushTo === null || (await urlOf(place, pushTo)) === null) {
    const there = pushTo === null ? 'a remote' : `${pushTo.remote} at ${pushTo.url}`;
    throw new CodedError(
      'MOVED',
      `${repository.name} says that it is pushed to ${there}, which is not so any more. Look where its remotes are (in the terminal: repository remotes), then say again that pull requests are opened (in the terminal: repository landing ${shellWord(repository.path)} --finished pull-request), or open it yourself (in the terminal: task publish ${task}).`,
    );
  }
  await publish(
    room,
    { by: 'repository', rule: 'open a pull request when all checks passed' },
    {
      ...{ task, head, tree, ...pushTo, ...proposedWords(message) },
      ...{ draft: false, reviewers: [], labels: [] },
    },
    signal,
  );
}
