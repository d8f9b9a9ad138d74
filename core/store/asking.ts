import type { Request, RequestKind, RequestOption, RequestTool } from '../contract/request';
import { cut, cutText } from './cut';
import type { Database } from './database';
import type { BudgetAsked } from './grants';
import { markDelivered } from './requests';
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
  /** The agent's own id of the call that leave is asked for; none unless said. */
  readonly call?: string | null | undefined;
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
      'UPDATE request SET session_id = ?, generation = ?, asked_as = ?, call = ? WHERE id = ?',
      request.session,
      request.generation,
      askedAs,
      callOf(request),
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
       steps, fingerprint, asked_as, call, budget, state, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?)`,
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
    callOf(request),
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

/** An id is short; what is not is known by nobody. */
function callOf({ call = null }: NewRequest): string | null {
  return call === null || call.length > longest.line ? null : call;
}

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
