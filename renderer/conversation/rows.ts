import type { Usage } from '../../core/contract/task';
import type { TranscriptEvent } from '../../core/contract/transcript';
import type { Row } from './row-kinds';

type ToolRow = Extract<Row, { kind: 'tool' }>;
type PlanEntries = Extract<Row, { kind: 'plan' }>['entries'];

/** A conversation as it grows: rows in order, and where the ones that may still change are. */
export interface Rows {
  readonly rows: Row[];
  /** The last event's number; following goes on after it. */
  seq: number;
  readonly places: Map<string, number>;
  /** The place of the row an event is in, by the event's number; undefined for one that shows nothing. */
  readonly rowOf: (number | undefined)[];
  /** What the conversation used so far and how full the model is with it, as far as the agent says. */
  used: Used;
  /** The checkpoint its worktree is at, but for what was edited since; null before the first turn that changed files. */
  here: number | null;
  /** Which of the rows hold now: those that led to where the worktree is. */
  standing: Standing;
  /** Which held at each checkpoint, and where each going back left from. */
  readonly standings: Map<number, Standing>;
  /** The checkpoints that keep what was left by going back. */
  readonly lefts: Set<number>;
}

/** Stretches of rows by their places, in order and apart: from the first to before the second. The last may go on. */
export type Standing = readonly (readonly [number, number])[];

const all: Standing = [[0, Number.POSITIVE_INFINITY]];

/** What a conversation used: the sum of its turns, null for what is not known; and its newest measure of the context. */
export interface Used extends Usage {
  readonly context: { readonly used: number; readonly size: number | null } | null;
}

/** A conversation with nothing in it. */
export function noRows(): Rows {
  const used = { inputTokens: null, outputTokens: null, costUsd: null, context: null };
  const standings = new Map([[0, upTo(all, 0)]]);
  return {
    rows: [],
    seq: 0,
    places: new Map(),
    rowOf: [],
    used,
    here: null,
    standing: all,
    standings,
    lefts: new Set(),
  };
}

/** Adds events in place. An event already taken is passed over, so a second delivery changes nothing. */
export function addEvents(to: Rows, events: readonly TranscriptEvent[]): void {
  for (const event of events) {
    if (event.seq <= to.seq) continue;
    to.seq = event.seq;
    to.rowOf[event.seq] = add(to, event);
  }
}

/** Adds one event and gives the place of the row it is in, if it is in one. */
function add(to: Rows, event: TranscriptEvent): number | undefined {
  const { at } = event;
  const key = `${event.seq}`;
  switch (event.type) {
    case 'prompt':
      cutOffAll(to);
      return to.rows.push({ kind: 'prompt', key, at, text: event.text, by: event.by }) - 1;
    case 'text':
    case 'thought': {
      // A message interrupted by a tool call goes on in a row of its own, so that the order stays what it was.
      const last = to.rows.length - 1;
      const name = `${event.type} ${event.message}`;
      const row = to.rows[last];
      if (row !== undefined && row.kind === event.type && to.places.get(name) === last) {
        to.rows[last] = { ...row, text: row.text + event.text };
        return last;
      }
      if (event.text === '') return undefined;
      to.places.set(name, to.rows.length);
      return to.rows.push({ kind: event.type, key, at, text: event.text }) - 1;
    }
    case 'tool': {
      const { seq: _seq, at: _at, type: _type, ...call } = event;
      const name = `tool ${event.call}`;
      const place = to.places.get(name);
      const row = place === undefined ? undefined : to.rows[place];
      if (place !== undefined && row?.kind === 'tool') {
        to.rows[place] = { ...row, call: { ...row.call, ...told(call) }, cutOff: false };
        return place;
      }
      to.places.set(name, to.rows.length);
      return to.rows.push({ kind: 'tool', key, at, call, denied: false, cutOff: false }) - 1;
    }
    case 'plan': {
      const place = to.places.get('plan');
      const row = place === undefined ? undefined : to.rows[place];
      // A plan that is only ticked off stays where it is; a new one after other rows is shown anew.
      if (place !== undefined && row?.kind === 'plan' && sameTexts(row.entries, event.entries)) {
        to.rows[place] = { ...row, entries: event.entries };
        return place;
      }
      to.places.set('plan', to.rows.length);
      return to.rows.push({ kind: 'plan', key, at, entries: event.entries }) - 1;
    }
    case 'request': {
      const name = `request ${event.request}`;
      const call = event.kind === 'permission' ? callAskedFor(to.rows, event.title) : null;
      const before = to.places.get(name);
      if (before !== undefined) standsAgain(to.rows, before, call);
      to.places.set(name, to.rows.length);
      return (
        to.rows.push({
          ...{ kind: 'request', key, at, request: event.request, title: event.title, answer: null, again: false },
          call,
        }) - 1
      );
    }
    case 'answer': {
      const place = to.places.get(`request ${event.request}`);
      const row = place === undefined ? undefined : to.rows[place];
      if (place === undefined || row?.kind !== 'request') return undefined;
      to.rows[place] = { ...row, answer: event.text };
      if (event.decision === 'deny' && row.call !== null) deny(to.rows, row.call);
      return place;
    }
    case 'notice':
      return to.rows.push({ kind: 'notice', key, at, level: event.level, text: event.text }) - 1;
    case 'commit':
      return to.rows.push({ kind: 'commit', key, at, oid: event.oid, subject: event.subject, files: event.files }) - 1;
    case 'check':
      return (
        to.rows.push({
          kind: 'check',
          key,
          at,
          name: event.name ?? event.command,
          command: event.command,
          passed: event.passed,
        }) - 1
      );
    case 'checkpoint': {
      const { seq: _seq, type: kind, ...kept } = event;
      to.here = event.checkpoint;
      const place = to.rows.push({ kind, key, ...kept }) - 1;
      to.standings.set(event.checkpoint, upTo(to.standing, place + 1));
      return place;
    }
    case 'back': {
      const { seq: _seq, type: kind, ...gone } = event;
      const name = `back ${event.back}`;
      // A crash may have it told twice.
      const place = to.places.get(name);
      if (place !== undefined) return place;
      to.places.set(name, to.rows.length);
      to.here = event.checkpoint;
      const end = to.rows.length;
      const forward = to.standings.has(event.checkpoint) && to.lefts.has(event.checkpoint);
      // What is left may be a checkpoint that was there before; where it is none, it is what stood until here.
      if (!to.standings.has(event.left)) to.standings.set(event.left, upTo(to.standing, end));
      to.lefts.add(event.left);
      to.standing = [...(to.standings.get(event.checkpoint) ?? []), [end, Number.POSITIVE_INFINITY]];
      return to.rows.push({ kind, key, forward, ...gone }) - 1;
    }
    case 'usage':
      to.used = { ...to.used, ...sumOf(to.used, event) };
      return undefined;
    case 'context':
      // Some events of a turn measure before the agent knows how much the model can hold.
      to.used = { ...to.used, context: { used: event.used, size: event.size ?? to.used.context?.size ?? null } };
      return undefined;
  }
}

/** What stands of it before a place. */
function upTo(standing: Standing, end: number): Standing {
  return standing.flatMap(([from, to]) => (from < end ? [[from, Math.min(to, end)] as const] : []));
}

function sumOf(before: Usage, more: Usage): Usage {
  const sum = (one: number | null, other: number | null): number | null =>
    one === null && other === null ? null : (one ?? 0) + (other ?? 0);
  return {
    inputTokens: sum(before.inputTokens, more.inputTokens),
    outputTokens: sum(before.outputTokens, more.outputTokens),
    costUsd: sum(before.costUsd, more.costUsd),
  };
}

/**
 * The call that leave is asked for: of those not ended yet the newest of the same title, or with a verb before it as in
 * `Run npm test`; else the only one there is. Where several could be meant none is.
 */
function callAskedFor(rows: readonly Row[], title: string): string | null {
  const open = rows.filter(
    (row): row is ToolRow =>
      row.kind === 'tool' && !row.cutOff && (row.call.status === 'pending' || row.call.status === 'running'),
  );
  const named = open.findLast(({ call }) => call.title === title || title.endsWith(` ${call.title}`));
  return (named ?? (open.length === 1 ? open[0] : undefined))?.key ?? null;
}

function deny(rows: Row[], key: string): void {
  const place = rows.findLastIndex((row) => row.key === key);
  const row = rows[place];
  if (row?.kind === 'tool') rows[place] = { ...row, denied: true };
}

/** A request that is put again after its agent was cut off is answered where it stands last, for the call made anew. */
function standsAgain(rows: Row[], place: number, call: string | null): void {
  const row = rows[place];
  if (row?.kind !== 'request') return;
  rows[place] = { ...row, again: true };
  const before = row.call === null || row.call === call ? -1 : rows.findLastIndex(({ key }) => key === row.call);
  if (before >= 0) cutOff(rows, before);
}

/** A turn begins only when the one before is over, so what has not ended by then was cut off. */
function cutOffAll({ rows }: Rows): void {
  for (let place = rows.length - 1; place >= 0 && rows[place]?.kind !== 'prompt'; place -= 1) cutOff(rows, place);
}

function cutOff(rows: Row[], place: number): void {
  const row = rows[place];
  if (row?.kind !== 'tool' || (row.call.status !== 'pending' && row.call.status !== 'running')) return;
  rows[place] = { ...row, cutOff: true };
}

/** Later events of a call add to earlier ones: what they leave out or leave empty stays as it was. */
function told<T extends object>(call: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(call).filter(([, value]) => value !== undefined && value !== ''),
  ) as Partial<T>;
}

function sameTexts(one: PlanEntries, other: PlanEntries): boolean {
  return one.length === other.length && one.every((entry, index) => entry.text === other[index]?.text);
}
