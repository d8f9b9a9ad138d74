import { expect, test } from 'vitest';
import type { TranscriptBody } from '../../../core/contract/transcript';
import { followSteps } from '../../../core/runner/steps';

type Status = Extract<TranscriptBody, { type: 'tool' }>['status'];
const call = (id: string, title: string, status: Status) =>
  ({ type: 'tool', call: id, title, kind: 'execute', status }) as const;
const text = (message: string, said: string) => ({ type: 'text', message, text: said }) as const;

function stepsOf(...bodies: readonly TranscriptBody[]): readonly string[] {
  const steps = followSteps();
  bodies.forEach(steps.saw);
  return steps.newest();
}

test('a call is one step in plain words, and a message is one in however many pieces', () => {
  expect(
    stepsOf(
      text('a', 'I look '),
      text('a', 'at it.\n'),
      call('1', 'Read a.ts', 'pending'),
      call('1', 'Read a.ts', 'running'),
      call('2', 'npm test', 'running'),
      call('1', '', 'completed'),
      call('3', 'npm run lint', 'running'),
      call('3', '', 'failed'),
      text('b', ' \n'),
      call('4', 'rm -rf build', 'pending'),
    ),
  ).toEqual(['I look at it.', 'Read a.ts', 'npm test (still running)', 'npm run lint (failed)']);
});

test('only the newest are kept, and one that is told of again stays where it began', () => {
  const calls = ['1', '2', '3', '4', '5', '6'].map((id) => call(id, `Step ${id}`, 'running'));
  const ended = call('2', '', 'completed');
  expect(stepsOf(...calls, ended)).toEqual([
    'Step 2',
    ...['3', '4', '5', '6'].map((id) => `Step ${id} (still running)`),
  ]);
  // What is told of one that is kept no more is no step of its own.
  expect(stepsOf(...calls, call('1', '', 'completed'))).not.toContain('');
  expect(stepsOf(text('a', 'x'.repeat(300)))[0]).toHaveLength(200);
});
