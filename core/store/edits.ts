import { CodedError } from '../contract/errors';
import type { ReviewEdit } from '../contract/review-edit';
import type { Database } from './database';
import type { Taken } from './decisions';
import { recordIntent } from './intent';
import { allRows, getRow, run } from './statement';

/** A person's own edit of a task's change, or its undoing, written down first, so that one that was cut short is settled. */
export interface Edit {
  readonly id: number;
  readonly task: number;
  readonly kind: ReviewEdit['kind'];
  readonly path: string;
  /** Where the task's branch was before it. */
  readonly oldHead: string;
  /** The person's commit. */
  readonly newHead: string;
  /**
   * - `open`: the branch is about to move; its end makes it `done`, or `abandoned` when the branch did not.
   * - `done`: until it is undone.
   * - `undoing`: the branch is about to move back; `undone`, or `done` again when it did not.
   */
  readonly state: 'open' | 'done' | 'undoing' | 'undone' | 'abandoned';
  readonly by: string;
  /** What is recorded once what is under way is done; null when nothing is. */
  readonly decision: Taken | null;
}

interface Row extends Omit<Edit, 'decision'> {
  readonly decision: string | null;
}

const columns = 'id, task_id AS task, kind, path, old_head AS oldHead, new_head AS newHead, state, by, decision';

/** Writes the intent of an edit and gives its id. Throws CONFLICT while the task has another one under way. */
export function recordEdit(
  db: Database,
  edit: Omit<Edit, 'id' | 'state'> & { readonly decision: Taken; readonly at: number },
): number {
  const insert = `INSERT INTO edit (task_id, kind, path, old_head, new_head, state, by, decision, created_at)
    VALUES (@task, @kind, @path, @oldHead, @newHead, 'open', @by, @decision, @at) ON CONFLICT DO NOTHING`;
  return recordIntent(db, insert, edit, busyWords(edit.task));
}

/** Writes the intent to undo an edit. Throws CONFLICT when it is not `done`, or another one is under way. */
export function recordUndo(
  db: Database,
  undo: {
    readonly id: number;
    readonly task: number;
    readonly by: string;
    readonly decision: Taken;
    readonly at: number;
  },
): void {
  const { changes } = run(
    db,
    `UPDATE OR IGNORE edit SET state = 'undoing', undone_by = ?, decision = ?, undone_at = ? WHERE id = ? AND state = 'done'`,
    undo.by,
    JSON.stringify(undo.decision),
    undo.at,
    undo.id,
  );
  if (changes === 0) throw new CodedError('CONFLICT', busyWords(undo.task), { facts: { task: undo.task } });
}

/** Ends what is under way: as it was meant when the branch `moved`, as if it had never begun when not. False when it had ended. */
export function finishEdit(
  db: Database,
  { edit, moved, at }: { readonly edit: Pick<Edit, 'id' | 'state'>; readonly moved: boolean; readonly at: number },
): boolean {
  const { changes } =
    edit.state === 'open'
      ? run(
          db,
          "UPDATE edit SET state = ?, ended_at = ?, decision = NULL WHERE id = ? AND state = 'open'",
          moved ? 'done' : 'abandoned',
          at,
          edit.id,
        )
      : run(
          db,
          `UPDATE edit SET state = ?, undone_at = ?, undone_by = iif(?, undone_by, NULL), decision = NULL
           WHERE id = ? AND state = 'undoing'`,
          moved ? 'undone' : 'done',
          moved ? at : null,
          moved ? 1 : 0,
          edit.id,
        );
  return changes === 1;
}

/** The edits and undoings nobody ended, oldest first. */
export function editsUnderWay(db: Database): Edit[] {
  const sql = `SELECT ${columns} FROM edit WHERE state IN ('open', 'undoing') ORDER BY id`;
  return allRows<Row>(db, sql).map(toEdit);
}

/** The edit or undoing of a task that nobody ended, or undefined. */
export function editUnderWay(db: Database, task: number): Edit | undefined {
  const sql = `SELECT ${columns} FROM edit WHERE task_id = ? AND state IN ('open', 'undoing')`;
  const row = getRow<Row>(db, sql, task);
  return row === undefined ? undefined : toEdit(row);
}

/** The newest edit of a task's change that stands, or undefined. */
export function newestEdit(db: Database, task: number): Edit | undefined {
  const sql = `SELECT ${columns} FROM edit WHERE task_id = ? AND state = 'done' ORDER BY id DESC LIMIT 1`;
  const row = getRow<Row>(db, sql, task);
  return row === undefined ? undefined : toEdit(row);
}

function toEdit(row: Row): Edit {
  return { ...row, decision: row.decision === null ? null : (JSON.parse(row.decision) as Taken) };
}

function busyWords(task: number): string {
  return `The change of task ${task} is being edited already. Wait for that to end.`;
}
