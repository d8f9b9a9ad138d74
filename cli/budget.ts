import type { Client } from '../core/client';
import {
  type Budget,
  budgetNotes,
  budgetWords,
  type Measure,
  measures,
  noBudget,
  type Spending,
  spendingWords,
} from '../core/contract/budget';
import { type Given, UsageError } from './command';
import { plainLine } from './plain';

/** The options by which a budget is given, one for each measure. */
export const budgetOptions = {
  'budget-usd': { type: 'string' },
  'budget-tokens': { type: 'string' },
  'budget-minutes': { type: 'string' },
} as const;

/** Those options as a usage says them. */
export const budgetUsage = '[--budget-usd N|none] [--budget-tokens N|none] [--budget-minutes N|none]';

/** The caps that were given; `none` lifts one. Undefined when none was. Throws UsageError for what is no amount. */
export function budgetGiven(given: Given): Partial<Budget> | undefined {
  const caps = measures.flatMap((measure) => {
    const typed = given.text(`budget-${measure}`);
    return typed === undefined ? [] : [[measure, amountOf(measure, typed)] as const];
  });
  return caps.length === 0 ? undefined : Object.fromEntries(caps);
}

function amountOf(measure: Measure, typed: string): number | null {
  if (typed === 'none') return null;
  const amount = Number(typed.replace(/^\$/, '').replaceAll('_', ''));
  if (Number.isFinite(amount) && amount > 0 && (measure !== 'tokens' || Number.isInteger(amount))) return amount;
  const takes = measure === 'tokens' ? 'a whole number above 0' : 'a number above 0';
  throw new UsageError(`--budget-${measure} takes ${takes}, or none, not ${JSON.stringify(typed)}.`);
}

/** What was spent and the most there is, in one cell: `$1.20, 3,000 tokens, 4 min of work; budget $5.00`. */
export function spentText(spent: Spending, budget: Budget): string {
  const most = budgetWords(budget);
  return `${spendingWords(spent)}${most === null ? '' : `; budget ${most}`}`;
}

/** What of a budget cannot be checked for an agent, a line each. */
export function noteLines(agent: string, budget: Budget): string {
  return budgetNotes(agent, budget)
    .map((note) => `  note: ${plainLine(note, 300)}\n`)
    .join('');
}

/** The same for every agent on this machine, for a budget that holds for whichever works. */
export async function noteLinesForAll(client: Client, budget: Partial<Budget>): Promise<string> {
  const found = (await client.agents.list({})).filter((agent) => agent.found);
  return found.map(({ name }) => noteLines(name, { ...noBudget, ...budget })).join('');
}
