import { createHash } from 'node:crypto';
import { type Decision, type DecisionRecord, openDecision, type SealedDecision } from '../contract/decision';
import type { HandEdit } from '../contract/task';
import type { Database } from './database';
import { allRows, eachRow, getRow, run } from './statement';

/** Stands before the first decision. */
const beforeAll = '0'.repeat(64);

/** How many rows are checked before others get their turn. */
const checkedAtOnce = 500;

/** A decision that was taken and is not in the record yet. */
export type Taken = Omit<Decision, 'number' | 'previous'>;

/** Adds a decision to the record, in the transaction that carries it out: neither is ever there without the other. */
export function addDecision(db: Database, decision: Taken): void {
  const last = getRow<{ number: number; hash: string }>(
    db,
    'SELECT number, hash FROM decision ORDER BY number DESC LIMIT 1',
  );
  const number = (last?.number ?? 0) + 1;
  const text = sealable({ number, ...decision, previous: last?.hash ?? beforeAll });
  const hash = hashOf(text);
  run(db, 'INSERT INTO decision (number, task_id, text, hash) VALUES (?, ?, ?, ?)', number, decision.task, text, hash);
}

/**
 * The decisions after number `after` (0 for all), oldest first; of one task when it is given. At most `limit` of them,
 * and no more than have `characters` together, unless the first one alone has more.
 */
export function listDecisions(
  db: Database,
  list: {
    readonly after: number;
    readonly limit: number;
    readonly characters: number;
    readonly task?: number | undefined;
  },
): SealedDecision[] {
  const { after, limit, task } = list;
  const rows = eachRow<SealedDecision>(
    db,
    `SELECT number, hash, text FROM decision WHERE number > ? ${task === undefined ? '' : 'AND task_id = ?'}
     ORDER BY number LIMIT ?`,
    after,
    ...(task === undefined ? [] : [task]),
    limit,
  );
  const found: SealedDecision[] = [];
  let size = 0;
  for (const row of rows) {
    size += row.text.length;
    if (found.length > 0 && size > list.characters) break;
    found.push(row);
  }
  return found;
}

/** The head of a task's change that was shown when it was last sent back; null when it never was, or that was not kept. */
export function lastSentBack(db: Database, task: number): string | null {
  const row = getRow<{ head: string | null }>(
    db,
    `SELECT text ->> '$.shown.head' AS head FROM decision WHERE task_id = ? AND text ->> '$.kind' = 'request-changes'
     ORDER BY number DESC LIMIT 1`,
    task,
  );
  return row?.head ?? null;
}

/** What people did to a task's change with their own hands, oldest first. */
export function handEdits(db: Database, task: number): HandEdit[] {
  return allRows<Omit<HandEdit, 'part'> & { part: number }>(
    db,
    `SELECT text ->> '$.at' AS at, text ->> '$.kind' AS kind, text ->> '$.answered.path' AS path,
       coalesce(json_type(text, '$.answered.lines'), 'null') <> 'null' AS part
     FROM decision WHERE task_id = ? AND text ->> '$.kind' IN ('edit', 'take-back', 'undo-edit') ORDER BY number`,
    task,
  ).map((row) => ({ ...row, part: row.part === 1 }));
}

/** What a person did to a task's change with their own hands and did not undo, the newest; undefined for nothing. */
export function standingEdit(db: Database, task: number): HandEdit | undefined {
  const standing: HandEdit[] = [];
  for (const edit of handEdits(db, task)) {
    if (edit.kind === 'undo-edit') standing.pop();
    else standing.push(edit);
  }
  return standing.at(-1);
}

/** Which words of a task's pull request, by their ids, its agent was given whenever the change was sent back to it. */
export function saidToAgent(db: Database, task: number): string[] {
  return allRows<{ id: string }>(
    db,
    `SELECT DISTINCT said.value AS id FROM decision, json_each(decision.text, '$.answered.said') AS said
     WHERE task_id = ? AND decision.text ->> '$.kind' = 'request-changes'`,
    task,
  ).map(({ id }) => id);
}

/** Reads the whole record and says whether every decision is as it was written and none is missing between two. */
export async function checkDecisions(db: Database): Promise<DecisionRecord> {
  let previous = beforeAll;
  let count = 0;
  for (;;) {
    const rows = allRows<SealedDecision>(
      db,
      'SELECT number, hash, text FROM decision WHERE number > ? ORDER BY number LIMIT ?',
      count,
      checkedAtOnce,
    );
    if (rows.length === 0) return { count, newest: count === 0 ? null : previous, broken: null };
    for (const row of rows) {
      const reason = whatIsWrong(row, { number: count + 1, previous });
      if (reason !== null) return { count: countDecisions(db), newest: null, broken: { number: count + 1, reason } };
      previous = row.hash;
      count = row.number;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function whatIsWrong(
  row: SealedDecision,
  expected: { readonly number: number; readonly previous: string },
): string | null {
  if (row.number !== expected.number) return `decision ${expected.number} is missing`;
  if (hashOf(row.text) !== row.hash) return 'its text is not what was written';
  const decision = openDecision(row);
  if (decision === null) return 'its text is no decision';
  if (decision.number !== row.number) return 'it was written under another number';
  return decision.previous === expected.previous ? null : 'the decision before it is not the one it followed';
}

function countDecisions(db: Database): number {
  return getRow<{ count: number }>(db, 'SELECT count(*) AS count FROM decision')?.count ?? 0;
}

/**
 * A decision as JSON in which what could steer a terminal or reorder a line is written as an escape: the text that is
 * exported must be the very text that was hashed.
 */
function sealable(decision: Decision): string {
  return JSON.stringify(decision).replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
