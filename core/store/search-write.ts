import type { Database } from './database';
import type { Entry } from './search-entries';
import { allRows, getRow, run } from './statement';

/** How far a transcript is in the index. */
export interface SourceRow {
  readonly session: number;
  readonly task: number;
  readonly bytes: number;
  readonly seq: number;
  readonly plan: string;
  /** A mark of what stands before that byte. */
  readonly tail: string;
}

/** How far each transcript is. */
export function listSources(db: Database): SourceRow[] {
  return allRows<SourceRow>(db, 'SELECT session, task, bytes, seq, plan, tail FROM source');
}

/** How far one transcript is, or undefined when nothing of it is there. */
export function sourceOf(db: Database, session: number): SourceRow | undefined {
  return getRow<SourceRow>(db, 'SELECT session, task, bytes, seq, plan, tail FROM source WHERE session = ?', session);
}

/** Adds what was read of a transcript and how far that was, in one transaction: a crash leaves neither without the other. */
export function addEntries(db: Database, source: SourceRow, entries: readonly Entry[]): void {
  db.transaction(() => {
    for (const entry of entries) insert(db, { ...entry, task: source.task, session: source.session });
    run(
      db,
      `INSERT INTO source (session, task, bytes, seq, plan, tail)
       VALUES (@session, @task, @bytes, @seq, @plan, @tail)
       ON CONFLICT (session) DO UPDATE SET bytes = @bytes, seq = @seq, plan = @plan, tail = @tail`,
      source,
    );
  }).immediate();
}

/** Forgets a transcript: it is gone, or not the one that was read. */
export function removeSource(db: Database, session: number): void {
  db.transaction(() => {
    removeEntries(db, 'session = ?', session);
    run(db, 'DELETE FROM source WHERE session = ?', session);
  }).immediate();
}

/** A task's own words. */
export interface TaskWords {
  readonly id: number;
  readonly title: string;
  readonly prompt: string;
  readonly at: number;
}

/** The last task, or the last change of a task's words, that is in the index; 0 for none. */
export function lastOf(db: Database, name: 'task' | 'rewording'): number {
  return getRow<{ value: number }>(db, 'SELECT value FROM mark WHERE name = ?', name)?.value ?? 0;
}

function mark(db: Database, name: 'task' | 'rewording', value: number): void {
  run(
    db,
    'INSERT INTO mark (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    name,
    value,
  );
}

/** Adds the words of tasks, in the order of their numbers. */
export function addTasks(db: Database, tasks: readonly TaskWords[]): void {
  db.transaction(() => {
    for (const task of tasks) {
      insertTask(db, task);
      mark(db, 'task', task.id);
    }
  }).immediate();
}

/** Puts the words of tasks in place of those they had; `last` is the newest change of words that this takes in. */
export function rewordTasks(db: Database, tasks: readonly TaskWords[], last: number): void {
  db.transaction(() => {
    for (const task of tasks) {
      removeEntries(db, 'task = ? AND session IS NULL', task.id);
      insertTask(db, task);
    }
    mark(db, 'rewording', last);
  }).immediate();
}

function insertTask(db: Database, { id, title, prompt, at }: TaskWords): void {
  insert(db, { task: id, session: null, seq: null, at, kind: 'task', title, text: prompt });
}

/** Removes the entries of a transcript or of a task's own words; the index over their texts must be told those. */
function removeEntries(db: Database, which: 'session = ?' | 'task = ? AND session IS NULL', of: number): void {
  const rows = allRows<{ id: number; title: string; text: string }>(
    db,
    `SELECT id, title, text FROM entry WHERE ${which}`,
    of,
  );
  for (const { id, title, text } of rows) {
    run(db, "INSERT INTO entry_text (entry_text, rowid, title, text) VALUES ('delete', ?, ?, ?)", id, title, text);
  }
  run(db, `DELETE FROM entry WHERE ${which}`, of);
}

function insert(
  db: Database,
  entry: Omit<Entry, 'seq'> & { readonly task: number; readonly session: number | null; readonly seq: number | null },
): void {
  const { task, session, seq, at, kind, title, text } = entry;
  const { id } = run(
    db,
    'INSERT INTO entry (task, session, seq, at, kind, title, text) VALUES (?, ?, ?, ?, ?, ?, ?)',
    task,
    session,
    seq,
    at,
    kind,
    title,
    text,
  );
  run(db, 'INSERT INTO entry_text (rowid, title, text) VALUES (?, ?, ?)', id, title, text);
}
