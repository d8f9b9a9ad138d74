import type { Budget, Measure, Spending, Spent } from '../contract/budget';
import { measures, noBudget } from '../contract/budget';
import { startOfDay } from '../contract/waited';
import type { Database } from './database';
import { readSetting } from './settings';
import { allRows, getRow, run } from './statement';

interface Sums {
  readonly usd: number;
  readonly tokens: number;
  readonly running_ms: number;
  readonly usd_untold: number | null;
  readonly tokens_untold: number | null;
}

const sums = `SELECT total(usd) AS usd, CAST(total(tokens) AS INTEGER) AS tokens,
  CAST(total(running_ms) AS INTEGER) AS running_ms, max(usd_untold) AS usd_untold, max(tokens_untold) AS tokens_untold
  FROM spending`;

/** What a task spent in all. */
export function taskSpending(db: Database, task: number): Spending {
  return toSpending(getRow<Sums>(db, `${sums} WHERE task_id = ?`, task));
}

/** What all tasks, or those of one repository, spent on the day of this moment. */
export function daySpending(db: Database, at: number, repository?: number): Spending {
  const day = startOfDay(at);
  return toSpending(
    repository === undefined
      ? getRow<Sums>(db, `${sums} WHERE day = ?`, day)
      : getRow<Sums>(db, `${sums} WHERE day = ? AND repository_id = ?`, day, repository),
  );
}

/** Adds to what a task spent, for the day of this moment. */
export function addSpending(db: Database, more: Spending & { readonly task: number; readonly at: number }): void {
  run(
    db,
    `INSERT INTO spending (task_id, day, repository_id, usd, tokens, running_ms, usd_untold, tokens_untold)
     SELECT id, ?, repository_id, ?, ?, ?, ?, ? FROM task WHERE id = ?
     ON CONFLICT (task_id, day) DO UPDATE SET usd = usd + excluded.usd, tokens = tokens + excluded.tokens,
       running_ms = running_ms + excluded.running_ms, usd_untold = max(usd_untold, excluded.usd_untold),
       tokens_untold = max(tokens_untold, excluded.tokens_untold)`,
    startOfDay(more.at),
    more.usd,
    more.tokens,
    more.runningMs,
    Number(more.usdUntold),
    Number(more.tokensUntold),
    more.task,
  );
}

/** A task's own budget, with what was allowed beyond it. */
export function taskBudget(db: Database, task: number): Budget {
  return widened(db, 'task', task, 0, capsOf(db, 'task', task));
}

/** What all tasks together may spend on the day of this moment, with what was allowed beyond the setting. */
export function dayBudget(db: Database, at: number): Budget {
  return widened(db, 'day', 0, startOfDay(at), readSetting(db, 'dayBudget'));
}

/** The budgets of the day at this moment: all tasks', and one repository's. */
export function dayBudgets(db: Database, repository: number, at: number): Spent[] {
  const day = startOfDay(at);
  const own = { scope: 'repository', subject: repository, day, set: capsOf(db, 'repository', repository) } as const;
  const all = { scope: 'day', subject: 0, day, set: readSetting(db, 'dayBudget') } as const;
  return [...spentOf(db, own, () => daySpending(db, at, repository)), ...spentOf(db, all, () => daySpending(db, at))];
}

/** Every budget that holds for a task at this moment, with what was spent of each. */
export function budgetsOf(db: Database, { task, at }: { readonly task: number; readonly at: number }): Spent[] {
  const row = getRow<{ repository_id: number }>(db, 'SELECT repository_id FROM task WHERE id = ?', task);
  const own = { scope: 'task', subject: task, day: 0, set: capsOf(db, 'task', task) } as const;
  return [...spentOf(db, own, () => taskSpending(db, task)), ...dayBudgets(db, row?.repository_id ?? 0, at)];
}

/** A budget with what was allowed beyond it and what was spent of it; none when nothing is set, and then nothing is read. */
function spentOf(
  db: Database,
  of: { readonly scope: Spent['scope']; readonly subject: number; readonly day: number; readonly set: Budget },
  spending: () => Spending,
): Spent[] {
  const { scope, subject, day, set } = of;
  if (isNone(set)) return [];
  return [{ scope, cap: widened(db, scope, subject, day, set), set, spent: spending() }];
}

function capsOf(db: Database, table: 'task' | 'repository', id: number): Budget {
  const select = 'SELECT budget_usd AS usd, budget_tokens AS tokens, budget_minutes AS minutes FROM';
  return getRow<Budget>(db, `${select} ${table} WHERE id = ?`, id) ?? noBudget;
}

/** The caps with what the person allowed beyond them. Where there is no cap there is nothing to widen. */
function widened(db: Database, scope: Spent['scope'], subject: number, day: number, cap: Budget): Budget {
  if (isNone(cap)) return cap;
  const grants = allRows<{ measure: Measure; amount: number }>(
    db,
    'SELECT measure, total(amount) AS amount FROM budget_grant WHERE scope = ? AND subject = ? AND day = ? GROUP BY measure',
    scope,
    subject,
    day,
  );
  const more = new Map(grants.map(({ measure, amount }) => [measure, amount]));
  const of = (measure: Measure) => {
    const most = cap[measure];
    return most === null ? null : most + (more.get(measure) ?? 0);
  };
  return { usd: of('usd'), tokens: of('tokens'), minutes: of('minutes') };
}

function isNone(budget: Budget): boolean {
  return measures.every((measure) => budget[measure] === null);
}

function toSpending(row: Sums | undefined): Spending {
  return {
    usd: row?.usd ?? 0,
    tokens: row?.tokens ?? 0,
    runningMs: row?.running_ms ?? 0,
    usdUntold: row?.usd_untold === 1,
    tokensUntold: row?.tokens_untold === 1,
  };
}
