import { basename, dirname } from 'node:path';
import type { SearchIndexState } from '../contract/search';
import type { Database } from './database';
import { isDamage } from './failure';
import { readinessWhileReading } from './search-behind';
import { openSearchDatabase, removeSearchDatabase } from './search-database';
import { closeMessage, entriesOf, newReading, type Reading } from './search-entries';
import { type EntryQuery, type FoundEntry, findEntries } from './search-find';
import { readSlices, sizeOf, tailMark } from './search-read';
import { takeInTasks } from './search-tasks';
import { addEntries, listSources, removeSource, type SourceRow, sourceOf } from './search-write';
import { allRows, getRow } from './statement';
import { transcriptFile } from './transcript-file';
import { watchGrowth } from './transcript-follow';

/** The full-text index over every task and transcript. */
export interface SearchIndex {
  /** Begins to catch up with what was written, and goes on as more is. */
  start(): void;
  find(query: EntryQuery): { readonly found: readonly FoundEntry[]; readonly more: boolean };
  state(): SearchIndexState;
  /** A task was added or something else happened that may be worth a look. */
  wake(): void;
  /** Resolves when everything written so far can be found. Rejects when the index is broken. */
  settled(): Promise<void>;
  /** Ends what is under way and closes the file. */
  close(): Promise<void>;
}

export interface SearchIndexOptions {
  /** The index's own file, which may be removed at any time. */
  readonly file: string;
  readonly nativeBinding: string | null;
  /** The store, which knows the tasks, their sessions and what requests ask. Read only. */
  readonly db: Database;
  readonly transcripts: string;
  readonly log: (level: 'warning' | 'error', message: string, facts: Readonly<Record<string, unknown>>) => void;
  /** How long growth is gathered before it is read, and how long a message is waited for that may go on. */
  readonly gatherMs?: number;
  /** After a failure, how long before the next try; half a minute unless given. */
  readonly retryMs?: number;
}

/** What is paused between two slices, so that agents and windows come first. */
const restMs = 2;

/** Makes the index. Nothing is opened or read before `start`. */
export function createSearchIndex(options: SearchIndexOptions): SearchIndex {
  const { transcripts, gatherMs = 500, retryMs = 30_000 } = options;
  /** Transcripts to look at, with when they last grew. */
  const grown = new Map<number, number>();
  const readings = new Map<number, Reading>();
  /** Transcripts that could not be read, and are tried again. */
  const unread = new Set<number>();
  let again: NodeJS.Timeout | undefined;
  let index: Database | null = null;
  let progress: { done: number; of: number } | null = null;
  let broken: string | null = null;
  let damage: unknown = null;
  let timer: NodeJS.Timeout | undefined;
  let pass: Promise<void> = Promise.resolve();
  let passing = false;
  let started = false;
  let closed = false;
  let stopWatching = () => {};

  const begin = (inMs: number): void => {
    if (closed || !started || (timer !== undefined && inMs > 0)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      if (passing) return begin(restMs);
      passing = true;
      pass = run().finally(() => {
        passing = false;
      });
    }, inMs);
    // Whoever has nothing else to do need not stay for the index.
    timer.unref();
  };

  async function run(): Promise<void> {
    try {
      if (damage !== null) throw damage;
      const db = open();
      for (const _ of takeInTasks(db, options.db)) {
        if (closed) return;
        await rest();
      }
      for (const session of [...grown.keys()]) {
        if (closed) return;
        await readSession(db, session).then(
          () => unread.delete(session),
          (error) => passOver(session, error),
        );
      }
      broken = null;
      progress = null;
      if (grown.size > 0) begin(gatherMs);
    } catch (error) {
      failed(error);
    }
  }

  function open(): Database {
    if (index !== null) return index;
    index = openSearchDatabase(options);
    readings.clear();
    const known = new Map(listSources(index).map((source) => [source.session, source]));
    for (const { id } of allRows<{ id: number }>(options.db, 'SELECT id FROM session ORDER BY id')) {
      if (!grown.has(id)) grown.set(id, 0);
      known.delete(id);
    }
    for (const session of known.keys()) removeSource(index, session);
    progress = { done: 0, of: 0 };
    return index;
  }

  async function readSession(db: Database, session: number): Promise<void> {
    const since = grown.get(session) ?? 0;
    const file = transcriptFile(transcripts, session);
    const size = await sizeOf(file);
    let source = sourceOf(db, session);
    if (source !== undefined && (size ?? 0) < source.bytes) {
      removeSource(db, session);
      readings.delete(session);
      source = undefined;
    }
    // A message that may go on is read again from its beginning when it has, and until then waited for.
    const isQuiet = Date.now() - since >= gatherMs * 4;
    if (size !== null && size > (source?.bytes ?? 0)) await readOn(db, { session, file, isQuiet, source, size });
    if (closed) return;
    if (isQuiet && grown.get(session) === since) {
      grown.delete(session);
      readings.delete(session);
    }
  }

  async function readOn(
    db: Database,
    from: {
      readonly session: number;
      readonly file: string;
      readonly isQuiet: boolean;
      readonly source: SourceRow | undefined;
      readonly size: number;
    },
  ): Promise<void> {
    const { session, file, isQuiet } = from;
    const task = getRow<{ task: number }>(
      options.db,
      'SELECT task_id AS task FROM session WHERE id = ?',
      session,
    )?.task;
    if (task === undefined) return void grown.delete(session);
    if (from.source !== undefined && (await tailMark(file, from.source.bytes)) !== from.source.tail) {
      // The file is not the one that was read: a power cut took its end, and more was written since.
      removeSource(db, session);
      readings.delete(session);
      return await readOn(db, { ...from, source: undefined });
    }
    let source = from.source ?? { session, task, bytes: 0, seq: 0, plan: '', tail: '' };
    if (progress !== null) progress.of += from.size - source.bytes;
    const reading = readings.get(session) ?? newReading(source.plan);
    // What was open then is read again.
    reading.open = null;
    readings.set(session, reading);
    let last = { bytes: source.bytes, seq: source.seq };
    for await (const slice of readSlices(file, source.bytes)) {
      if (closed) return;
      const entries = slice.flatMap(({ event, begin: at, end }) => {
        const made = entriesOf(reading, event, { bytes: at, seq: event.seq - 1 }, bodyOf);
        last = { bytes: end, seq: event.seq };
        return made;
      });
      const safe = reading.open ?? last;
      if (progress !== null) progress.done += safe.bytes - source.bytes;
      const tail = await tailMark(file, safe.bytes);
      source = { ...source, bytes: safe.bytes, seq: safe.seq, plan: reading.plan, tail };
      addEntries(db, source, entries);
      await rest();
    }
    if (!isQuiet || reading.open === null) return;
    const tail = await tailMark(file, last.bytes);
    addEntries(db, { ...source, ...last, tail }, closeMessage(reading));
  }

  function bodyOf(request: number): string {
    const row = getRow<{ body: string; options: string }>(
      options.db,
      'SELECT body, options FROM request WHERE id = ?',
      request,
    );
    if (row === undefined) return '';
    const labels = (JSON.parse(row.options) as readonly { readonly label?: string }[]).map(({ label }) => label ?? '');
    return [row.body, ...labels].join('\n');
  }

  /** Goes on without a transcript that cannot be read, until it grows or is tried again; all else is thrown on. */
  function passOver(session: number, error: unknown): void {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    if (!unread.has(session))
      options.log('warning', 'A transcript could not be read and is not searched.', { session, cause: String(error) });
    unread.add(session);
    grown.delete(session);
    readings.delete(session);
    // Such a time may pass by itself, as when no descriptors are left.
    again ??= setTimeout(() => {
      again = undefined;
      for (const one of unread) if (!grown.has(one)) grown.set(one, 0);
      begin(gatherMs);
    }, retryMs).unref();
  }

  function failed(error: unknown): void {
    if (closed) return;
    if (isDamage(error)) {
      damage = null;
      options.log('warning', 'The search index is damaged and made anew.', { cause: String(error) });
      forget();
      removeSearchDatabase(options.file);
      begin(0);
      return;
    }
    broken = error instanceof Error ? error.message : String(error);
    options.log('error', 'The search index could not be written.', { cause: broken });
    forget();
    begin(retryMs);
  }

  function forget(): void {
    index?.close();
    index = null;
    readings.clear();
    progress = null;
  }

  /** What is read of the index; nothing when it is damaged: then it is made anew. */
  function read<Read>(from: () => Read): Read | null {
    try {
      return from();
    } catch (error) {
      if (!isDamage(error)) throw error;
      damage = error;
      begin(0);
      return null;
    }
  }

  function state(): SearchIndexState {
    if (broken !== null) return { state: 'broken', done: 0, of: 0, reason: broken };
    const db = index;
    const now =
      db === null || progress !== null
        ? null
        : read(() => readinessWhileReading(db, { transcripts, grown: grown.keys(), unread }));
    return now ?? { state: 'building', done: progress?.done ?? 0, of: progress?.of ?? 0, reason: null };
  }

  return {
    state,
    start() {
      started = true;
      stopWatching = watchGrowth(({ file }) => {
        if (dirname(file) !== transcripts) return;
        grown.set(Number.parseInt(basename(file), 10), Date.now());
        begin(gatherMs);
      });
      begin(0);
    },
    find(query) {
      const db = index;
      return (db === null ? null : read(() => findEntries(db, query))) ?? { found: [], more: false };
    },
    wake: () => begin(gatherMs),
    async settled() {
      do {
        begin(0);
        await new Promise((resolve) => setTimeout(resolve, 5));
        await pass;
        if (broken !== null) throw new Error(broken);
      } while (!closed && (index === null || progress !== null || grown.size > 0));
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      clearTimeout(again);
      stopWatching();
      await pass;
      forget();
    },
  };
}

function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, restMs));
}
