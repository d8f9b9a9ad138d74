import { CodedError } from '../contract/errors';
import type { Answer, Request } from '../contract/request';
import { mostUrgentFirst } from '../contract/urgency';
import { assertAnswers } from './answer';
import type { Database } from './database';
import { type RequestRow, selectRequest, toRequest } from './request-row';
import { allRows, getRow, run } from './statement';

/** Takes the person's answer and gives the request as it is then. Throws NOT_FOUND, ALREADY_ANSWERED, WRONG_STATE when it was withdrawn, BAD_INPUT. */
export function answerRequest(
  db: Database,
  given: { readonly request: number; readonly answer: Answer; readonly by: string; readonly at: number },
): Request {
  const request = readRequest(db, given.request);
  if (request.state === 'answered') {
    throw new CodedError('ALREADY_ANSWERED', alreadyAnswered(request), {
      facts: { request: request.id, task: request.task },
    });
  }
  if (request.state === 'withdrawn') {
    throw new CodedError('WRONG_STATE', `Request ${request.id} was withdrawn; its task no longer asks.`, {
      facts: { request: request.id, task: request.task },
    });
  }
  assertAnswers(request, given.answer);
  run(
    db,
    "UPDATE request SET state = 'answered', answer = ?, answered_by = ?, answered_at = ? WHERE id = ?",
    JSON.stringify(given.answer),
    given.by,
    given.at,
    given.request,
  );
  return readRequest(db, given.request);
}

/** A rule may have answered what the person never saw; they are told which, and not that they did. */
function alreadyAnswered({ id, answeredBy, answer }: Request): string {
  if (answeredBy === null || !answeredBy.startsWith('rule '))
    return `Request ${id} was answered before; the first answer stands.`;
  const did = answer?.decision === 'deny' ? 'denied' : 'allowed';
  return `Request ${id} was ${did} by ${answeredBy} before; that answer stands.`;
}

/** Whether the person has allowed the task to start. */
export function startAllowed(db: Database, task: number): boolean {
  const allowed = getRow(
    db,
    `SELECT 1 FROM request WHERE task_id = ? AND kind = 'start' AND state = 'answered' AND answer ->> 'decision' = 'allow'`,
    task,
  );
  return allowed !== undefined;
}

/** Whether the task has a question about a budget in front of the person. */
export function asksForBudget(db: Database, task: number): boolean {
  return openRequestsOf(db, task).some(({ kind }) => kind === 'budget');
}

/** How many tasks have an open question. */
export function countAsking(db: Database): number {
  const row = getRow<{ count: number }>(
    db,
    "SELECT count(DISTINCT task_id) AS count FROM request WHERE state = 'open'",
  );
  return row?.count ?? 0;
}

/** Notes that an agent is about to be given the answer; committed before it is. */
export function markHanded(db: Database, { request, at }: { readonly request: number; readonly at: number }): void {
  run(db, "UPDATE request SET handed_at = ? WHERE id = ? AND state = 'answered'", at, request);
}

/** Notes that the agent was not given the answer after all: it went away first. */
export function forgetHanded(db: Database, request: number): void {
  run(db, 'UPDATE request SET handed_at = NULL WHERE id = ? AND delivered_at IS NULL', request);
}

/** Leave for a call of an agent's that it was handed, and nobody knows whether it has it for good. */
export interface LeaveOfCall {
  readonly request: number;
  readonly call: string;
  /** When it was handed to the agent. */
  readonly givenAt: number;
}

/** The leave of a task that its agent was handed for a call it named, without words of the person's beside it. */
export function leaveOfCalls(db: Database, task: number): LeaveOfCall[] {
  return allRows<LeaveOfCall>(
    db,
    `SELECT id AS request, call, handed_at AS givenAt FROM request
     WHERE task_id = ? AND state = 'answered' AND handed_at IS NOT NULL AND delivered_at IS NULL AND call IS NOT NULL
       AND answer ->> 'decision' = 'allow' AND coalesce(answer ->> 'text', '') = '' ORDER BY id`,
    task,
  );
}

/** Marks every answer of a task that was handed out as delivered, but for some: the turn it was for is over. */
export function deliverHanded(
  db: Database,
  { task, except = [], at }: { readonly task: number; readonly except?: readonly number[]; readonly at: number },
): void {
  run(
    db,
    `UPDATE request SET delivered_at = ? WHERE task_id = ? AND handed_at IS NOT NULL AND delivered_at IS NULL
       AND id NOT IN (SELECT value FROM json_each(?))`,
    at,
    task,
    JSON.stringify(except),
  );
}

/** Notes that the agent has the answer for good; false when it had it before or there is none yet. */
export function markDelivered(db: Database, delivery: { readonly request: number; readonly at: number }): boolean {
  const { changes } = run(
    db,
    "UPDATE request SET delivered_at = ? WHERE id = ? AND state = 'answered' AND delivered_at IS NULL",
    delivery.at,
    delivery.request,
  );
  return changes === 1;
}

/** Takes an open question back; false when it was not open. */
export function withdrawRequest(
  db: Database,
  { request, at }: { readonly request: number; readonly at: number },
): boolean {
  const { changes } = run(
    db,
    "UPDATE request SET state = 'withdrawn', withdrawn_at = ? WHERE id = ? AND state = 'open'",
    at,
    request,
  );
  return changes === 1;
}

/** Takes back every open question of a task and gives their ids. */
export function withdrawOpen(db: Database, { task, at }: { readonly task: number; readonly at: number }): number[] {
  return allRows<{ id: number }>(
    db,
    "UPDATE request SET state = 'withdrawn', withdrawn_at = ? WHERE task_id = ? AND state = 'open' RETURNING id",
    at,
    task,
  ).map((row) => row.id);
}

/** The answers of a task that its agent has not been given, oldest first. */
export function undelivered(db: Database, task: number): Request[] {
  return allRows<RequestRow>(
    db,
    `${selectRequest} WHERE request.task_id = ? AND request.state = 'answered' AND request.delivered_at IS NULL
     ORDER BY request.id`,
    task,
  ).map(toRequest);
}

/** Every open request, the most urgent first: how long it has blocked its agent, times its task's priority. */
export function listOpenRequests(db: Database, now: number): Request[] {
  return mostUrgentFirst(allRows<RequestRow>(db, `${selectRequest} WHERE request.state = 'open'`).map(toRequest), now);
}

/** The open permissions a rule made of this request could answer as well: the same agent's, in its repository. */
export function permissionsAlike(
  db: Database,
  request: number,
): { readonly request: Request; readonly session: number }[] {
  return allRows<RequestRow & { session_id: number }>(
    db,
    `${selectRequest} JOIN request AS made ON made.id = ? JOIN task AS maker ON maker.id = made.task_id
     WHERE request.state = 'open' AND request.kind = 'permission' AND request.id <> made.id
       AND request.session_id IS NOT NULL AND task.repository_id = maker.repository_id AND task.agent = maker.agent
     ORDER BY request.id`,
    request,
  ).map((row) => ({ request: toRequest(row), session: row.session_id }));
}

/** The open requests of one task, oldest first. */
export function openRequestsOf(db: Database, task: number): Request[] {
  return allRows<RequestRow>(
    db,
    `${selectRequest} WHERE request.task_id = ? AND request.state = 'open' ORDER BY request.id`,
    task,
  ).map(toRequest);
}

/** The request with this id. Throws NOT_FOUND. */
export function readRequest(db: Database, id: number): Request {
  const row = getRow<RequestRow>(db, `${selectRequest} WHERE request.id = ?`, id);
  if (row === undefined) throw new CodedError('NOT_FOUND', `There is no request ${id}.`, { facts: { request: id } });
  return toRequest(row);
}

/** How many requests a task ever had. */
export function countRequests(db: Database, task: number): number {
  return getRow<{ count: number }>(db, 'SELECT count(*) AS count FROM request WHERE task_id = ?', task)?.count ?? 0;
}
