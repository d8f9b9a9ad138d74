import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import type { MergeMethod, NewPullRequest, PullRequest } from '../contract/pull-request';
import type { Forge } from '../forge/forge';
import { compareUrl, type ForgePlace } from '../forge/place';
import { shownUrl } from '../git/remote-url';
import { listRemotes } from '../git/remotes';
import type { RepositoryPlace } from '../runner/place';
import { followPullRequest, openPullRequest, settleOpening } from '../runner/pull-requests';
import { urlOf } from '../runner/pushing';
import {
  abandonPullRequest,
  keepMerging,
  type PullRequestRow,
  pullRequestOf,
  pushedForPullRequest,
  recordPullRequest,
} from '../store/pull-requests';
import { lastPushed, openPushOf, type PushRow, recordPush } from '../store/pushes';
import { taskRow } from '../store/task-row';
import { taskWork } from '../store/task-work';
import { mustBe } from './acting';
import { assertChecked } from './approval';
import * as decisions from './decisions';
import { approvable, carryOut, elsewhere, forgeAt } from './pushing';
import type { Room } from './room';

/** Opens a pull request of exactly what the ids name, or brings the one there is up to date with it. */
export function open(
  room: Room,
  { by }: Caller,
  input: NewPullRequest,
  signal: AbortSignal | undefined,
): Promise<PullRequest> {
  return elsewhere(input.task, async () => {
    const { task, remote, url } = input;
    mustBe(taskWork(room.db, task), ['review'], 'opened as a pull request');
    await settleOpening(room, task, signal);
    const { work, place, review } = await approvable(room, input, signal);
    const there = await urlOf(place, input);
    if (there === null) {
      throw new CodedError(
        'MOVED',
        `Nothing was pushed: the remote ${remote} of ${work.repository.name} is not at ${url} any more. Look where it is, then try again.`,
      );
    }
    const branch = work.branch ?? '';
    const from = spoken(forgeAt(room, there), { base: work.base, branch, url });
    const into = input.into === undefined ? { url, place: from } : await otherRemote(room, place, input.into, from);
    // Without a token nothing is to leave this machine, either.
    await room.forgeOf({ intoUrl: into.url });
    const before = pullRequestOf(room.db, task);
    const row = before?.state === 'open' ? before : null;
    if (row !== null && (row.url !== url || row.intoUrl !== into.url)) {
      throw new CodedError(
        'CONFLICT',
        `Task ${task} has an open pull request elsewhere: ${row.seen?.url ?? row.intoUrl}. Close that first.`,
      );
    }
    const { title, body, draft, reviewers, labels } = input;
    // What others are not asked to take yet may still fail.
    const isDraft = row === null ? draft : (row.seen?.draft ?? row.wanted.draft);
    const { push, ...ids } = await room.writer.write((db) => {
      const { head, overrideChecks } = input;
      const allowed = { head, overrideChecks: isDraft || overrideChecks };
      // Here, so that no check can end otherwise between this look and what is recorded of it.
      const checks = assertChecked(db, work, allowed, 'published');
      const overrode = checks.overridden && !isDraft && { overrideChecks: true };
      const at = room.now();
      const taken = { at, by, task, repository: work.repository.path, request: null, rule: null };
      const shown = decisions.shownOf({ ...review, checks: [...checks.shown] });
      const push: Omit<PushRow, 'id'> = {
        ...{ task, remote, url, branch, newOid: head, oldOid: lastPushed(db, { task, url, branch }) },
        decision: { ...taken, kind: 'push', shown, answered: { remote, url, branch, ...overrode } },
      };
      const fresh = {
        ...{
          task,
          host: into.place.host,
          repository: into.place.path,
          intoUrl: into.url,
          url,
          branch,
          base: work.base,
        },
        ...{ owner: from.path.split('/')[0] ?? '', oid: head, createdAt: at },
        wanted: { title, body, draft, reviewers, labels },
        decision: { ...taken, kind: 'open-pull-request' as const, shown, answered: { ...overrode } },
      };
      const pushed = { ...push, id: recordPush(db, { ...push, at }) };
      return { push: pushed, pullRequest: row?.id ?? recordPullRequest(db, fresh) };
    });
    try {
      await carryOut(room, place, { row: push, url: there, base: work.base, signal });
    } catch (cause) {
      const unpushed = openPushOf(room.db, task) === undefined && lastPushed(room.db, push) !== input.head;
      if (unpushed && row === null) {
        await room.writer.write((db) => abandonPullRequest(db, { id: ids.pullRequest, at: room.now() }));
      }
      throw cause;
    }
    if (row !== null) await room.writer.write((db) => pushedForPullRequest(db, { id: row.id, oid: input.head }));
    else await openPullRequest(room, needed(room, task), { again: false, signal });
    await follow(room, task, signal).catch((cause) => {
      // It is open; what else is known of it can be asked for again.
      room.log('warning', 'A pull request could not be read.', { task, cause: String(cause) });
    });
    return told(room, task);
  });
}

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
    await follow(room, task, undefined);
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
    await follow(room, task, undefined);
    return told(room, task);
  });
}

async function reachable(room: Room, task: number) {
  await settleOpening(room, task);
  const row = needed(room, task);
  if (row.number === null) throw noPullRequest(task);
  return { row, number: row.number, forge: await room.forgeOf(row) };
}

async function follow(room: Room, task: number, signal: AbortSignal | undefined): Promise<void> {
  const row = pullRequestOf(room.db, task);
  if (row === undefined) return;
  await followPullRequest(room, row, signal);
  // Tasks that waited for this one may start when it is done.
  room.runner.wake();
}

/** The place on the forge a pull request is opened from. Throws BAD_INPUT, with the page to use, for one not spoken to. */
function spoken(
  place: ForgePlace | null,
  { base, branch, url }: { readonly base: string; readonly branch: string; readonly url: string },
): ForgePlace {
  if (place?.kind === 'github') return place;
  const next =
    place === null
      ? `If it is a GitHub Enterprise, name it by the setting forges; else push it (task push) and open it there.`
      : `Push it (task push), then open it at ${compareUrl(place, { base, branch })}`;
  throw new CodedError('BAD_INPUT', `Pull requests are opened on GitHub only, and ${url} is not on one. ${next}`, {
    facts: { url },
  });
}

/** Another remote of the repository, on the same forge. */
async function otherRemote(room: Room, place: RepositoryPlace, name: string, from: ForgePlace) {
  const found = (await listRemotes(place)).find((remote) => remote.name === name);
  const written = found?.urls[0];
  const into = written === undefined ? null : forgeAt(room, written);
  if (written !== undefined && into !== null && into.host === from.host) return { url: shownUrl(written), place: into };
  throw new CodedError('BAD_INPUT', `The remote ${name} is not there, or not on ${from.host}. See: repository remotes`);
}

function needed(room: Room, task: number): PullRequestRow {
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

function told(room: Room, task: number): PullRequest {
  const { host, repository, url, oid, seen, seenAt, notices } = needed(room, task);
  return { task, host, repository, url, pushed: oid, seen, seenAt, notices: [...notices] };
}
