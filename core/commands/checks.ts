import { isAboard } from '../contract/aboard';
import { type CheckOutput, isWorktreeScript, type RepositoryCheck } from '../contract/check';
import { CodedError } from '../contract/errors';
import type { Task } from '../contract/task';
import { readHead } from '../git/open';
import { reclaimWorktree } from '../git/reclaim';
import { refOid } from '../git/resolve';
import { filesAt } from '../git/tree-entry';
import { type CheckPlace, runChecks } from '../runner/checking';
import { settleEdit } from '../runner/edits';
import { environmentOf } from '../runner/environment';
import { settleReturn } from '../runner/going-back';
import { settleEarlier } from '../runner/landed';
import { repositoryPlace } from '../runner/place';
import { endRestack } from '../runner/restacks';
import { trustedWithoutAsking } from '../runner/trust';
import { ranOnChange } from '../store/due-checks';
import { repositoryById } from '../store/repositories';
import { taskRow } from '../store/task-row';
import { type TaskWork, taskWork } from '../store/task-work';
import { worktreeOf } from '../store/worktrees';
import { alone, mustBe, told } from './acting';
import type { Room } from './room';
import { suggestChecks } from './suggest-checks';

/** Begins to run checks on a change in review: all of its repository's, or those named. */
export function run(
  room: Room,
  { task, names }: { readonly task: number; readonly names?: readonly string[] | undefined },
): Promise<Task> {
  return alone(task, async () => {
    mustBe(taskRow(room.db, task), ['review'], 'checked');
    await settleEarlier(room, task);
    await settleEdit(room, task);
    await settleReturn(room, task);
    await endRestack(room, task);
    const work = taskWork(room.db, task);
    mustBe(work, ['review'], 'checked');
    const checks = chosen(work, names);
    const where = await placeOf(room, work);
    await begun(room, where, checks);
    return told(room, task);
  });
}

/**
 * Begins to run again what ran on a change before it was brought onto something else, for whoever has the task alone: what passed on
 * another commit has not passed on this one. What cannot be run is left to the person.
 */
export async function runAgain(room: Room, task: number): Promise<void> {
  const work = taskWork(room.db, task);
  if (isOnTrain(work)) return;
  const { checks } = work.repository;
  if (checks.length === 0 || work.checks.every(({ name }) => isWorktreeScript(name))) return;
  await again(room, work, checks);
}

/**
 * Begins to run again what was cut off on a change as it stands, and what was to come after it, for whoever has the task alone: by
 * a takeover that came to nothing, or by the end of a runtime that had begun it by itself. Does nothing for any other task. What
 * cannot be run is left to the person.
 */
export async function runCutOff(room: Room, task: number): Promise<void> {
  // One that was told to end may take its time.
  await room.checks.ended(task);
  if (taskRow(room.db, task).state !== 'review' || room.checks.runs(task)) return;
  const ran = ranOnChange(room.db, task);
  if (![...ran.values()].includes(true)) return;
  const work = taskWork(room.db, task);
  if (isOnTrain(work)) return;
  const checks = work.repository.checks.filter(({ name }) => ran.get(name) ?? true);
  if (checks.length > 0) await again(room, work, checks);
}

/** Whether a train checks it where it lands: nothing else of the task can be run in that time. */
function isOnTrain({ train }: TaskWork): boolean {
  return train !== null && isAboard(train);
}

async function again(room: Room, work: TaskWork, checks: readonly RepositoryCheck[]): Promise<void> {
  const { id: task } = work;
  try {
    await begun(room, await placeOf(room, work), checks, { byItself: true });
  } catch (cause) {
    room.log('warning', 'The checks of a task could not be run again.', { task, cause: String(cause) });
  }
  room.announce(task);
}

/** Ends what runs for a task, and what was to come after it. */
export async function stop(room: Room, task: number): Promise<Task> {
  taskRow(room.db, task);
  await room.checks.stop(task, 'Ended because you stopped it.');
  return told(room, task);
}

/** What the checks of a task print while they run. Throws NOT_FOUND. */
export function follow(room: Room, task: number, signal: AbortSignal | undefined): AsyncGenerator<CheckOutput> {
  taskRow(room.db, task);
  return room.checks.follow(task, signal);
}

/** Checks that fit what a repository's default branch brings; none while it is not trusted. */
export async function suggest(room: Room, repository: number): Promise<RepositoryCheck[]> {
  const row = repositoryById(room.db, repository);
  const place = await repositoryPlace(room.git, row);
  if (!place.trusted) return [];
  const head = row.defaultBranch === null ? null : await refOid(place, `refs/heads/${row.defaultBranch}`);
  return head === null ? [] : suggestChecks(place, head);
}

/** Which of some files the change of a task has. */
export async function files(room: Room, input: { task: number; paths: readonly string[] }): Promise<string[]> {
  const work = taskWork(room.db, input.task);
  if (work.branch === null) return [];
  const place = await repositoryPlace(room.git, work.repository);
  const head = await refOid(place, `refs/heads/${work.branch}`);
  return head === null ? [] : filesAt(place, { commit: head, paths: input.paths });
}

function chosen({ repository }: TaskWork, names: readonly string[] | undefined): readonly RepositoryCheck[] {
  const { checks, name } = repository;
  if (checks.length === 0) {
    throw new CodedError(
      'BAD_INPUT',
      `There is nothing to run: ${name} has no checks. Add one, for example: check add . test "npm test"`,
      { facts: { repository: repository.path } },
    );
  }
  const unknown = (names ?? []).find((wanted) => !checks.some((check) => check.name === wanted));
  if (unknown !== undefined) {
    const known = checks.map((check) => check.name);
    throw new CodedError('NOT_FOUND', `${name} has no check called ${unknown}. It has ${known.join(', ')}.`, {
      facts: { check: unknown, known },
    });
  }
  return checks.filter((check) => names === undefined || names.includes(check.name));
}

/** Where the checks of a change in review run. Throws NOT_TRUSTED, and WRONG_STATE when its worktree is not as it was left. */
async function placeOf(room: Room, work: TaskWork): Promise<CheckPlace> {
  const { id: task, repository } = work;
  const place = await repositoryPlace(room.git, repository);
  if (!place.trusted) {
    const changed = repository.trusted ? 'what it would run has changed since you trusted it' : 'it is not trusted';
    throw new CodedError(
      'NOT_TRUSTED',
      `Nothing was run: the checks of ${repository.name} are programs of its own, and ${changed}. Look at it and trust it, then run them.`,
      { facts: { repository: repository.path } },
    );
  }
  const row = worktreeOf(room.db, task);
  const found = row?.state === 'ready' ? await reclaimWorktree(place, row.path) : null;
  if (row === undefined || found?.kind !== 'usable') {
    const why = found?.kind === 'broken' ? found.reason : 'Ask for changes, which makes it anew.';
    throw new CodedError('WRONG_STATE', `Nothing was run: task ${task} has no worktree to run checks in. ${why}`, {
      facts: { task, worktree: work.worktree },
    });
  }
  const worktree = { git: room.git, checkout: found.checkout, trusted: false } as const;
  const head = await readHead(worktree);
  if (head.kind !== 'branch' || head.branch !== row.branch) {
    throw new CodedError(
      'WRONG_STATE',
      `Nothing was run: the worktree of task ${task} is not on its branch. Check out ${row.branch} in ${row.path}, then try again.`,
      { facts: { task, worktree: row.path, branch: row.branch } },
    );
  }
  // Nobody can be asked about what the change itself brings, so git runs none of that for the check.
  const owned = { ...worktree, trusted: await trustedWithoutAsking(worktree, place) };
  return { task, place: owned, environment: await environmentOf(room, owned, task) };
}

/** Resolves when the first of the checks runs; the others follow without anybody waiting. */
async function begun(
  room: Room,
  where: CheckPlace,
  checks: readonly RepositoryCheck[],
  { byItself = false }: { readonly byItself?: boolean } = {},
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const { signal } = new AbortController();
    runChecks(room, where, checks, { signal, onBegun: resolve, byItself })
      .then(() => room.announce(where.task))
      .then(resolve, (cause) => {
        room.log('error', 'A check could not be run.', { task: where.task, cause: String(cause) });
        reject(cause);
      });
  });
}
