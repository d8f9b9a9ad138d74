import { CodedError } from '../contract/errors';
import type { Place } from '../git/checkout';
import { inTurn } from '../git/in-turn';
import { remoteOid } from '../git/push';
import { shownUrl } from '../git/remote-url';
import { listRemotes } from '../git/remotes';
import { addDecision } from '../store/decisions';
import { finishPush, openPushes, openPushOf, type PushRow } from '../store/pushes';
import { taskWork } from '../store/task-work';
import type { Deps } from './deps';
import { type RepositoryPlace, repositoryPlace } from './place';
import { inTaskPlace } from './processes';

type PushDeps = Pick<Deps, 'db' | 'writer' | 'git' | 'owner' | 'settings' | 'now' | 'log'>;

/** Keeps that a task's change is on a branch of a remote, with the person's decision. False when that was kept before. */
export function keepPushed(deps: Pick<Deps, 'writer' | 'now'>, { id, decision }: PushRow): Promise<boolean> {
  return deps.writer.write((db) => {
    const kept = finishPush(db, { push: id, state: 'done', at: deps.now() });
    if (kept) addDecision(db, decision);
    return kept;
  });
}

/** Keeps that a push did not happen. */
export async function abandonPush(deps: Pick<Deps, 'writer' | 'now'>, { id }: Pick<PushRow, 'id'>): Promise<void> {
  await deps.writer.write((db) => finishPush(db, { push: id, state: 'abandoned', at: deps.now() }));
}

/**
 * Finds out what became of a push of a task that was cut short, by looking at the remote, and keeps it. Throws what
 * reaching the remote throws; then it is looked for again next time.
 */
export async function settlePush(deps: PushDeps, task: number, signal?: AbortSignal): Promise<void> {
  const row = openPushOf(deps.db, task);
  if (row === undefined) return;
  const place = await repositoryPlace(deps.git, taskWork(deps.db, task).repository);
  const url = await urlOf(place, row);
  // Of a remote that is another one now nothing can be learnt; at worst a branch is there that nobody knows of.
  const there = url === null ? null : await whereIs(deps, place, { row, url, signal });
  if (there === row.newOid) await keepPushed(deps, row);
  else await abandonPush(deps, row);
}

/** The commit the branch a change goes to is at on the remote at `url`; null when it is not there. Throws what reaching it throws. */
export function whereIs(
  deps: PushDeps,
  place: RepositoryPlace,
  { row, url, signal }: { readonly row: PushRow; readonly url: string; readonly signal?: AbortSignal | undefined },
): Promise<string | null> {
  const { task, remote, branch } = row;
  const { plainHttp } = deps.settings();
  return inTaskPlace(deps, task, place, (owned) => remoteOid(owned, { remote, branch, plainHttp, signal, url }));
}

/** Settles, one after the other, what a crash left. What cannot be reached now is settled before the next push. */
export async function settlePushes(deps: PushDeps, signal: AbortSignal): Promise<void> {
  for (const { task } of openPushes(deps.db)) {
    if (signal.aborted) return;
    await publishing(task, () => settlePush(deps, task, signal)).catch((cause) => {
      deps.log('warning', 'What became of a push could not be found out.', { task, cause: String(cause) });
    });
  }
}

/**
 * Does one thing at a time that puts a task's change elsewhere, or finds out what became of that. Whatever else is done to
 * the task need not wait for a remote that does not answer.
 */
export function publishing<Result>(task: number, act: () => Promise<Result>): Promise<Result> {
  return inTurn(`publishing of task ${task}`, act);
}

/** The address of a remote as git uses it, if it is still the one that was shown. */
export async function urlOf(
  place: Place,
  { remote, url }: { readonly remote: string; readonly url: string },
): Promise<string | null> {
  const found = (await listRemotes(place)).find(({ name }) => name === remote);
  if (found === undefined) return null;
  const [only, second] = found.urls;
  if (second !== undefined) {
    throw new CodedError(
      'BAD_INPUT',
      `The remote ${remote} pushes to ${found.urls.length} places at once, of which Switchyard could keep only one. Add a remote for the one you mean, then name it.`,
    );
  }
  return only !== undefined && shownUrl(only) === url ? only : null;
}
