import { CodedError } from '../contract/errors';
import type { Rule, RuleMatch, RuleOffer, RuleScope } from '../contract/rule';
import type { Database } from './database';
import { allRows, getRow, run } from './statement';

interface Row {
  readonly id: number;
  readonly scope: RuleScope;
  readonly agent: string;
  readonly match: string;
  readonly repository: string;
  readonly task_id: number;
  readonly task_title: string;
  readonly created_at: number;
  readonly created_by: string;
  readonly uses: number;
  readonly last_used_at: number | null;
  readonly revoked_at: number | null;
}

const selectRule = `SELECT rule.*, repository.path AS repository, task.id AS task_id, task.title AS task_title FROM rule
  JOIN repository ON repository.id = rule.repository_id
  JOIN request ON request.id = rule.request_id JOIN task ON task.id = request.task_id`;

const inForce = `rule.revoked_at IS NULL AND NOT (rule.scope = 'session' AND task.state = 'done')`;

/** Keeps a rule that was made while a request was allowed, and gives its id. The request has a session. */
export function insertRule(
  db: Database,
  rule: { readonly request: number; readonly offer: RuleOffer; readonly by: string; readonly at: number },
): number {
  return run(
    db,
    `INSERT INTO rule (scope, repository_id, session_id, request_id, agent, match, trusted, created_at, created_by)
     SELECT ?, task.repository_id, request.session_id, request.id, task.agent, ?, repository.trusted, ?, ?
     FROM request JOIN task ON task.id = request.task_id JOIN repository ON repository.id = task.repository_id
     WHERE request.id = ?`,
    rule.offer.scope,
    JSON.stringify(rule.offer.match),
    rule.at,
    rule.by,
    rule.request,
  ).id;
}

/**
 * The rules that may answer for a task's session, oldest first. A rule of the repository says nothing to a task for which
 * a person is required, and none once the trust it was made under is gone.
 */
export function standingRules(
  db: Database,
  { task, session }: { readonly task: number; readonly session: number },
): { readonly id: number; readonly match: RuleMatch }[] {
  return allRows<{ id: number; match: string }>(
    db,
    `SELECT rule.id, rule.match FROM task JOIN repository ON repository.id = task.repository_id
       JOIN rule ON rule.repository_id = task.repository_id AND rule.agent = task.agent AND rule.revoked_at IS NULL
     WHERE task.id = ? AND (rule.session_id = ? OR (rule.scope = 'repository' AND task.permission_level <> 'human-required'))
       AND (rule.trusted = 0 OR (repository.trusted = 1 AND repository.trust_changed = 0))
     ORDER BY rule.id`,
    task,
    session,
  ).map(({ id, match }) => ({ id, match: JSON.parse(match) as RuleMatch }));
}

/** Counts that a rule answered. */
export function countUse(db: Database, { rule, at }: { readonly rule: number; readonly at: number }): void {
  run(db, 'UPDATE rule SET uses = uses + 1, last_used_at = ? WHERE id = ?', at, rule);
}

/** Takes a rule back and gives it as it is then; one that was taken back before stays as it was. Throws NOT_FOUND. */
export function revokeRule(
  db: Database,
  revoked: { readonly rule: number; readonly by: string; readonly at: number },
): { readonly rule: Rule; readonly changed: boolean } {
  const { changes } = run(
    db,
    'UPDATE rule SET revoked_at = ?, revoked_by = ? WHERE id = ? AND revoked_at IS NULL',
    revoked.at,
    revoked.by,
    revoked.rule,
  );
  return { rule: readRule(db, revoked.rule), changed: changes === 1 };
}

/** The rule with this id. Throws NOT_FOUND. */
export function readRule(db: Database, id: number): Rule {
  const row = getRow<Row>(db, `${selectRule} WHERE rule.id = ?`, id);
  if (row === undefined) throw new CodedError('NOT_FOUND', `There is no rule ${id}.`, { facts: { rule: id } });
  return toRule(row);
}

/**
 * The newest rules first, at most `limit`, of those that can answer something; with `revoked` also those that were taken
 * back, and those of a session whose task is done.
 */
export function listRules(db: Database, list: { readonly revoked: boolean; readonly limit: number }): Rule[] {
  return allRows<Row>(
    db,
    `${selectRule} ${list.revoked ? '' : `WHERE ${inForce}`} ORDER BY rule.id DESC LIMIT ?`,
    list.limit,
  ).map(toRule);
}

function toRule(row: Row): Rule {
  return {
    id: row.id,
    scope: row.scope,
    agent: row.agent,
    match: JSON.parse(row.match) as RuleMatch,
    repository: row.repository,
    task: row.task_id,
    taskTitle: row.task_title,
    createdAt: row.created_at,
    createdBy: row.created_by,
    uses: row.uses,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
