import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import type { NewPullRequest, PullRequest } from '../contract/pull-request';
import { putBackWords } from '../contract/remote';
import { compareUrl, type ForgePlace } from '../forge/place';
import { shownUrl } from '../git/remote-url';
import { listRemotes } from '../git/remotes';
import type { RepositoryPlace } from '../runner/place';
import { pullBase } from '../runner/pull-base';
import { openPullRequest, settleOpening } from '../runner/pull-requests';
import { urlOf } from '../runner/pushing';
import { tell } from '../runner/putting-away';
import {
  abandonPullRequest,
  type PullRequestRow,
  pullRequestOf,
  pushedForPullRequest,
  recordPullRequest,
} from '../store/pull-requests';
import { lastPushed, openPushOf, type PushRow, recordPush } from '../store/pushes';
import { taskWork } from '../store/task-work';
import { mustBe } from './acting';
import { assertAllPassed, assertChecked, assertNotHeld } from './approval';
import * as decisions from './decisions';
import { followAfter, needed, told } from './pull-requests';
import { approvable, carryOut, elsewhere, forgeAt } from './pushing';
import type { Room } from './room';

/** Opens a pull request of exactly what the ids name, or brings the one there is up to date with it. */
export function open(
  room: Room,
  { by }: Caller,
  input: NewPullRequest,
  signal: AbortSignal | undefined,
): Promise<PullRequest> {
  return elsewhere(input.task, () => publish(room, { by, rule: null }, input, signal));
}

/**
 * The same for whoever has the task and its publishing alone already. With a rule, which says by what it is published without
 * the person, it is only when the repository has checks and every one of them passed on it.
 */
export async function publish(
  room: Room,
  { by, rule }: { readonly by: string; readonly rule: string | null },
  input: NewPullRequest,
  signal: AbortSignal | undefined,
): Promise<PullRequest> {
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
  const from = spoken(forgeAt(room, there), { task, base: work.base, branch, url });
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
  const isDraft = row === null ? draft : await isStillDraft(room, row, signal);
  const { push, ...ids } = await room.writer.write((db) => {
    const { head, overrideChecks } = input;
    const allowed = { head, overrideChecks: isDraft || overrideChecks };
    // Here, so that no check can end otherwise between this look and what is recorded of it.
    // Based on the branch of the one below, it shows its own change alone, and may be looked at before that has landed.
    const base = pullBase(db, { task, base: work.base, url, intoUrl: into.url }) ?? work.base;
    if (base === work.base) assertNotHeld(db, work, 'published');
    const checks = rule === null ? assertChecked(db, work, allowed, 'published') : assertAllPassed(db, work, { head });
    const overrode = checks.overridden && !isDraft && { overrideChecks: true };
    const at = room.now();
    const taken = { at, by, task, repository: work.repository.path, request: null, rule };
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
        base,
      },
      ...{ owner: from.path.split('/')[0] ?? '', oid: head, createdAt: at },
      wanted: { title, body, draft, reviewers, labels },
      decision: { ...taken, kind: 'open-pull-request' as const, shown, answered: { ...overrode } },
    };
    const pushed = { ...push, id: recordPush(db, { ...push, at }) };
    return { push: pushed, pullRequest: row?.id ?? recordPullRequest(db, fresh) };
  });
  try {
    const { putBack } = await carryOut(room, place, { row: push, url: there, base: work.base, signal });
    if (putBack) tell(room, work, [putBackWords(push)]);
  } catch (cause) {
    const unpushed = openPushOf(room.db, task) === undefined && lastPushed(room.db, push) !== input.head;
    // Whoever stopped it did not mean others to be asked for what may be there all the same.
    const stopped = cause instanceof CodedError && cause.facts.stopped === true;
    if ((unpushed || stopped) && row === null) {
      await room.writer.write((db) => abandonPullRequest(db, { id: ids.pullRequest, at: room.now() }));
      if (stopped) throw new CodedError('CANCELLED', `${cause.message} No pull request was opened.`, cause);
    }
    throw cause;
  }
  if (row !== null) await room.writer.write((db) => pushedForPullRequest(db, { id: row.id, oid: input.head }));
  else await openPullRequest(room, needed(room, task), { again: false, signal });
  await followAfter(room, task, signal);
  return told(room, task);
}

/** Whether it is a draft now, for it may have been made ready there since it was looked at; not when it cannot be read. */
async function isStillDraft(room: Room, row: PullRequestRow, signal: AbortSignal | undefined): Promise<boolean> {
  if (row.number === null) return row.wanted.draft;
  try {
    return (await (await room.forgeOf(row)).read(row.number, signal)).draft;
  } catch (cause) {
    if (signal?.aborted) throw cause;
    room.log('warning', 'A pull request could not be read.', { task: row.task, cause: String(cause) });
    return false;
  }
}

/** The place on the forge a pull request is opened from. Throws BAD_INPUT, with the page to use, for one not spoken to. */
function spoken(
  place: ForgePlace | null,
  {
    task,
    base,
    branch,
    url,
  }: { readonly task: number; readonly base: string; readonly branch: string; readonly url: string },
): ForgePlace {
  if (place?.kind === 'github') return place;
  const next =
    place === null
      ? `If it is a GitHub Enterprise, name it by the setting forges; else push it (in the terminal: task push ${task}) and open it there.`
      : `Push it (in the terminal: task push ${task}), then open it at ${compareUrl(place, { base, branch })}`;
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
