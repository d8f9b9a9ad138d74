import { describe, expect, test } from 'vitest';
import { titleFrom } from '../../core/contract/title';
import { alwaysOf, choicesOf, howToAnswer, tell } from '../../renderer/requests/answers';
import { money, span, tokens } from '../../renderer/text/amounts';
import { request } from './harness/data';

const task = { id: 1, title: 'A task' };

describe('the choices of a request', () => {
  test('say whether they answer at once or are sent, where they are no decisions', () => {
    const options = [{ label: 'One', description: '', kind: 'choice' as const }];
    const how = (more: object, text = '') => howToAnswer(request(1, task, { options, ...more }), text);
    expect(how({ kind: 'clarification' })).toBe('Choosing one answers at once');
    expect(how({ kind: 'budget' }, ' ')).toBe('Choosing one answers at once');
    expect(how({ kind: 'clarification' }, 'Because.')).toBe('Choosing one answers at once, with what you wrote');
    expect(how({ kind: 'clarification', multiple: true })).toBe('Tick what you choose, then send your answer');
    expect([how({ kind: 'permission' }), how({ kind: 'clarification', options: [] })]).toEqual([null, null]);
  });

  test('a permission without options can be allowed and denied', () => {
    const choices = choicesOf(request(1, task));
    expect(choices.map(({ key, answer }) => [key, answer?.decision])).toEqual([
      ['allow', 'allow'],
      ['deny', 'deny'],
    ]);
  });

  test('the rules a permission offers are numbered after its choices, and the allow key makes none', () => {
    const match = { by: 'prefix' as const, tool: 'Bash', words: ['npm', 'test'], beside: '[]' };
    const rules = [
      { scope: 'session' as const, match },
      { scope: 'repository' as const, match },
    ];
    const asked = request(1, task, {
      rules,
      options: [
        { label: 'Allow', description: '', kind: 'allow_once' },
        { label: 'Deny', description: '', kind: 'reject_once' },
        { label: 'Deny and stop', description: '', kind: 'reject_once' },
      ],
    });
    const choices = choicesOf(asked);
    expect(choices.map(({ key, digit }) => [key, digit])).toEqual([
      ['allow', null],
      ['deny', null],
      ['digit', 1],
    ]);
    expect(choices[0]?.answer).toEqual({ decision: 'allow', rule: null, options: [0], text: null });
    expect(alwaysOf(asked).map(({ digit, answer }) => [digit, answer?.rule])).toEqual([
      [2, rules[0]],
      [3, rules[1]],
    ]);
  });

  test('a question where several may be chosen is answered by all of them', () => {
    const options = ['a', 'b', 'c'].map((label) => ({ label, description: '', kind: 'choice' as const }));
    const choices = choicesOf(request(1, task, { kind: 'clarification', multiple: true, tool: null, options }));
    expect(choices.every(({ answer }) => answer === null)).toBe(true);
    expect(tell([2, 0], ' ')).toEqual({ decision: null, rule: null, options: [0, 2], text: null });
  });

  test('a plain answer decides nothing', () => {
    const options = [{ label: 'Redis', description: '', kind: 'choice' as const }];
    expect(choicesOf(request(1, task, { kind: 'clarification', tool: null, options }))).toMatchObject([
      { digit: 1, answer: { decision: null, options: [0] } },
    ]);
  });
});

describe('words for amounts', () => {
  test('what is unknown is not said to be zero', () => {
    expect(money(null)).toBeNull();
    expect(tokens({ inputTokens: null, outputTokens: null, costUsd: null })).toBeNull();
    expect(money(0.00234)).toBe('$0.0023');
    expect(money(0.00001)).toBe('<$0.0001');
    expect(money(1.5)).toBe('$1.50');
  });

  test('a span is told in its largest unit', () => {
    expect([1_000, 40_000, 720_000, 3 * 3_600_000, 5 * 86_400_000].map(span)).toEqual([
      'now',
      '40s',
      '12m',
      '3h',
      '5d',
    ]);
  });
});

describe('titleFrom', () => {
  test('takes the first sentence and cuts between words', () => {
    expect(titleFrom('\n# Fix the login. Then rest.')).toBe('Fix the login');
    expect(titleFrom('')).toBe('');
    const long = titleFrom('word '.repeat(40));
    expect(long.length).toBeLessThanOrEqual(71);
    expect(long.endsWith('word…')).toBe(true);
  });
});
