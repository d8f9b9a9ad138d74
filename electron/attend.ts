import type { Change } from '../core/contract/change';
import { quietUntil } from '../core/contract/quiet-hours';
import type { Request } from '../core/contract/request';
import type { Settings } from '../core/contract/settings';
import { type Seen, type Words, wordsFor } from './notice';
import { isStillAt, openRequests, type Tasks, takeIn } from './seen';

/** A notification that is on the screen, or was until the person put it away. */
export interface Notice extends Words {
  readonly id: number;
  readonly requests: readonly Request[];
  readonly finished: readonly Seen[];
  /** Without a sound, because nobody waits or because the person was called a moment ago. */
  readonly silent: boolean;
  readonly shownAt: number;
}

/** What is known and shown at one moment. */
export interface Attention {
  readonly tasks: Tasks;
  /** When listening began; null before the first snapshot. */
  readonly since: number | null;
  readonly settings: Pick<Settings, 'notifyFinished' | 'quietHours'> | null;
  readonly shown: readonly Notice[];
  /** What is about to be told, together with what else arrives until then. */
  readonly gathered: {
    readonly until: number;
    readonly requests: readonly Request[];
    readonly finished: readonly Seen[];
  } | null;
  /** Set in quiet hours: when they end, and which tasks finished in them. */
  readonly quiet: { readonly until: number; readonly finished: readonly Seen[] } | null;
  readonly lastId: number;
}

/** What happens: the runtime tells a change, the person puts a notification away, or time goes by. */
export type Happening =
  | { readonly type: 'change'; readonly change: Change }
  | { readonly type: 'dismissed'; readonly notice: number }
  | { readonly type: 'time' };

/** What is to be done outside. `call` is once for everything that newly waits: the dock, the task bar. */
export type Effect =
  | { readonly type: 'show'; readonly notice: Notice }
  | { readonly type: 'close'; readonly notice: number }
  | { readonly type: 'call' };

/** What follows from what happened. `wakeAt` is when time alone changes something; null for never. */
export interface Step {
  readonly attention: Attention;
  readonly effects: readonly Effect[];
  readonly wakeAt: number | null;
}

/** Nothing known and nothing shown. */
export const inattentive: Attention = {
  tasks: new Map(),
  since: null,
  settings: null,
  shown: [],
  gathered: null,
  quiet: null,
  lastId: 0,
};

/** Ten agents often ask within the same second: they are told of at once. */
const gatherMs = 1_000;
/** A notification this young takes what comes after it in, silently, so that they do not pile up. */
const foldMs = 15_000;

/**
 * Decides what the person is told, from what happens, whether they look at the window, their settings and the time. Told of
 * is what is new and nobody looks at; what was answered or taken back is put away at once; in quiet hours nothing is shown,
 * and at their end one notification sums up what waits.
 */
export function attend(
  before: Attention,
  happening: Happening,
  around: { readonly focused: boolean; readonly now: number },
): Step {
  const { attention, effects: putAway } = takeInto(before, happening, around);
  const { attention: calm, effects: summed } = keepQuiet(attention, around);
  const { attention: told, effects: shown } = tell(calm, around);
  const wakes = [told.gathered?.until, told.quiet?.until].filter((at) => at !== undefined);
  return {
    attention: told,
    effects: [...putAway, ...summed, ...shown],
    wakeAt: wakes.length === 0 ? null : Math.min(...wakes),
  };
}

type Partly = Omit<Step, 'wakeAt'>;
type Around = Parameters<typeof attend>[2];

/** Learns what happened, gathers what is new, and puts away what is no longer so. */
function takeInto(before: Attention, happening: Happening, around: Around): Partly {
  if (happening.type === 'time') return { attention: before, effects: [] };
  if (happening.type === 'dismissed') {
    return { attention: { ...before, shown: before.shown.filter(({ id }) => id !== happening.notice) }, effects: [] };
  }
  const { change } = happening;
  const settings = change.type === 'snapshot' || change.type === 'settings.changed' ? change.settings : before.settings;
  const since = before.since ?? around.now;
  const { tasks, requests, finished } = takeIn(before.tasks, change, since);
  const attention = { ...before, settings, since, tasks };
  if (tasks === before.tasks) return { attention, effects: [] };
  const ends = settings?.notifyFinished === false ? [] : finished;
  const { attention: kept, effects } = putAwayOld(attention, around);
  return { attention: gather(kept, requests, ends, around.now), effects };
}

function gather(attention: Attention, requests: readonly Request[], finished: readonly Seen[], now: number): Attention {
  if (requests.length === 0 && finished.length === 0) return attention;
  const { gathered } = attention;
  return {
    ...attention,
    gathered: {
      until: gathered?.until ?? now + gatherMs,
      requests: [...(gathered?.requests ?? []), ...requests],
      finished: [...(gathered?.finished ?? []), ...finished],
    },
  };
}

/**
 * What a notification tells of and is no longer so leaves it; one that has nothing left to tell is closed. In quiet hours it
 * is closed, and what is left is told by the sum at their end.
 */
function putAwayOld(attention: Attention, { focused, now }: Around): Partly {
  let next: Attention = { ...attention, shown: [] };
  const effects: Effect[] = [];
  const isQuiet = attention.settings !== null && quietUntil(attention.settings.quietHours, now) !== null;
  for (const notice of attention.shown) {
    const left = stillSo(attention.tasks, notice);
    if (left.requests.length === notice.requests.length && left.finished.length === notice.finished.length) {
      next = { ...next, shown: [...next.shown, notice] };
      continue;
    }
    effects.push({ type: 'close', notice: notice.id });
    // Who answers in the window sees what is left there.
    if (focused || (left.requests.length === 0 && left.finished.length === 0)) continue;
    if (isQuiet) {
      next = gather(next, left.requests, left.finished, now);
      continue;
    }
    const shown = show(next, { ...left, silent: true, now });
    next = shown.attention;
    effects.push(...shown.effects);
  }
  return { attention: next, effects };
}

/** Enters quiet hours and leaves them. What is gathered then is told by the sum at their end. */
function keepQuiet(attention: Attention, around: Around): Partly {
  const { quiet, gathered, settings, tasks } = attention;
  const until = settings === null ? null : quietUntil(settings.quietHours, around.now);
  if (until !== null) {
    const finished = [...(quiet?.finished ?? []), ...(gathered?.finished ?? [])];
    return { attention: { ...attention, quiet: { until, finished }, gathered: null }, effects: [] };
  }
  if (quiet === null) return { attention, effects: [] };
  const waits = stillSo(tasks, { requests: openRequests(tasks), finished: quiet.finished });
  const calm = { ...attention, quiet: null };
  const isNothing = waits.requests.length === 0 && waits.finished.length === 0;
  if (around.focused || isNothing) return { attention: calm, effects: [] };
  // What is on the screen since before is part of the sum.
  const effects: Effect[] = attention.shown.map(({ id }) => ({ type: 'close', notice: id }));
  const shown = show(
    { ...calm, shown: [], gathered: null },
    { ...waits, silent: waits.requests.length === 0, now: around.now },
  );
  return { attention: shown.attention, effects: [...effects, ...shown.effects, ...callFor(waits.requests)] };
}

/** Shows what was gathered, what waits apart from what is finished, unless the person looks at the window. */
function tell(attention: Attention, { focused, now }: Around): Partly {
  const { gathered, tasks } = attention;
  if (gathered === null || (gathered.until > now && !focused)) return { attention, effects: [] };
  const { requests, finished } = stillSo(tasks, gathered);
  const done: Partly = { attention: { ...attention, gathered: null }, effects: [] };
  if (focused) return done;
  const waiting = requests.length === 0 ? done : showWith(done, { requests, finished: [], now });
  const ended = finished.length === 0 ? waiting : showWith(waiting, { requests: [], finished, now });
  return { attention: ended.attention, effects: [...ended.effects, ...callFor(requests)] };
}

/** Shows something together with what young notifications of the same sort tell, in place of them. */
function showWith(
  { attention, effects }: Partly,
  news: { readonly requests: readonly Request[]; readonly finished: readonly Seen[]; readonly now: number },
): Partly {
  const isYoung = (notice: Notice) =>
    news.now - notice.shownAt < foldMs && notice.requests.length > 0 === news.requests.length > 0;
  const young = attention.shown.filter(isYoung);
  const rest = { ...attention, shown: attention.shown.filter((notice) => !isYoung(notice)) };
  const shown = show(rest, {
    requests: [...young.flatMap(({ requests }) => requests), ...news.requests],
    finished: [...young.flatMap(({ finished }) => finished), ...news.finished],
    silent: news.requests.length === 0 || young.length > 0,
    now: news.now,
  });
  const closed: Effect[] = young.map(({ id }) => ({ type: 'close', notice: id }));
  return { attention: shown.attention, effects: [...effects, ...closed, ...shown.effects] };
}

function show(
  attention: Attention,
  told: {
    readonly requests: readonly Request[];
    readonly finished: readonly Seen[];
    readonly silent: boolean;
    readonly now: number;
  },
): Partly {
  const { requests, finished, silent, now } = told;
  const id = attention.lastId + 1;
  const notice: Notice = { ...wordsFor(requests, finished), id, requests, finished, silent, shownAt: now };
  return {
    attention: { ...attention, lastId: id, shown: [...attention.shown, notice] },
    effects: [{ type: 'show', notice }],
  };
}

function callFor(requests: readonly Request[]): readonly Effect[] {
  return requests.length === 0 ? [] : [{ type: 'call' }];
}

function stillSo(
  tasks: Tasks,
  told: { readonly requests: readonly Request[]; readonly finished: readonly Seen[] },
): { readonly requests: readonly Request[]; readonly finished: readonly Seen[] } {
  const open = new Set(openRequests(tasks).map(({ id }) => id));
  return {
    requests: told.requests.filter(({ id }) => open.has(id)),
    finished: told.finished.filter((task) => isStillAt(tasks, task)),
  };
}
