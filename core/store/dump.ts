import type { Database } from './database';
import { allRows } from './statement';

/**
 * What is dumped of each table, column by column: what tells how things stand, and nothing that anybody wrote. A column that is not
 * named here is in no dump.
 */
const plain: Readonly<Record<string, string>> = {
  repository: `id, path, common_dir, trusted, trust_changed, default_branch, added_at, removed,
    json_remove(landing, '$.pushTo.url') AS landing, retention`,
  task: `id, repository_id, agent, base, permission_level, priority, state, outcome, attempt, max_attempts, crashes, generation,
    worker, lease_until, run_after, parked, parks, go_on, finishing, landing_due, blocked_count, branch, worktree, merged_oid,
    backup_ref, change_files, change_additions, change_deletions, change_head, created_at, created_by, updated_at, state_since`,
  task_dependency: 'task_id, after_id, start',
  task_transition: 'task_id, number, from_state, to_state, at, by, lease_until, attempt',
  finished_count: 'state, count',
  task_message: 'id, task_id, by, created_at, handed_at, delivered_at, removed_at',
  session: 'id, task_id, agent, state, end_reason, started_at, ended_at, turns',
  request:
    'id, task_id, session_id, generation, kind, state, created_at, answered_at, handed_at, delivered_at, withdrawn_at',
  check_run: 'id, task_id, name, head, clean, state, exit_code, started_at, ended_at',
  process: 'pid, start_time, task_id, created_at',
  worktree: 'id, task_id, repository_id, path, branch, state, owner_pid, owner_start, created_at, updated_at',
  terminal: 'id, task_id, kind, state, pid, exit_code, started_at, ended_at, removed_at',
  takeover: 'id, task_id, state, asked_at, began_at, ended_at',
  turn: 'id, task_id, session_id, taken_up, started_at',
  checkpoint: 'id, task_id, number, kind, turn, ref, oid, head, parent, created_at, removed_at',
  task_return: 'id, task_id, target, left_number, state, head, created_at, ended_at',
  edit: 'id, task_id, kind, path, old_head, new_head, state, created_at, ended_at, undone_at',
  landing: 'id, task_id, base_ref, old_oid, new_oid, head_oid, checkout, strategy, state, created_at, ended_at',
  push: 'id, task_id, remote, branch, old_oid, new_oid, state, created_at, ended_at',
  pull_request: 'id, task_id, host, repository, branch, base, oid, state, number, seen_at, created_at, ended_at',
  agent_review: 'task_id, reviewed_id, head, merge_base, verdict',
  backup: 'id, repository_id, task_id, ref, cause, branch, path, created_at, restored_path, removed_at',
  key: 'id, name, type, created_at, expires_at, rotated_at, last_used_at, revoked_at',
  sign_in: 'id, created_at, expires_at, revoked_at',
  stack: 'task_id, oid, tried, told',
  stack_part: 'task_id, after_id, head',
  restack: 'id, task_id, old_head, new_head, old_oid, new_oid, parts, state, created_at, ended_at',
};

/** What people and agents wrote, given only to whoever asks for it. */
const words: Readonly<Record<string, string>> = {
  task_title: 'SELECT id AS task_id, title, error, queued_reason FROM task',
  task_prompt: 'SELECT task_id, text FROM task_prompt',
  stack_problem: 'SELECT task_id, problem FROM stack',
  task_reason: 'SELECT task_id, number, reason FROM task_transition',
};

/** Every row that tells how things stand, by table, in one look at the store. */
export function dumpTables(db: Database, { withWords }: { readonly withWords: boolean }): Record<string, unknown[]> {
  const asked = Object.entries(plain).map(([table, columns]) => [table, `SELECT ${columns} FROM ${table}`] as const);
  const queries = [...asked, ...(withWords ? Object.entries(words) : [])];
  const all = db.transaction(() => queries.map(([table, sql]) => [table, allRows<unknown>(db, sql)] as const));
  return Object.fromEntries(all());
}
