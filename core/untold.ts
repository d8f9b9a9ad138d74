import { CodedError } from './contract/errors';
import { eventsSubject, type RelayMessage } from './contract/relay';
import type { TranscriptEvent } from './contract/transcript';
import type { Bus } from './relay/bus';
import { newestEvent } from './store/transcript-file';
import { readTranscript } from './store/transcript-read';
import type { KeptUntold, UntoldResult } from './untold-file';
import { publishShort, textOf, withoutText } from './untold-message';

/** What the runner's sessions have to tell, until the relay has it. */
export interface Untold {
  /** Takes over what an earlier runtime could not tell. */
  takeOver(left: readonly KeptUntold[]): void;
  /** Has an event told, after all that its session told before. Returns at once. */
  event(session: number, event: TranscriptEvent): void;
  /** Has a result told, after all that its session told before. Returns at once. */
  result(session: number, result: UntoldResult): void;
  /** Tries again what could not be told. */
  resume(): void;
  /** Whether something could not be told. */
  isBehind(): boolean;
  /** Whether this message of a task waits to be answered here. */
  answers(message: number): boolean;
  /** Waits a moment for what is on its way. What is not told then is for the next runtime. */
  close(): Promise<void>;
}

/** How many events of a session are told afterwards: the newest. What was before them is told as missed. */
export const mostBehind = 10_000;
/** How many are on their way at once. */
const mostAtOnce = 50;
/** How many sessions are caught up with at once: each has a piece of its transcript in memory, and all else goes on beside it. */
const mostSessions = 4;
/** How many events wait in memory; more are read from the transcript. */
const mostInMemory = 1_000;
/** How many bytes of text the results that could not be told may have together; the text of more is left out. */
const mostTextHeld = 16 * 1024 * 1024;
/** How long closing waits. */
const closeMs = 2_500;

type Told = TranscriptEvent | UntoldResult;

/** One session that has something to tell. */
interface Line {
  readonly session: number;
  /** By which its messages are told from those of another runtime's session of the same number. */
  readonly once: string;
  /** What is to be told, in order, while nothing is behind, and what of it is on its way. */
  waiting: Told[];
  flying: readonly Told[];
  /** Events are read from the transcript, from `next` on; results are told after them. */
  isBehind: boolean;
  results: UntoldResult[];
  /** The first event that the relay may not have, those after it that it has, and the newest there is. */
  next: number;
  kept: Set<number>;
  newest: number;
  /** Gives whether all of it was told. */
  going: Promise<boolean> | null;
}

/**
 * Keeps what sessions tell in order, each its own. What could not be told is told once it can be, events from the transcript, which has
 * them anyway; `save` keeps from where on, for the next runtime.
 */
export function createUntold(from: {
  readonly bus: () => Promise<Bus>;
  readonly transcripts: string;
  /** Keeps of which sessions the relay does not have all. */
  readonly save: (lines: readonly KeptUntold[]) => void;
  /** When a session began; undefined when there is none. */
  readonly startedAt: (session: number) => number | undefined;
  /** A message of a task was answered. */
  readonly onAnswered: (message: number) => Promise<void>;
  /** Something could not be told, and will be tried again. */
  readonly onFailed: (cause: unknown) => void;
  readonly onTold: () => void;
}): Untold {
  const { bus, transcripts, onAnswered, onFailed, onTold } = from;
  const lines = new Map<number, Line>();
  /** The messages of tasks that wait to be answered. */
  const answering = new Set<number>();
  let stopped = false;
  let isCatchingUp = false;
  const saved = { at: 0, tookMs: 0, isAll: true };

  function lineOf(session: number, next: number): Line | null {
    const known = lines.get(session);
    if (known !== undefined) return known;
    const startedAt = from.startedAt(session);
    if (startedAt === undefined) return null;
    const line: Line = {
      ...{ session, once: String(startedAt), waiting: [], flying: [], isBehind: false, results: [] },
      ...{ next, kept: new Set(), newest: next - 1, going: null },
    };
    lines.set(session, line);
    return line;
  }

  function save(): void {
    const began = performance.now();
    const behind = [...lines.values()].filter(({ isBehind }) => isBehind);
    from.save(behind.map(({ session, next, newest, results }) => ({ session, next, newest, results })));
    Object.assign(saved, { at: performance.now(), tookMs: performance.now() - began, isAll: true });
  }

  /** Saves what is not behind any more, but for a tenth of the time at most: it is all written anew for each session. */
  function saveSometimes(): void {
    if (performance.now() - saved.at > saved.tookMs * 10) save();
    else saved.isAll = false;
  }

  function fallBehind(line: Line): void {
    const results = line.waiting.filter(isResult);
    // Those of what came while this was on its way: they are later.
    const later = line.results;
    line.waiting = [];
    line.results = [];
    line.isBehind = true;
    for (const result of results) hold(line, result);
    line.results.push(...later);
  }

  function hold(line: Line, result: UntoldResult): void {
    let bytes = JSON.stringify(result.message).length;
    for (const { results } of lines.values()) for (const { message } of results) bytes += textOf(message).length;
    line.results.push(bytes > mostTextHeld ? { ...result, message: withoutText(result.message) } : result);
  }

  async function put({ once }: Line, subject: string, message: RelayMessage): Promise<void> {
    await publishShort(await bus(), { subject, message, once });
    onTold();
  }

  async function putResult(line: Line, { subject, message, answers }: UntoldResult): Promise<void> {
    await put(line, subject, message);
    if (answers === null) return;
    await onAnswered(answers);
    answering.delete(answers);
  }

  function putEvent(line: Line, event: TranscriptEvent): Promise<void> {
    const id = `${line.session}-${event.seq}`;
    return put(line, eventsSubject(String(line.session)), { id, type: 'transcript', payload: event });
  }

  /** Tells all of these, or throws why not; what could not be told is behind then. */
  async function tell(line: Line, batch: readonly Told[]): Promise<void> {
    line.flying = batch;
    const outcomes = await Promise.allSettled(
      batch.map((one) => (isResult(one) ? putResult(line, one) : putEvent(line, one))),
    );
    line.flying = [];
    const failed = batch.filter((_one, at) => outcomes[at]?.status === 'rejected');
    const told = batch.flatMap((one) => (isResult(one) || failed.includes(one) ? [] : [one.seq]));
    const cause = outcomes.find((outcome) => outcome.status === 'rejected');
    if (cause === undefined) {
      line.next = Math.max(line.next, (told.at(-1) ?? 0) + 1);
      return;
    }
    for (const seq of told) line.kept.add(seq);
    line.waiting.unshift(...failed);
    fallBehind(line);
    throw cause.reason;
  }

  /** Tells what is behind of a session, until nothing is. */
  async function catchUp(line: Line): Promise<void> {
    if (line.next <= line.newest) await tellEvents(line);
    while (!stopped && line.next > line.newest) {
      const [result] = line.results;
      if (result === undefined) {
        line.isBehind = false;
        line.kept.clear();
        return saveSometimes();
      }
      await putResult(line, result);
      line.results.shift();
    }
  }

  async function tellEvents(line: Line): Promise<void> {
    if (line.newest - line.next >= mostBehind) await tellMissed(line, line.newest - mostBehind);
    const first = line.next;
    try {
      await tellTranscript(line);
    } catch (cause) {
      // What the relay says has a code. Else the transcript cannot be read, and that of others can.
      if (cause instanceof CodedError) throw cause;
    }
    // It was taken away meanwhile, or cannot be read.
    if (!stopped && line.next === first) await tellMissed(line, line.newest);
  }

  async function tellTranscript(line: Line): Promise<void> {
    for await (const events of readTranscript({ folder: transcripts, session: line.session, after: line.next - 1 })) {
      for (let at = 0; at < events.length; at += mostAtOnce) {
        if (stopped) return;
        const piece = events.slice(at, at + mostAtOnce);
        const fresh = piece.filter(({ seq }) => !line.kept.has(seq));
        await tell(line, fresh);
        line.next = Math.max(line.next, (piece.at(-1)?.seq ?? 0) + 1);
      }
    }
  }

  async function tellMissed(line: Line, to: number): Promise<void> {
    const { session, next } = line;
    // Told again it may be more, and must not be taken for the same.
    const message = { id: `${session}-missed-${next}-${to}`, type: 'missed', payload: { from: next, to } };
    await put(line, eventsSubject(String(session)), message);
    line.next = to + 1;
  }

  async function goOn(line: Line): Promise<boolean> {
    const before = placeOf(line);
    let isTold = true;
    // What comes in the same moment is told with it.
    await null;
    try {
      while (!stopped) {
        if (line.isBehind) await catchUp(line);
        else if (line.waiting.length > 0) await tell(line, line.waiting.splice(0, mostAtOnce));
        else break;
      }
    } catch (cause) {
      isTold = false;
      if (placeOf(line) !== before) save();
      onFailed(cause);
    }
    line.going = null;
    if (!line.isBehind && line.waiting.length === 0) lines.delete(line.session);
    return isTold;
  }

  function go(line: Line): Promise<boolean> {
    if (stopped) return Promise.resolve(false);
    line.going ??= goOn(line);
    return line.going;
  }

  /** Tells what is behind of all sessions, until one cannot be told: others could not either, and are not all tried for that. */
  async function catchUpAll(): Promise<void> {
    if (isCatchingUp) return;
    isCatchingUp = true;
    const behind = [...lines.values()].filter(({ isBehind }) => isBehind);
    let isOver = false;
    const some = async () => {
      for (let line = behind.shift(); line !== undefined && !isOver; line = behind.shift()) {
        if (await go(line)) continue;
        isOver = true;
        // The last of them next time: if it is the only one, it keeps back no other.
        if (lines.delete(line.session)) lines.set(line.session, line);
      }
    };
    await Promise.all(Array.from({ length: mostSessions }, some));
    if (!stopped && !saved.isAll) save();
    isCatchingUp = false;
  }

  return {
    takeOver(left) {
      for (const { session, next, newest, results } of left) {
        const line = lineOf(session, next);
        if (line === null) continue;
        line.isBehind = true;
        line.newest = Math.max(newest, newestEvent(transcripts, session));
        line.results = [...results];
        for (const { answers } of results) if (answers !== null) answering.add(answers);
      }
    },
    event(session, event) {
      const line = lineOf(session, event.seq);
      if (line === null) return;
      const isFirst = line.newest < line.next;
      if (isFirst) line.next = Math.max(line.next, event.seq);
      line.newest = event.seq;
      if (line.isBehind) {
        if (isFirst) save();
        return;
      }
      line.waiting.push(event);
      if (line.waiting.length > mostInMemory) fallBehind(line);
      void go(line);
    },
    result(session, result) {
      // Of what it told before the relay has all.
      const line = lines.get(session) ?? lineOf(session, newestEvent(transcripts, session) + 1);
      if (line === null) return;
      if (result.answers !== null) answering.add(result.answers);
      if (line.isBehind) {
        hold(line, result);
        return save();
      }
      line.waiting.push(result);
      void go(line);
    },
    resume() {
      void catchUpAll();
    },
    isBehind: () => [...lines.values()].some(({ isBehind }) => isBehind),
    answers: (message) => answering.has(message),
    async close() {
      let late: NodeJS.Timeout | undefined;
      const wait = new Promise<void>((resolve) => {
        late = setTimeout(resolve, closeMs);
      });
      await Promise.race([Promise.all([...lines.values()].map(({ going }) => going)), wait]);
      clearTimeout(late);
      stopped = true;
      for (const line of lines.values()) {
        line.waiting.unshift(...line.flying);
        if (line.waiting.length > 0) fallBehind(line);
      }
      save();
    },
  };
}

/** How far it is told. */
function placeOf({ isBehind, next, results }: Line): string {
  return `${isBehind} ${next} ${results.length}`;
}

function isResult(one: Told): one is UntoldResult {
  return 'answers' in one;
}
