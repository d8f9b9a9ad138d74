import type { Priority } from '../contract/priority';
import type { Answer, Request, RequestKind, RequestOption, RequestTool } from '../contract/request';
import { ruleOffers } from '../contract/rule-offers';

/** A row of the table `request`, with what `selectRequest` adds of its task and repository. */
export interface RequestRow {
  readonly id: number;
  readonly task_id: number;
  readonly task_title: string;
  readonly repository: string;
  readonly agent: string;
  readonly priority: Priority;
  readonly kind: RequestKind;
  readonly title: string;
  readonly body: string;
  readonly tool: string | null;
  readonly options: string;
  readonly allows_text: number;
  readonly multiple: number;
  readonly steps: string;
  readonly state: Request['state'];
  readonly answer: string | null;
  readonly answered_by: string | null;
  readonly created_at: number;
  readonly answered_at: number | null;
  readonly delivered_at: number | null;
}

/** Begins every query for whole requests. */
export const selectRequest = `SELECT request.*, task.title AS task_title, task.agent, task.priority,
    repository.path AS repository FROM request
  JOIN task ON task.id = request.task_id JOIN repository ON repository.id = task.repository_id`;

/** The request a row stands for, with the rules it offers. */
export function toRequest(row: RequestRow): Request {
  const tool = row.tool === null ? null : (JSON.parse(row.tool) as RequestTool);
  return {
    id: row.id,
    task: row.task_id,
    taskTitle: row.task_title,
    repository: row.repository,
    agent: row.agent,
    priority: row.priority,
    kind: row.kind,
    title: row.title,
    body: row.body,
    tool,
    options: JSON.parse(row.options) as RequestOption[],
    rules: [...ruleOffers({ kind: row.kind, tool })],
    allowsText: row.allows_text === 1,
    multiple: row.multiple === 1,
    steps: JSON.parse(row.steps) as string[],
    state: row.state,
    answer: row.answer === null ? null : (JSON.parse(row.answer) as Answer),
    answeredBy: row.answered_by,
    createdAt: row.created_at,
    answeredAt: row.answered_at,
    deliveredAt: row.delivered_at,
  };
}
