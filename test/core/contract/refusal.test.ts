import { expect, test } from 'vitest';
import { type Asked, refused } from '../../../core/contract/refusal';
import { type TaskOutcome, type TaskState, taskStates } from '../../../core/contract/task';

const said = (state: TaskState, asked: Asked, outcome: TaskOutcome | null = null) =>
  refused({ id: 15, state, outcome }, asked).message;

test('a refusal says what was asked in the words of the person, and what can be done', () => {
  expect(said('done', 'retried', 'merged')).toBe(
    'Task 15 is done (merged) and cannot be retried. Make a new task instead.',
  );
  expect(said('done', 'approved', 'discarded')).toBe(
    'Task 15 is done (discarded) and cannot be approved. Restore it first (in the terminal: task restore 15).',
  );
  expect(said('done', 'approved', 'merged')).toBe('Task 15 is merged already and cannot be approved again.');
  expect(said('done', 'cancelled', 'answered')).toBe('Task 15 is done (answered) and cannot be cancelled.');
  expect(said('review', 'cancelled')).toBe(
    'Task 15 is in review and cannot be cancelled. Discard it or ask for changes (in the terminal: task discard 15, task reject 15).',
  );
  expect(said('running', 'approved')).toBe(
    'Task 15 is running and cannot be approved. Wait until it is finished, or cancel it.',
  );
  expect(said('running', 'edited')).toBe(
    'Task 15 is running and cannot be edited. Write to its agent instead (in the terminal: task say 15 "…"), or cancel it.',
  );
  expect(said('review', 'written to')).toBe(
    'Task 15 is in review and cannot be written to. Ask for changes (in the terminal: task reject 15).',
  );
});

test('what a person drives is refused with how it is handed back, and only while it is in hand', () => {
  const driven = (state: TaskState, asked: Asked) =>
    refused({ id: 15, state, outcome: null, driven: 1 }, asked).message;
  for (const state of ['queued', 'running', 'waiting'] as const)
    expect(driven(state, 'approved')).toBe(
      'You drive task 15 in its terminal, so it cannot be approved. End that first: Hand back has its agent go on, Finish and review has what there is in review (in the terminal: task hand-back 15, task hand-back 15 --review).',
    );
  expect(driven('failed', 'approved')).toBe(said('failed', 'approved'));
});

test('no refusal speaks of what a task would become', () => {
  const all: Asked[] = [
    'started',
    'cancelled',
    'retried',
    'sent back',
    'approved',
    'discarded',
    'restored',
    'written to',
  ];
  for (const state of taskStates)
    for (const asked of all) {
      expect(said(state, asked)).toMatch(/^Task 15 is .* and cannot be /);
      expect(said(state, asked)).not.toContain('become');
    }
});
