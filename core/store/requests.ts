import { CodedError } from '../contract/errors';
import type { Answer, Request, RequestKind, RequestOption, RequestTool } from '../contract/request';
import { mostUrgentFirst } from '../contract/urgency';
import { assertAnswers } from './answer';
import { cut, cutText } from './cut';
import type { Database } from './database';
import type { BudgetAsked } from './grants';
import { type RequestRow, selectRequest, toRequest } from './request-row';
import { allRows, getRow, run } from './statement';

/** A question about to be put to the person. */
export interface NewRequest {
  readonly task: number;
  /** Null for leave to start a task, which has no session yet. */
  readonly session: number | null;
  readonly generation: number;
  readonly kind: RequestKind;
  readonly title: string;
  readonly body: string;
  readonly tool: RequestTool | null;
  readonly options: readonly RequestOption[];
  readonly allowsText: boolean;
  readonly multiple: boolean;
  readonly steps: readonly string[];
  /** The same for the same question: a hash of its kind, title, tool input and body. */
  readonly fingerprint: string;
  /**
   * The turn's id and, after a blank, the agent's own name of this asking, when its words may be read again; null when
   * they are not. None unless said.
   */
  readonly askedAs?: string | null;
  /** The budget a request of the kind `budget` is about. */
  readonly budget?: BudgetAsked | undefined;
  /** What the asker has asked before in the same turn: those are other questions, however alike. None unless said. */
  readonly asked?: ReadonlySet<number>;
  /** The step to show when the same was allowed to an agent that was cut off then: it may have been done. */
  readonly mayBeDone?: string;
  readonly at: number;
}

/**
 * Writes a question down. When the task has asked the same in an earlier turn and that row is open, or its answer is not
 * delivered for good, that row is taken over with its answer: nobody is asked twice because a process died. Only leave
 * to use a tool that was handed out already is not given again, because the tool may have run: that is a new question,
 * and its steps say so. The same asking, by `askedAs`, is the same row whatever became of it. Throws NOT_FOUND for the task.
 */
export function askRequest(db: Database, request: NewRequest): Asked {
  const { askedAs, same } = askingOf(db, request);
  if (same !== undefined) return same;
  const known = earlierOf(db, request);
  if (known !== undefined && known.spent === 0) {
    run(
      db,
      'UPDATE request SET session_id = ?, generation = ?, asked_as = ? WHERE id = ?',
      request.session,
      request.generation,
      askedAs,
      known.id,
    );
    return { id: known.id, state: known.state, handed: false };
  }
  if (known !== undefined) markDelivered(db, { request: known.id, at: request.at });
  const asked = known === undefined ? request : { ...request, steps: [...request.steps, request.mayBeDone ?? ''] };
  const { title, body, tool, options, steps } = bounded(asked);
  const { id } = run(
    db,
    `INSERT INTO request (task_id, session_id, generation, kind, title, body, tool, options, allows_text, multiple,
       steps, fingerprint, asked_as, budget, state, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?)`,
    request.task,
    request.session,
    request.generation,
    request.kind,
    title,
    body,
    tool === null ? null : JSON.stringify(tool),
    JSON.stringify(options),
    Number(request.allowsText),
    Number(request.multiple),
    JSON.stringify(steps),
    request.fingerprint,
    askedAs,
    request.budget === undefined ? null : JSON.stringify(request.budget),
    request.at,
  );
  return { id, state: 'open', handed: false };
}

/** A question that was put, or was there already. */
export interface Asked {
  readonly id: number;
  readonly state: Request['state'];
  /** That its answer was given to this very program, or was about to be, is noted already. */
  readonly handed: boolean;
}

/**
 * The row of an asking that is read again, else the name its new row gets. An agent may use the id of a request again once
 * it was answered, and what it asks then is another question: the row that was asked in this life already is passed over,
 * so that going through the turn again counts them alike, and one with other words is never the same.
 */
function askingOf(
  db: Database,
  { askedAs = null, asked, fingerprint }: NewRequest,
): { readonly askedAs: string | null; readonly same?: Asked } {
  if (askedAs === null) return { askedAs };
  for (let times = 1; ; times += 1) {
    const name = times === 1 ? askedAs : `${askedAs} #${times}`;
    const row = getRow<{ id: number; state: Request['state']; fingerprint: string; handed: 0 | 1 }>(
      db,
      'SELECT id, state, fingerprint, handed_at IS NOT NULL AS handed FROM request WHERE asked_as = ?',
      name,
    );
    if (row === undefined) return { askedAs: name };
    const { id, state, handed } = row;
    if (asked?.has(id) === true || row.fingerprint !== fingerprint) continue;
    return { askedAs: name, same: { id, state, handed: handed === 1 } };
  }
}

interface Earlier {
  readonly id: number;
  readonly state: 'open' | 'answered';
  /** 1 for leave to use a tool that an agent may have used already. */
  readonly spent: 0 | 1;
}

function earlierOf(db: Database, { task, fingerprint, asked, askedAs }: NewRequest): Earlier | undefined {
  // What the same turn asked is another question, also when this runtime has not come to reading it again.
  const turn = askedAs?.split(' ', 1)[0] ?? ' ';
  return allRows<Earlier>(
    db,
    `SELECT id, state, handed_at IS NOT NULL AND tool IS NOT NULL AND answer ->> 'decision' = 'allow' AS spent
     FROM request WHERE task_id = ? AND fingerprint = ? AND instr(coalesce(asked_as, ''), ?) <> 1
       AND (state = 'open' OR (state = 'answered' AND delivered_at IS NULL)) ORDER BY id`,
    task,
    fingerprint,
    turn,
  ).find((row) => asked?.has(row.id) !== true);
}

/** Open requests are part of every list of their task, so what an agent asks must not grow without end. */
const longest = { text: 64 * 1024, line: 1000, option: 4000, options: 500 } as const;
/** As much of a question too long for a title as stands in its place. */
const shortTitle = 200;

function bounded(request: NewRequest): Pick<NewRequest, 'title' | 'body' | 'tool' | 'options' | 'steps'> {
  const { title, body, tool, options, steps } = request;
  // A question longer than a title is told whole where there is room: nobody can answer what they cannot read.
  const isLong = title.length > longest.line;
  const whole = isLong ? [title, body].filter((part) => part !== '').join('\n\n') : body;
  return {
    title: isLong
      ? `${title
          .slice(0, shortTitle)
          .replace(/[\uD800-\uDBFF]$/, '')
          .trimEnd()}…`
      : title,
    body: cutText(whole, longest.text),
    tool: cut(tool, longest.text),
    options: cut(options.slice(0, longest.options), longest.option),
    steps: cut(steps, longest.line),
  };
}

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

/** Notes that an agent is about to be given the answer; committed before it is. */
export function markHanded(db: Database, { request, at }: { readonly request: number; readonly at: number }): void {
  run(db, "UPDATE request SET handed_at = ? WHERE id = ? AND state = 'answered'", at, request);
}

/** Notes that the agent was not given the answer after all: it went away first. */
export function forgetHanded(db: Database, request: number): void {
  run(db, 'UPDATE request SET handed_at = NULL WHERE id = ? AND delivered_at IS NULL', request);
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
