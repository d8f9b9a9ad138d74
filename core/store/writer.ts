import { CodedError } from '../contract/errors';
import type { Database } from './database';
import { storeFailure } from './failure';
import { prepared } from './statement';

/** Rows to change, synchronously. What it returns is what the caller gets once it is committed. */
export type Operation<T> = (db: Database) => T;

/**
 * Runs at the end of every transaction, inside it. What it returns is called after the COMMIT, before anything else
 * can happen. A tail that throws is undone alone and reported to `onTailError` of its writer.
 */
export type Tail = (db: Database) => (() => void) | undefined;

/** The one way rows are written. All operations of one turn of the event loop share one transaction and one fsync. */
export interface Writer {
  /** False of one that refuses everything: what a look only notes by the way is not noted then. */
  readonly writes: boolean;
  /**
   * Resolves with what the operation returned, after the COMMIT that made it durable. Rejects with what it threw, undone
   * alone: its neighbours commit. Rejects with DISK_FULL when the disk is full; then nothing of it was kept.
   */
  write<T>(operation: Operation<T>): Promise<T>;
  /**
   * Resolves once the tails have run in a transaction: that of what is written meanwhile, or one of their own. Rejects when
   * it could not be committed, and with CANCELLED when the writer is closed.
   */
  runTails(): Promise<void>;
  /** Adds a tail; gives back what takes it away again. */
  addTail(tail: Tail): () => void;
  /** Resolves when everything written so far is committed or refused. */
  drain(): Promise<void>;
  /** Commits what is in hand and refuses everything after it with CANCELLED. */
  close(): Promise<void>;
}

interface Pending {
  /** Left out by who only wants the tails to run. */
  readonly operation?: Operation<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** How many operations share a transaction at most: some milliseconds of work, so that the event loop keeps turning. */
const largestBatch = 1000;

/** Makes the writer of this database. There is one per database; whoever made it closes it before the database. */
export function createWriter(db: Database, options: { readonly onTailError?: (error: unknown) => void } = {}): Writer {
  const tails = new Set<Tail>();
  let pending: Pending[] = [];
  let scheduled = false;
  let closed = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  }

  function flush(): void {
    scheduled = false;
    const batch = pending.slice(0, largestBatch);
    pending = pending.slice(largestBatch);
    if (pending.length > 0) schedule();
    commitBatch({ db, batch, tails, onTailError: options.onTailError ?? rethrow });
  }

  function add<T>(operation?: Operation<T>): Promise<T> {
    if (closed) return Promise.reject(new CodedError('CANCELLED', 'Could not write: the store is closing.'));
    return new Promise<T>((resolve, reject) => {
      const entry = { resolve: resolve as (value: unknown) => void, reject };
      pending.push(operation === undefined ? entry : { ...entry, operation });
      schedule();
    });
  }

  async function drain(): Promise<void> {
    while (pending.length > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  return {
    writes: true,
    write: (operation) => add(operation),
    runTails: () => add<void>(),
    addTail(tail) {
      tails.add(tail);
      return () => tails.delete(tail);
    },
    drain,
    async close() {
      closed = true;
      await drain();
    },
  };
}

/** The writer of whoever only looks: it refuses every write with CANCELLED. */
export function refusingWriter(): Writer {
  const refuse = () =>
    Promise.reject(new CodedError('CANCELLED', 'Nothing is changed without a runtime. Start one: `switchyard start`'));
  return {
    writes: false,
    write: refuse,
    runTails: refuse,
    addTail: () => () => {},
    drain: async () => {},
    close: async () => {},
  };
}

interface Batch {
  readonly db: Database;
  readonly batch: readonly Pending[];
  readonly tails: ReadonlySet<Tail>;
  readonly onTailError: (error: unknown) => void;
}

function commitBatch({ db, batch, tails, onTailError }: Batch): void {
  const settled: (() => void)[] = [];
  const committed: (() => void)[] = [];
  const refuseAll = (error: unknown) => {
    const failure = storeFailure(error, 'write to', db.name);
    for (const entry of batch) entry.reject(failure);
  };
  const mark = batch.filter((entry) => entry.operation !== undefined).length > 1 ? savepoint : whole;
  try {
    prepared(db, 'BEGIN IMMEDIATE').run();
    for (const entry of batch) {
      const result = entry.operation === undefined ? nothing : attempt(db, entry.operation, mark);
      if ('error' in result) {
        const failure = storeFailure(result.error, 'write to', db.name);
        settled.push(() => entry.reject(failure));
      } else {
        settled.push(() => entry.resolve(result.value));
      }
    }
    for (const tail of tails) {
      const result = attempt(db, tail, savepoint);
      if ('error' in result) settled.push(() => onTailError(result.error));
      else if (result.value !== undefined) committed.push(result.value);
    }
    prepared(db, 'COMMIT').run();
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    refuseAll(error);
    return;
  }
  for (const settle of settled) settle();
  for (const tell of committed) tell();
}

type Result<T> = { readonly value: T } | { readonly error: unknown };

/** Of who only wants the tails to run. */
const nothing: Result<undefined> = { value: undefined };

/** The statements that run before an operation, after it, and to undo it. */
interface Mark {
  readonly begin: readonly string[];
  readonly keep: readonly string[];
  readonly undo: readonly string[];
}

const savepoint: Mark = {
  begin: ['SAVEPOINT operation'],
  keep: ['RELEASE operation'],
  undo: ['ROLLBACK TO operation', 'RELEASE operation'],
};

/** Of the only operation, which comes first: the transaction has nothing else to undo, and begins anew for the tails. */
const whole: Mark = { begin: [], keep: [], undo: ['ROLLBACK', 'BEGIN IMMEDIATE'] };

/** Runs one operation so that its failure undoes itself alone. Throws when SQLite gave up the whole transaction. */
function attempt<T>(db: Database, operation: Operation<T>, mark: Mark): Result<T> {
  runAll(db, mark.begin);
  try {
    const value = operation(db);
    if (isThenable(value)) {
      value.then(undefined, () => undefined);
      throw new CodedError(
        'INTERNAL',
        'An operation on the store returned a promise; it must be synchronous, because it would commit before it ends.',
      );
    }
    runAll(db, mark.keep);
    return { value };
  } catch (error) {
    // A full disk or a failed write makes SQLite roll back everything; the neighbours are gone too and must hear it.
    if (!db.inTransaction) throw error;
    runAll(db, mark.undo);
    return { error };
  }
}

function runAll(db: Database, statements: readonly string[]): void {
  for (const statement of statements) prepared(db, statement).run();
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** Thrown apart from the batch, whose callers must all be answered first. */
function rethrow(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
