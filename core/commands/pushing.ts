import type { Caller } from '../contract/caller';
import { CodedError } from '../contract/errors';
import { movedSince } from '../contract/refusal';
import { type PushedChange, putBackWords, type Remotes, type StoppedPush } from '../contract/remote';
import type { Review } from '../contract/review';
import { compareUrl, forgePlace } from '../forge/place';
import { isAncestor } from '../git/diff';
import { push as pushWith } from '../git/push';
import { parseRemoteUrl, shownUrl } from '../git/remote-url';
import { defaultRemote, listRemotes } from '../git/remotes';
import { hasCommit } from '../git/resolve';
import { settleEdit } from '../runner/edits';
import { settleReturn } from '../runner/going-back';
import { settleEarlier } from '../runner/landed';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import { inTaskPlace } from '../runner/processes';
import { abandonPush, keepPushed, publishing, settlePush, urlOf, whereIs } from '../runner/pushing';
import { tell } from '../runner/putting-away';
import { endRestack } from '../runner/restacks';
import { lastPushed, openPushOf, type PushRow, recordPush } from '../store/pushes';
import { repositoryById } from '../store/repositories';
import { type TaskWork, taskWork } from '../store/task-work';
import { alone, mustBe } from './acting';
import { assertNothingUnseen, assertStillTrusted } from './approval';
import * as decisions from './decisions';
import type { PushUnderWay } from './pushes';
import { reviewOf } from './reviews';
import type { Room } from './room';

/** The remotes of a repository, and where the branch of a task that is based on `base` goes unless another is named. */
export async function remotes(room: Room, input: { repository: number; base?: string | undefined }): Promise<Remotes> {
  const place = await repositoryPlace(room.git, repositoryById(room.db, input.repository));
  const found = await listRemotes(place);
  const names = found.map(({ name }) => name);
  const usual = await defaultRemote(place, input.base ?? place.opened.defaultBranch ?? '', names);
  const shown = found.map(({ name, urls }) => {
    const forge = forgeAt(room, urls[0] ?? '');
    return { name, urls: urls.map(shownUrl), forge: forge && { kind: forge.kind, host: forge.host } };
  });
  return { remotes: shown, usual };
}

/** Puts exactly what the ids name on a branch of a remote, and nothing else. The task stays in review. */
export function push(
  room: Room,
  { by }: Caller,
  input: { task: number; head: string; tree: string; remote: string; url: string },
  signal: AbortSignal | undefined,
): Promise<PushedChange> {
  return elsewhere(input.task, async () => {
    const { task, remote, url } = input;
    const { work, place, review } = await approvable(room, input, signal);
    const branch = work.branch ?? '';
    const there = await urlOf(place, input);
    if (there === null) {
      throw new CodedError(
        'MOVED',
        `Nothing was pushed: the remote ${remote} of ${work.repository.name} is not at ${url} any more. Look where it is, then push again.`,
      );
    }
    const row = await intend(room, {
      ...{ task, remote, url, branch, newOid: input.head },
      oldOid: lastPushed(room.db, { task, url, branch }),
      decision: {
        ...{ at: room.now(), by, kind: 'push', task, repository: work.repository.path, request: null, rule: null },
        shown: decisions.shownOf(review),
        answered: { remote, url, branch },
      },
    });
    const { already, putBack } = await carryOut(room, place, { row, url: there, base: work.base, signal });
    if (putBack) tell(room, work, [putBackWords({ branch, url })]);
    const forge = forgeAt(room, there);
    const compare = forge === null ? null : compareUrl(forge, { base: work.base, branch });
    return { task, remote, url, branch, oid: input.head, already, putBack, compareUrl: compare };
  });
}

/** Puts a task's change elsewhere, or finds out what became of that, while nothing else is done to the task by a person. */
export function elsewhere<Result>(task: number, act: () => Promise<Result>): Promise<Result> {
  return alone(task, () => publishing(task, act));
}

/** The forge an address leads to, when it is a known one. */
export function forgeAt(room: Pick<Room, 'settings'>, url: string) {
  const address = parseRemoteUrl(url);
  return address === null ? null : forgePlace(address, room.settings().forges);
}

/** A task whose change is as the person saw it, and may leave this machine. Throws WRONG_STATE, MOVED, NOT_TRUSTED. */
export async function approvable(
  room: Room,
  seen: { readonly task: number; readonly head: string; readonly tree: string },
  signal: AbortSignal | undefined,
): Promise<{ readonly work: TaskWork; readonly place: RepositoryPlace; readonly review: Review }> {
  mustBe(taskWork(room.db, seen.task), ['review'], 'pushed');
  await settleEdit(room, seen.task);
  await settleReturn(room, seen.task);
  await endRestack(room, seen.task);
  await settleEarlier(room, seen.task);
  await settlePush(room, seen.task, signal);
  const work = taskWork(room.db, seen.task);
  mustBe(work, ['review'], 'pushed');
  const place = await repositoryPlace(room.git, work.repository);
  await assertStillTrusted(work, place, 'pushed');
  const review = await reviewOf(room, work, place);
  if (seen.head !== review.head || seen.tree !== review.tree) {
    const facts = { head: review.head, tree: review.tree };
    throw movedSince(`the change on ${work.branch} moved`, { task: work.id, did: 'pushed', next: 'push', facts });
  }
  await assertNothingUnseen(work, place, 'pushed');
  return { work, place, review };
}

async function intend(room: Room, row: Omit<PushRow, 'id'>): Promise<PushRow> {
  const push = await room.writer.write((db) => recordPush(db, { ...row, at: room.now() }));
  return { ...row, id: push };
}

/** How long is looked for what became of a push that was cut short, in milliseconds: whoever ended it may be closing. */
const settleMs = 10_000;

/**
 * Pushes what was written down and keeps what became of it. Gives whether it was there before, and whether somebody had deleted the
 * branch there since the last push. Throws when it is not there, and CANCELLED, saying what is there, when it was stopped.
 */
export async function carryOut(
  room: Room,
  place: RepositoryPlace,
  what: {
    readonly row: PushRow;
    readonly url: string;
    readonly base: string;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Pick<PushedChange, 'already' | 'putBack'>> {
  const going = room.pushes.begin(what.row.task, what.signal);
  let end: Parameters<typeof going.end>[0] = { there: null, message: '' };
  try {
    const done = await pushOnce(room, place, { ...what, going });
    end = { there: true, message: `It was pushed before it could be stopped: ${placeOf(what.row)} has all of it.` };
    return done;
  } catch (cause) {
    end = {
      there: isThere(room, what.row),
      message: cause instanceof Error ? cause.message : String(cause),
    };
    throw cause;
  } finally {
    going.end(end);
  }
}

/** Ends the push of a task that goes on. Throws WRONG_STATE when none does. */
export async function stopPush(room: Room, task: number): Promise<StoppedPush> {
  const end = await room.pushes.stop(task);
  if (end !== null) return end;
  throw new CodedError('WRONG_STATE', `Nothing was stopped: task ${task} is not being pushed. Look at it again.`, {
    facts: { task },
  });
}

/** Whether a change is where it was pushed, as far as that is kept; null when it could not be found out. */
function isThere(room: Room, row: PushRow): boolean | null {
  if (openPushOf(room.db, row.task) !== undefined) return null;
  return lastPushed(room.db, row) === row.newOid;
}

const placeOf = ({ branch, url }: PushRow): string => `${branch} on ${url}`;

/** What the person is told whose push was stopped. */
function stopped(room: Room, row: PushRow): CodedError {
  const there = isThere(room, row);
  const found =
    there === null
      ? `Whether it is on ${row.url} could not be found out; the next push looks first.`
      : there
        ? `It had come too far: ${placeOf(row)} has all of it.`
        : `Right after that nothing of it was on ${row.url}.`;
  return new CodedError('CANCELLED', `The push was stopped. ${found}`, { facts: { stopped: true, there } });
}

async function pushOnce(
  room: Room,
  place: RepositoryPlace,
  what: Parameters<typeof carryOut>[2] & { readonly going: PushUnderWay; readonly isAgain?: boolean },
): Promise<Pick<PushedChange, 'already' | 'putBack'>> {
  const { row, url, going, isAgain = false } = what;
  const { remote, branch, newOid: oid, oldOid: expected } = row;
  const { plainHttp } = room.settings();
  const end = await inTaskPlace(room, row.task, place, (owned) =>
    pushWith(owned, {
      ...{ remote, url, branch, oid, expected, plainHttp },
      ...{ signal: going.signal, onProgress: going.tell },
    }),
  ).catch(async (cause: unknown) => {
    // It may have happened all the same, and if it cannot be found out soon it is before the next push.
    await settlePush(room, row.task, AbortSignal.timeout(settleMs)).catch(() => {});
    throw going.isStopped() ? stopped(room, row) : cause;
  });
  if (end.kind === 'pushed' || end.kind === 'already') {
    await keepPushed(room, row);
    // Tried again where nothing is there, it was there once.
    return { already: end.kind === 'already', putBack: isAgain && expected === null };
  }
  await abandonPush(room, row);
  if (end.kind === 'refused') {
    throw new CodedError(
      'REMOTE_FAILED',
      `Nothing was pushed: ${row.url} did not take ${branch}. It said: ${end.reason}`,
      {
        facts: { remote, url: row.url, branch },
      },
    );
  }
  const known = lastPushed(room.db, row);
  if (known === null) {
    throw movedThere(
      row,
      `${row.url} has a branch ${branch} already, which was not pushed from here. Look at it there; delete it or rename it, then push again.`,
    );
  }
  if (isAgain) {
    throw movedThere(
      row,
      `${branch} on ${row.url} is being moved by somebody else. Look at it there, then push again.`,
    );
  }
  const there = await whereIs(room, place, { row, url, signal: going.signal }).catch((cause: unknown) => {
    throw going.isStopped() ? stopped(room, row) : cause;
  });
  const why = await whyNotOver(place, row, { known, there });
  if (why !== null) throw movedThere(row, why);
  // From where it was found, and from nowhere else: whoever moves it meanwhile has the last word.
  const { id: _, ...again } = row;
  return pushOnce(room, place, { ...what, isAgain: true, row: await intend(room, { ...again, oldOid: there }) });
}

function movedThere({ remote, url, branch }: PushRow, why: string): CodedError {
  return new CodedError('MOVED', `Nothing was pushed: ${why}`, { facts: { remote, url, branch } });
}

/**
 * Why a branch that somebody else moved since the last push is not pushed over, a sentence; null where nothing is lost and
 * nothing undone by it: what came on top is in the change, or it is gone and the person pushes it anew.
 */
async function whyNotOver(
  place: RepositoryPlace,
  { branch, url, newOid, task, decision }: PushRow,
  { known, there }: { readonly known: string; readonly there: string | null },
): Promise<string | null> {
  if (there === null) {
    // A rule pushes nothing again that somebody took away.
    if (decision.rule === null) return null;
    return `${branch} on ${url} is gone, where the last push left it. Somebody deleted it; to have it there again, push it yourself (in the terminal: task push ${task}).`;
  }
  const has = (await hasCommit(place, there)) && (await hasCommit(place, known));
  if (has && there !== known && (await isAncestor(place, there, known))) {
    return `${branch} on ${url} was put back to ${there.slice(0, 10)}, behind ${known.slice(0, 10)}, where the last push left it. Whoever did that may have meant to take something out of it. Ask them; if all of the change is to be there, delete the branch there, then push again.`;
  }
  if (has && (await isAncestor(place, known, there)) && (await isAncestor(place, there, newOid))) return null;
  return `${branch} on ${url} is not at ${known.slice(0, 10)} any more, where the last push left it. Somebody else moved it: merge what is there into the task's branch, or delete the branch there, then push again.`;
}
