import { CodedError } from './contract/errors';
import { eventsSubject, mostMessageBytes, type RelayMessage } from './contract/relay';
import type { TranscriptEvent } from './contract/transcript';
import type { Bus } from './relay/bus';
import { newestEvent } from './store/transcript-file';
import { readTranscript } from './store/transcript-read';
import type { KeptUntold, UntoldResult } from './untold-file';

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
  going: Promise<void> | null;
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
    const behind = [...lines.values()].filter(({ isBehind }) => isBehind);
    from.save(behind.map(({ session, next, newest, results }) => ({ session, next, newest, results })));
  }

  function fallBehind(line: Line): void {
    const results = line.waiting.filter(isResult);
    line.waiting = [];
    line.isBehind = true;
    for (const result of results) hold(line, result);
  }

  function hold(line: Line, result: UntoldResult): void {
    let bytes = JSON.stringify(result.message).length;
    for (const { results } of lines.values()) for (const { message } of results) bytes += textOf(message).length;
    line.results.push(bytes > mostTextHeld ? withoutText(result) : result);
  }

  async function put({ once }: Line, subject: string, message: RelayMessage): Promise<void> {
    const on = await bus();
    const text = JSON.stringify(message);
    const { id, type } = message;
    const short: RelayMessage = { id, type, payload: { tooLong: true } };
    if (Buffer.byteLength(text) > mostMessageBytes) await on.publish(subject, short, undefined, once);
    else
      await on.publish(subject, message, text, once).catch(async (cause: unknown) => {
        // A NATS server may take less.
        if (!(cause instanceof CodedError) || cause.code !== 'BAD_INPUT') throw cause;
        await on.publish(subject, short, undefined, once);
      });
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
        return save();
      }
      await putResult(line, result);
      line.results.shift();
    }
  }

  async function tellEvents(line: Line): Promise<void> {
    if (line.newest - line.next >= mostBehind) await tellMissed(line, line.newest - mostBehind);
    const first = line.next;
    for await (const events of readTranscript({ folder: transcripts, session: line.session, after: first - 1 })) {
      for (let at = 0; at < events.length; at += mostAtOnce) {
        if (stopped) return;
        const piece = events.slice(at, at + mostAtOnce);
        const fresh = piece.filter(({ seq }) => !line.kept.has(seq));
        await tell(line, fresh);
        line.next = Math.max(line.next, (piece.at(-1)?.seq ?? 0) + 1);
      }
    }
    // It was taken away meanwhile.
    if (line.next === first) await tellMissed(line, line.newest);
  }

  async function tellMissed(line: Line, to: number): Promise<void> {
    const { session, next } = line;
    const message = { id: `${session}-missed-${next}`, type: 'missed', payload: { from: next, to } };
    await put(line, eventsSubject(String(session)), message);
    line.next = to + 1;
  }

  async function goOn(line: Line): Promise<void> {
    // What comes in the same moment is told with it.
    await null;
    try {
      while (!stopped) {
        if (line.isBehind) await catchUp(line);
        else if (line.waiting.length > 0) await tell(line, line.waiting.splice(0, mostAtOnce));
        else break;
      }
    } catch (cause) {
      save();
      onFailed(cause);
    }
    line.going = null;
    if (!line.isBehind && line.waiting.length === 0) lines.delete(line.session);
  }

  function go(line: Line): void {
    if (!stopped) line.going ??= goOn(line);
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
      go(line);
    },
    result(session, result) {
      const line = lineOf(session, 1);
      if (line === null) return;
      if (result.answers !== null) answering.add(result.answers);
      if (line.isBehind) {
        hold(line, result);
        return save();
      }
      line.waiting.push(result);
      go(line);
    },
    resume() {
      for (const line of lines.values()) go(line);
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

function isResult(one: Told): one is UntoldResult {
  return 'answers' in one;
}

function textOf({ payload }: RelayMessage): string {
  const text = typeof payload === 'object' && payload !== null && 'text' in payload ? payload.text : '';
  return typeof text === 'string' ? text : '';
}

function withoutText(result: UntoldResult): UntoldResult {
  const { message } = result;
  return { ...result, message: { ...message, payload: { ...(message.payload as object), text: '', tooLong: true } } };
}
