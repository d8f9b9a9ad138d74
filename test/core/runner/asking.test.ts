import { describe, expect, test } from 'vitest';
import type { Answer } from '../../../core/contract/request';
import { describeAnswer } from '../../../core/runner/asking';

const question = {
  options: [
    { label: 'Allow', description: '', kind: 'allow_once' },
    { label: 'Deny', description: '', kind: 'reject_once' },
    { label: 'No, and keep the tests', description: '', kind: 'reject_once' },
  ],
} as const;

const said = (answer: Partial<Answer>): string =>
  describeAnswer({ decision: null, rule: null, options: [], text: null, ...answer }, question);

describe('an answer in words', () => {
  test('says a decision once when the option chosen only repeats it', () => {
    expect(said({ decision: 'deny', options: [1] })).toBe('Denied');
    expect(said({ decision: 'allow', options: [0] })).toBe('Allowed');
  });

  test('keeps the reason and an option that says more than the decision', () => {
    expect(said({ decision: 'deny', options: [1], text: 'too dangerous' })).toBe('Denied: too dangerous');
    expect(said({ decision: 'deny', options: [2] })).toBe('Denied: No, and keep the tests');
  });

  test('says the rule that was made with it', () => {
    const match = { by: 'prefix', tool: 'Bash', words: ['npm', 'test'], beside: '[]' } as const;
    expect(
      said({ decision: 'allow', rule: { scope: 'repository', match: { ...match, words: ['npm', 'test'] } } }),
    ).toBe('Allowed, and always commands that begin with `npm test` in this repository');
  });

  test('keeps an option that is an answer and not a decision, whatever it is called', () => {
    expect(said({ options: [1] })).toBe('Deny');
  });
});
