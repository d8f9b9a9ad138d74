import { describe, expect, test } from 'vitest';
import type { Answer } from '../../../core/contract/request';
import { describeAnswer } from '../../../core/runner/asking';

const question = {
  options: [
    { label: 'Allow', description: '', kind: 'allow_once' },
    { label: 'Allow for this session', description: '', kind: 'allow_always' },
    { label: 'Deny', description: '', kind: 'reject_once' },
    { label: 'No, and keep the tests', description: '', kind: 'reject_once' },
  ],
} as const;

const said = (answer: Partial<Answer>): string =>
  describeAnswer({ decision: null, always: false, options: [], text: null, ...answer }, question);

describe('an answer in words', () => {
  test('says a decision once when the option chosen only repeats it', () => {
    expect(said({ decision: 'deny', options: [2] })).toBe('Denied');
    expect(said({ decision: 'allow', options: [0] })).toBe('Allowed');
    expect(said({ decision: 'allow', always: true, options: [1] })).toBe('Allowed for this session');
  });

  test('keeps the reason and an option that says more than the decision', () => {
    expect(said({ decision: 'deny', options: [2], text: 'too dangerous' })).toBe('Denied: too dangerous');
    expect(said({ decision: 'deny', options: [3] })).toBe('Denied: No, and keep the tests');
  });

  test('keeps an option that is an answer and not a decision, whatever it is called', () => {
    expect(said({ options: [2] })).toBe('Deny');
  });
});
