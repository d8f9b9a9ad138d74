import { z } from 'zod';

/** What a budget is counted in: US dollars, tokens in and out with those from a cache, minutes of an agent's work. */
export const measures = ['usd', 'tokens', 'minutes'] as const;
export type Measure = (typeof measures)[number];

/** The most that may be spent of each; null for no cap. */
export const budgetSchema = z.strictObject({
  usd: z.number().positive().max(1_000_000).nullable().default(null),
  tokens: z.number().int().positive().max(1e12).nullable().default(null),
  minutes: z.number().positive().max(1_000_000).nullable().default(null),
});
export type Budget = z.infer<typeof budgetSchema>;

/** No cap at all. */
export const noBudget: Budget = { usd: null, tokens: null, minutes: null };

/** Whose budget: one task's over its life, a repository's over a day, or that of all tasks over a day. */
export type BudgetScope = 'task' | 'repository' | 'day';

/** What was spent. What an agent did not tell is not in it: then the sum is a least, and the flag says so. */
export const spendingSchema = z.object({
  usd: z.number(),
  tokens: z.number().int(),
  /** How long agents worked, without waiting for the person. */
  runningMs: z.number().int(),
  usdUntold: z.boolean(),
  tokensUntold: z.boolean(),
});
export type Spending = z.infer<typeof spendingSchema>;

/** A budget with what was spent of it. */
export interface Spent {
  readonly scope: BudgetScope;
  readonly cap: Budget;
  /** The budget as it was set, before anything was allowed beyond it; the cap when left out. */
  readonly set?: Budget;
  readonly spent: Spending;
}

/** A budget that is reached. */
export interface Breach {
  readonly scope: BudgetScope;
  readonly measure: Measure;
  readonly cap: number;
  readonly spent: number;
  /** How much the person may allow beyond it: as much as was set. */
  readonly more: number;
}

/** How much was spent of one measure, in its own unit. */
export function amountOf(spent: Spending, measure: Measure): number {
  return measure === 'minutes' ? spent.runningMs / 60_000 : spent[measure];
}

/** The first budget that is reached, or null while all of them last. */
export function breachOf(budgets: readonly Spent[]): Breach | null {
  for (const { scope, cap, set = cap, spent } of budgets) {
    for (const measure of measures) {
      const most = cap[measure];
      const amount = amountOf(spent, measure);
      // Sums of small costs miss a cap by less than anybody pays.
      if (most !== null && amount >= most - 1e-9) {
        return { scope, measure, cap: most, spent: amount, more: set[measure] ?? most };
      }
    }
  }
  return null;
}

/** How much is left of a measure under all of the budgets; null when none of them caps it, never less than 0. */
export function leftOf(budgets: readonly Spent[], measure: Measure): number | null {
  const left = budgets.flatMap(({ cap, spent }) => {
    const most = cap[measure];
    return most === null ? [] : [Math.max(0, most - amountOf(spent, measure))];
  });
  return left.length === 0 ? null : Math.min(...left);
}

/** How an agent tells what it spends: all of it, a part, or nobody knows before it does, as with models of unknown price. */
type Tells = 'all' | 'part' | 'unsure';

const tells: Readonly<Record<string, Readonly<Record<'usd' | 'tokens', Tells>>>> = {
  claude: { usd: 'all', tokens: 'all' },
  echo: { usd: 'all', tokens: 'all' },
  goose: { usd: 'unsure', tokens: 'part' },
};

/** Whether this agent tells only a part of what it spent. */
export function tellsPart(agent: string, measure: 'usd' | 'tokens'): boolean {
  return tellsOf(agent, measure) === 'part';
}

function tellsOf(agent: string, measure: 'usd' | 'tokens'): Tells {
  return tells[agent]?.[measure] ?? 'unsure';
}

/** What of a budget cannot be held an agent to, one sentence each; none when it all can. */
export function budgetNotes(agent: string, budget: Budget): string[] {
  return (['usd', 'tokens'] as const).flatMap((measure) => {
    if (budget[measure] === null) return [];
    const what = measure === 'usd' ? 'what it costs' : 'how many tokens it uses';
    const cap = amountWords(measure, budget[measure]);
    switch (tellsOf(agent, measure)) {
      case 'all':
        return [];
      case 'part':
        return [`${agent} tells only a part of ${what}, so more than ${cap} can be spent. A cap in minutes holds.`];
      default:
        return [
          `${agent} may not tell ${what}; the cap of ${cap} can be checked only if it does. A cap in minutes holds.`,
        ];
    }
  });
}

/** An amount in words: `$5.00`, `200,000 tokens`, `30 min`. */
export function amountWords(measure: Measure, amount: number): string {
  switch (measure) {
    case 'usd':
      return `$${amount > 0 && amount < 0.01 ? Number(amount.toPrecision(2)) : amount.toFixed(2)}`;
    case 'tokens':
      return `${grouped(Math.round(amount))} tokens`;
    case 'minutes':
      // What took a moment did not take nothing.
      return amount < 1
        ? `${amount === 0 ? 0 : Math.max(1, Math.round(amount * 60))} s`
        : `${Number(amount.toFixed(1))} min`;
  }
}

/** What was spent, in words; what is not known is said to be unknown, and what is only a part to be a least. */
export function spendingWords(spent: Spending): string {
  const { usd, tokens, runningMs, usdUntold, tokensUntold } = spent;
  if (usd + tokens + runningMs === 0 && !usdUntold && !tokensUntold) return 'nothing';
  return [
    isUnknown(spent, 'usd') ? 'unknown cost' : spentWords(spent, 'usd'),
    isUnknown(spent, 'tokens') ? 'unknown tokens' : spentWords(spent, 'tokens'),
    `${spentWords(spent, 'minutes')} of work`,
  ].join(', ');
}

/** What was spent of one measure, in words: `$1.20`, `at least 7 tokens`, or `unknown` where nobody told any of it. */
export function spentWords(spent: Spending, measure: Measure): string {
  if (isUnknown(spent, measure)) return 'unknown';
  return `${isLeast(spent, measure) ? 'at least ' : ''}${amountWords(measure, amountOf(spent, measure))}`;
}

/** Whether nothing is known of what was spent of one measure, which is not the same as nothing. */
export function isUnknown(spent: Spending, measure: Measure): boolean {
  return isLeast(spent, measure) && amountOf(spent, measure) === 0;
}

function isLeast({ usdUntold, tokensUntold }: Spending, measure: Measure): boolean {
  return measure === 'usd' ? usdUntold : measure === 'tokens' && tokensUntold;
}

/** A budget in words: `$5.00, 30 min`; null for none. */
export function budgetWords(budget: Budget): string | null {
  const caps = measures.flatMap((measure) => {
    const cap = budget[measure];
    return cap === null ? [] : [amountWords(measure, cap)];
  });
  return caps.length === 0 ? null : caps.join(', ');
}

/** Which budget is reached, as a sentence without its point. */
export function breachWords({ scope, measure, cap, spent }: Omit<Breach, 'more'>): string {
  const whose = { task: 'of this task', repository: 'of its repository for today', day: 'of all tasks for today' }[
    scope
  ];
  return `${amountWords(measure, spent)} of the ${amountWords(measure, cap)} ${whose} are spent`;
}

function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}
