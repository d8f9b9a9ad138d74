import { expect, test } from 'vitest';
import { line, wantsOf, wordsFor } from '../../electron/notice';
import { request, task } from './tasks';

test('each kind of request says what its agent wants', () => {
  const tool = { name: 'Edit', command: null, input: '{}', diff: '' };
  expect(wantsOf(request(11))).toBe('wants to run npm test');
  expect(wantsOf(request(11, { tool, title: 'src/a.ts' }))).toBe('wants to use Edit: src/a.ts');
  expect(wantsOf(request(11, { tool: null, title: 'Leave the sandbox' }))).toBe(
    'wants to use a tool: Leave the sandbox',
  );
  expect(wantsOf(request(11, { kind: 'clarification', title: 'Which one?' }))).toBe('asks: Which one?');
  expect(wantsOf(request(11, { kind: 'plan', title: 'Three steps' }))).toBe('has a plan: Three steps');
  expect(wantsOf(request(11, { kind: 'start' }))).toBe('may begin when you allow it');
  expect(wantsOf(request(11, { kind: 'budget', title: '$5 spent' }))).toBe('has stopped: $5 spent');
});

test('what an agent wrote is one plain line of bounded length, whatever is in it', () => {
  expect(line('a\u001b[31mred\u001b[0m\nb\u0007\tc', 100)).toBe('ared b c');
  expect(line('\u001b]8;;https://x.invalid\u0007link\u001b]8;;\u0007', 100)).toBe('link');
  expect(line('safe\u202Eexe.txt\u200b', 100)).toBe('safeexe.txt');
  expect([...line('👩'.repeat(50), 10)]).toHaveLength(10);
  expect([...line('日本'.repeat(50), 10)]).toHaveLength(10);
  const { title, body } = wordsFor(
    [request(11, { taskTitle: 't'.repeat(5000), tool: null, title: 'x'.repeat(5000) })],
    [],
  );
  expect(title.length + body.length).toBeLessThan(400);
});

test('a change that failed everywhere has the glyph of a failure', () => {
  const failed = [task(1, { state: 'failed' }), task(2, { state: 'failed' })];
  expect(wordsFor([], failed)).toEqual({ title: '✕ 2 tasks finished', body: '2 failed', command: 'inbox' });
});
