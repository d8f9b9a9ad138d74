import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import type { MergeMethod, PullRequest, PullRequestThread, SeenPullRequest } from '../contract/pull-request';
import type { Forge } from '../forge/forge';
import { followPullRequest, settleOpening } from '../runner/pull-requests';
import { saidToAgent } from '../store/decisions';
import { keepMerging, type PullRequestRow, pullRequestOf } from '../store/pull-requests';
import { taskRow } from '../store/task-row';
import { taskWork } from '../store/task-work';
import { assertChecked, assertNotHeld } from './approval';
import { elsewhere } from './pushing';
import type { Room } from './room';
import { threadsNow } from './threads';

/** The newest pull request of a task; with `refresh` what its forge says now. */
export async function get(
  room: Room,
  { task, refresh }: { readonly task: number; readonly refresh: boolean },
  signal: AbortSignal | undefined,
): Promise<PullRequest | null> {
  taskRow(room.db, task);
  if (pullRequestOf(room.db, task) === undefined) return null;
  if (!refresh) return told(room, task);
  return elsewhere(task, async () => {
    await settleOpening(room, task, signal);
    await follow(room, task, signal);
    return pullRequestOf(room.db, task) === undefined ? null : told(room, task);
  });
}

/** Has the forge merge it, if its head is the commit the person saw and the required checks passed on that. */
export function merge(
  room: Room,
  { by }: Caller,
  {
    task,
    head,
    method,
    overrideChecks,
  }: {
    readonly task: number;
    readonly head: string;
    readonly method: MergeMethod;
    readonly overrideChecks?: boolean | undefined;
  },
): Promise<PullRequest> {
  return elsewhere(task, async () => {
    const { row, number, forge } = await reachable(room, task);
    const work = taskWork(room.db, task);
    const { path } = work.repository;
    const { host, repository, seen } = row;
    const theirs = seen?.checks.map(({ name, state }) => ({ name, state })) ?? [];
    await room.writer.write((db) => {
      assertNotHeld(db, work);
      const checks = assertChecked(db, work, { head, overrideChecks });
      const merging = {
        ...{
          at: room.now(),
          by,
          kind: 'merge-pull-request' as const,
          task,
          repository: path,
          request: null,
          rule: null,
        },
        shown: {
          ...{ url: seen?.url ?? null, head, mergeable: seen?.mergeable ?? null, checks: theirs },
          ownChecks: [...checks.shown],
        },
        answered: { host, repository, number, method, ...(checks.overridden && { overrideChecks: true }) },
      };
      keepMerging(db, { id: row.id, merging });
    });
    const end = await forge.merge(number, { head, method });
    if (end !== 'merged') await room.writer.write((db) => keepMerging(db, { id: row.id, merging: null }));
    await followAfter(room, task, undefined);
    if (end === 'merged') return told(room, task);
    throw end === 'moved'
      ? new CodedError(
          'MOVED',
          `Nothing was merged: pull request ${number} is not at ${head.slice(0, 10)} any more. Look at it again, then merge.`,
        )
      : new CodedError('FORGE_FAILED', `${host} did not merge pull request ${number}: ${end.refused}`, {
          facts: { host, number },
        });
  });
}

/** Writes a comment on all of a pull request. */
export function comment(
  room: Room,
  { task, text }: { readonly task: number; readonly text: string },
): Promise<PullRequest> {
  return elsewhere(task, async () => {
    const { number, forge } = await reachable(room, task);
    await forge.comment(number, text);
    await followAfter(room, task, undefined);
    return told(room, task);
  });
}

/** Answers in a thread of a pull request. */
export function reply(
  room: Room,
  { task, thread, text }: { readonly task: number; readonly thread: string; readonly text: string },
): Promise<PullRequest> {
  return inThread(room, { task, thread }, (forge) => forge.reply(thread, text));
}

/** Says that a thread of a pull request is settled, or not after all. */
export function resolve(
  room: Room,
  { task, thread, resolved }: { readonly task: number; readonly thread: string; readonly resolved: boolean },
): Promise<PullRequest> {
  return inThread(room, { task, thread }, (forge) => forge.resolve(thread, resolved));
}

function inThread(
  room: Room,
  { task, thread }: { readonly task: number; readonly thread: string },
  act: (forge: Forge) => Promise<void>,
): Promise<PullRequest> {
  return elsewhere(task, async () => {
    const { row, forge } = await reachable(room, task);
    // Only what was told of this pull request: an id could name anything the token may write to.
    if (!row.seen?.threads.some(({ id }) => id === thread)) {
      throw new CodedError('NOT_FOUND', `The pull request of task ${task} has no such thread. Look at it again.`);
    }
    await act(forge);
    await followAfter(room, task, undefined);
    return told(room, task);
  });
}

async function reachable(room: Room, task: number) {
  await settleOpening(room, task);
  const row = needed(room, task);
  if (row.number === null) throw noPullRequest(task);
  return { row, number: row.number, forge: await room.forgeOf(row) };
}

/** Looks at a task's pull request anew, if it has one. */
export async function follow(room: Room, task: number, signal: AbortSignal | undefined): Promise<void> {
  const row = pullRequestOf(room.db, task);
  if (row === undefined) return;
  await followPullRequest(room, row, signal);
  // Tasks that waited for this one may start when it is done.
  room.runner.wake();
}

/** The same after something was done there: it is done whether or not it can be read, and must not be asked for once more. */
export async function followAfter(room: Room, task: number, signal: AbortSignal | undefined): Promise<void> {
  await follow(room, task, signal).catch((cause) => {
    // What else is known of it can be asked for again.
    room.log('warning', 'A pull request could not be read.', { task, cause: String(cause) });
  });
}

/** The newest pull request of a task. Throws NOT_FOUND. */
export function needed(room: Room, task: number): PullRequestRow {
  const row = pullRequestOf(room.db, task);
  if (row === undefined) throw noPullRequest(task);
  return row;
}

function noPullRequest(task: number): CodedError {
  return new CodedError(
    'NOT_FOUND',
    `Task ${task} has no pull request. Open one first (in the terminal: task publish ${task}).`,
    {
      facts: { task },
    },
  );
}

/** A task's pull request as a door is told of it. Throws NOT_FOUND. */
export async function told(room: Room, task: number): Promise<PullRequest> {
  const { host, repository, url, oid, seen, seenAt, notices } = needed(room, task);
  const placed = seen === null ? null : { ...seen, threads: await threadsPlaced(room, task, seen) };
  const older = seen?.older ? [`Only its newest reviews and comments are shown. All of them: ${seen.url}`] : [];
  const sent = saidToAgent(room.db, task);
  return { task, host, repository, url, pushed: oid, seen: placed, seenAt, sent, notices: [...notices, ...older] };
}

/** Its threads, each at its place in the change as it stands here; without one when git cannot tell. */
async function threadsPlaced(room: Room, task: number, seen: SeenPullRequest): Promise<PullRequestThread[]> {
  return threadsNow(room, task, seen).catch((cause) => {
    room.log('warning', 'Threads of a pull request could not be placed.', { task, cause: String(cause) });
    return [...seen.threads];
  });
}
