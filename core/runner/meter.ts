import { type Breach, breachOf, leftOf, type Spending, type Spent, tellsPart } from '../contract/budget';
import type { Usage } from '../contract/task';
import { readSession, updateSession } from '../store/sessions';
import { addSpending, budgetsOf } from '../store/spending';
import type { Deps } from './deps';

/** Counts what one turn spends while it is spent, so that a crash loses at most some seconds of it. */
export interface Meter {
  /** The agent told what the turn has used so far. */
  heard(usage: Usage): void;
  /** The person is asked; until what it gives is called the time does not count. */
  waiting(): () => void;
  /** Counts the rest, once the agent is gone; after that it counts no more. `told` is false for a turn in which nothing can have been used. */
  over(usage: Usage, told: boolean): Promise<void>;
}

/** How often the time is counted at the least, in milliseconds. */
const tickMs = 20_000;

const nothing: Usage = { inputTokens: null, outputTokens: null, costUsd: null };

/** Begins to count a turn. `onBreach` is called once, when a budget is reached before `over`. */
export function openMeter(
  deps: Deps,
  turn: {
    readonly task: number;
    readonly session: number;
    readonly agent: string;
    /** What the session had used before the turn, when another runtime began it and counted some of it; else null. */
    readonly before?: Usage | null;
  },
  onBreach: (breach: Breach) => void,
): Meter {
  const { task, session, agent } = turn;
  const already = !turn.before ? nothing : added(turn.before, readSession(deps.db, session).usage);
  let known = already;
  let counted = already;
  let uncountedMs = 0;
  let untold = { usd: false, tokens: false };
  let writing: Promise<readonly Spent[]> | undefined;
  let next: Promise<readonly Spent[]> | undefined;
  let since = deps.now();
  let asked = 0;
  let closed = false;
  let reached = false;
  let timer: NodeJS.Timeout | undefined;

  function elapsed(): number {
    const now = deps.now();
    // A computer that slept did no work: no more than the ticks that were due can have passed.
    const passed = asked > 0 ? 0 : Math.min(Math.max(0, now - since), 2 * tickMs);
    since = now;
    return passed;
  }

  /** Counts what is known once what was being counted is committed; what comes meanwhile goes with it. */
  function count(usage: Usage): Promise<readonly Spent[]> {
    known = atLeast(known, usage);
    uncountedMs += elapsed();
    if (next !== undefined) return next;
    if (writing === undefined) return keep();
    next = writing.then(keep, keep);
    return next;
  }

  function keep(): Promise<readonly Spent[]> {
    next = undefined;
    const upTo = known;
    const more = added(counted, upTo);
    const runningMs = uncountedMs;
    const at = deps.now();
    const { usd: usdUntold, tokens: tokensUntold } = untold;
    const written = deps.writer.write((db) => {
      addSpending(db, { task, at, ...spendingOf(more), runningMs, usdUntold, tokensUntold });
      updateSession(db, { session, usage: more });
      return budgetsOf(db, { task, at });
    });
    writing = written
      .then((budgets) => {
        // Only now: what could not be written is counted with what comes next.
        counted = upTo;
        uncountedMs -= runningMs;
        return budgets;
      })
      .finally(() => {
        writing = undefined;
      });
    return writing;
  }

  function look(usage: Usage): void {
    count(usage).then(
      (budgets) => {
        if (closed) return;
        const breach = reached ? null : breachOf(budgets);
        if (breach !== null) {
          reached = true;
          onBreach(breach);
        }
        tick(budgets);
        deps.announce(task);
      },
      (cause) => {
        deps.log('error', 'What a task spends could not be counted.', { task, cause: String(cause) });
        if (!closed) tick([]);
      },
    );
  }

  function tick(budgets: readonly Spent[]): void {
    clearTimeout(timer);
    // Once told, the agent is on its way out and only the time goes on.
    const left = reached ? null : leftOf(budgets, 'minutes');
    const due = left === null ? tickMs : Math.max(50, Math.min(tickMs, Math.ceil(left * 60_000)));
    timer = setTimeout(() => look(nothing), due);
  }

  tick(budgetsOf(deps.db, { task, at: since }));
  return {
    heard(usage) {
      if (!closed) look(usage);
    },
    waiting() {
      if (!closed && asked === 0) look(nothing);
      asked += 1;
      return () => {
        asked -= 1;
        if (asked === 0) since = deps.now();
      };
    },
    async over(usage, told) {
      if (closed) return;
      closed = true;
      clearTimeout(timer);
      const all = atLeast(known, usage);
      untold = {
        usd: told && (all.costUsd === null || tellsPart(agent, 'usd')),
        tokens: told && (all.inputTokens === null || tellsPart(agent, 'tokens')),
      };
      await count(all);
    },
  };
}

/** What a later word on the same turn adds to an earlier one. */
function added(before: Usage, after: Usage): Usage {
  const more = (one: number | null, other: number | null) => (other === null ? null : Math.max(0, other - (one ?? 0)));
  return {
    inputTokens: more(before.inputTokens, after.inputTokens),
    outputTokens: more(before.outputTokens, after.outputTokens),
    costUsd: more(before.costUsd, after.costUsd),
  };
}

function atLeast(before: Usage, after: Usage): Usage {
  const most = (one: number | null, other: number | null) =>
    one === null ? other : other === null ? one : Math.max(one, other);
  return {
    inputTokens: most(before.inputTokens, after.inputTokens),
    outputTokens: most(before.outputTokens, after.outputTokens),
    costUsd: most(before.costUsd, after.costUsd),
  };
}

function spendingOf(usage: Usage): Pick<Spending, 'usd' | 'tokens'> {
  return { usd: usage.costUsd ?? 0, tokens: (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0) };
}
