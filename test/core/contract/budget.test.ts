import { describe, expect, it } from 'vitest';
import {
  type Budget,
  breachOf,
  breachWords,
  budgetNotes,
  budgetWords,
  leftOf,
  noBudget,
  type Spending,
  type Spent,
  spendingWords,
} from '../../../core/contract/budget';

const nothing: Spending = { usd: 0, tokens: 0, runningMs: 0, usdUntold: false, tokensUntold: false };
const of = (scope: Spent['scope'], cap: Partial<Budget>, spent: Partial<Spending>): Spent => ({
  scope,
  cap: { ...noBudget, ...cap },
  spent: { ...nothing, ...spent },
});

describe('a budget', () => {
  it.each([
    ['without a cap lasts for ever', [of('task', {}, { usd: 1e6, tokens: 1e9, runningMs: 1e9 })], null],
    ['lasts while less is spent', [of('task', { usd: 5 }, { usd: 4.99 })], null],
    ['is reached when all of it is spent', [of('task', { usd: 5 }, { usd: 5 })], ['task', 'usd']],
    [
      'is reached by sums of cents that miss it by nothing',
      [of('task', { usd: 0.3 }, { usd: 0.1 + 0.1 + 0.1 - 1e-12 })],
      ['task', 'usd'],
    ],
    ['counts tokens', [of('task', { tokens: 100 }, { tokens: 101 })], ['task', 'tokens']],
    ['counts minutes of work', [of('task', { minutes: 2 }, { runningMs: 120_000 })], ['task', 'minutes']],
    [
      'of a repository is one of its own',
      [of('task', { usd: 5 }, { usd: 1 }), of('repository', { usd: 2 }, { usd: 3 })],
      ['repository', 'usd'],
    ],
    ['of a day is one of its own', [of('day', { minutes: 1 }, { runningMs: 60_000 })], ['day', 'minutes']],
    ['that nobody tells the spending of is not reached', [of('task', { usd: 1 }, { usdUntold: true })], null],
  ] as const)('%s', (_name, budgets, reached) => {
    const breach = breachOf(budgets);
    expect(breach && [breach.scope, breach.measure]).toEqual(reached);
  });

  it('leaves what the narrowest of them leaves, and nothing less than nothing', () => {
    const budgets = [of('task', { usd: 5 }, { usd: 1 }), of('day', { usd: 10, tokens: 5 }, { usd: 9, tokens: 7 })];
    expect(leftOf(budgets, 'usd')).toBe(1);
    expect(leftOf(budgets, 'tokens')).toBe(0);
    expect(leftOf(budgets, 'minutes')).toBeNull();
  });

  it('is said in words, with what was spent of it', () => {
    expect(budgetWords({ usd: 5, tokens: 200_000, minutes: 30 })).toBe('$5.00, 200,000 tokens, 30 min');
    expect(budgetWords(noBudget)).toBeNull();
    expect(breachWords({ scope: 'day', measure: 'usd', cap: 20, spent: 20.031 })).toBe(
      '$20.03 of the $20.00 of all tasks for today are spent',
    );
  });
});

describe('what was spent', () => {
  it.each([
    [{}, 'nothing'],
    [{ usd: 1.5, tokens: 1200, runningMs: 90_000 }, '$1.50, 1,200 tokens, 1.5 min of work'],
    [{ runningMs: 300 }, '$0.00, 0 tokens, 1 s of work'],
    [{ usdUntold: true, tokensUntold: true, runningMs: 5000 }, 'unknown cost, unknown tokens, 5 s of work'],
    [{ usd: 2, usdUntold: true, tokens: 7, tokensUntold: true }, 'at least $2.00, at least 7 tokens, 0 s of work'],
  ])('is said with what is unknown: %o', (spent, words) => {
    expect(spendingWords({ ...nothing, ...spent })).toBe(words);
  });
});

describe('a cap that cannot be checked', () => {
  it.each([
    ['claude', { usd: 5, tokens: 100, minutes: 3 }, []],
    ['goose', { minutes: 3 }, []],
    ['goose', { usd: 5 }, [/goose may not tell what it costs; the cap of \$5\.00 can be checked only if it does/]],
    ['goose', { tokens: 100 }, [/goose tells only a part of how many tokens/]],
    ['gemini', { usd: 5 }, [/gemini may not tell what it costs/]],
  ])('is said for %s with %o', (agent, cap, expected) => {
    const notes = budgetNotes(agent, { ...noBudget, ...cap });
    expect(notes).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(notes[index]).toMatch(pattern);
  });
});
