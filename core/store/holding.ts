import { type Breach, breachOf, breachWords } from '../contract/budget';
import { staggerMs } from '../contract/park';
import { startOfNextDay } from '../contract/waited';
import { cutText } from './cut';
import type { Database } from './database';
import { isFinishing } from './grants';
import { type Hold, limitHolds } from './limits';
import { asksForBudget } from './requests';
import { dayBudgets } from './spending';
import { run } from './statement';
import { isTaken } from './takeovers';
import { longestReason } from './task-row';

/** A due task, as far as it decides whether something keeps it from being started. */
export interface Due {
  readonly task: number;
  readonly agent: string;
  readonly repository: number;
  /** The person asked for it to go on now. */
  readonly goOn: 0 | 1;
}

/**
 * What keeps due tasks from being started at this time, at which a provider refuses some agent or, unless `limited`, none.
 * Asked once for a round of claims, and answered for each task.
 */
export function holdsAt(
  db: Database,
  { now, limited }: { readonly now: number; readonly limited: boolean },
): (due: Due) => Hold | undefined {
  let limits: ((agent: string) => Hold | undefined) | undefined;
  const spent = new Map<number, Breach | null>();
  return ({ task, agent, repository, goOn }) => {
    // Looked up only once something is due that one may hold, for a worker that waits looks after every write.
    if (limited) limits ??= limitHolds(db, now);
    const limit = goOn === 1 ? undefined : limits?.(agent);
    // A person who takes over is not held up by what holds agents. Asked last, because hardly anything is held.
    if (limit !== undefined && !isTaken(db, task)) return limit;
    if (!spent.has(repository)) spent.set(repository, breachOf(dayBudgets(db, repository, now)));
    const breach = spent.get(repository) ?? null;
    // One that is asked about its budget, or told to finish at it, goes to a worker that sees to that.
    if (breach === null || isTaken(db, task) || isFinishing(db, task) || asksForBudget(db, task)) return undefined;
    const reason = `${sentence(breachWords(breach))} It starts tomorrow, or when that budget is raised.`;
    return { parked: 'budget', until: startOfNextDay(now), reason };
  };
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** Parks a queued task until what holds it is over; those held alike do not all come back at once. */
export function holdTask(db: Database, task: number, { parked, until, reason }: Hold): void {
  run(
    db,
    "UPDATE task SET parked = ?, run_after = ?, queued_reason = ? WHERE id = ? AND state = 'queued'",
    parked,
    until + staggerMs(task),
    cutText(reason, longestReason),
    task,
  );
}
