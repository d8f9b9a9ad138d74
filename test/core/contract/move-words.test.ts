import { expect, test } from 'vitest';
import { moveLines, moveLineWords, retryReason } from '../../../core/contract/move-words';
import type { TaskState, Transition } from '../../../core/contract/task';

const moved = (from: TaskState | null, to: TaskState, by: string, reason: string, at = 1): Transition => ({
  ...{ from, to, by, reason, at, attempt: null },
});
const claimed = (attempt: number | null): Transition => ({
  ...moved('queued', 'running', 'runner', 'Claimed by local.'),
  attempt,
});
const wordsOf = (...transitions: readonly Transition[]) =>
  moveLines({ transitions: [...transitions], maxAttempts: 3, edits: [] }).map(moveLineWords);

test('a task tells why it was queued again, which attempt that was and how it ended, and nothing its agent tells itself', () => {
  const lost = 'Switchyard ended without warning while it ran';
  const transitions = [
    moved(null, 'queued', 'person', 'Created.'),
    claimed(1),
    moved('running', 'waiting', 'runner', 'May I?'),
    moved('waiting', 'running', 'person', 'Answered.'),
    moved('running', 'queued', 'runner', retryReason('oops\nand more', 1, 3)),
    claimed(2),
    moved('running', 'queued', 'recovery', `${lost}; it is tried again (crash 1 of 3).`),
    claimed(3),
    moved('running', 'failed', 'recovery', `${lost}, for the 3rd time.`, 7),
    moved('failed', 'done', 'person', 'Discarded.'),
    moved('done', 'failed', 'person', 'Restored.'),
    moved('failed', 'queued', 'person', 'Taken over in a terminal.'),
    moved('queued', 'failed', 'person', 'Not taken over after all.'),
    moved('failed', 'queued', 'person', 'Retried.'),
    claimed(1),
    moved('running', 'queued', 'runner', 'You wrote to the agent; it goes on with that.'),
    claimed(1),
    moved('running', 'queued', 'runner', retryReason('oops', 1, 3)),
    moved('queued', 'cancelled', 'person', 'Cancelled.'),
  ];
  expect(wordsOf(...transitions)).toEqual([
    'Queued again: Attempt 1 of 3 failed: oops and more',
    'Tried again: attempt 2 of 3.',
    `Queued again: ${lost}; it is tried again (crash 1 of 3).`,
    'Tried again: attempt 3 of 3.',
    `Failed: ${lost}, for the 3rd time.`,
    'You discarded it.',
    'Restored: it has failed, as before.',
    'You asked to take it over in a terminal.',
    'Not taken over after all. It has failed, as before.',
    'You tried it again.',
    'Queued again: You wrote to the agent; it goes on with that.',
    'Queued again: Attempt 1 of 3 failed: oops',
    'You cancelled it.',
  ]);
  expect(moveLines({ transitions, maxAttempts: 3, edits: [] })[4]).toEqual({
    ...{ at: 7, level: 'error', text: 'Failed', reason: `${lost}, for the 3rd time.` },
  });
});

test('which attempt begins is what the claim was, whatever a reason says', () => {
  const queued = moved('running', 'queued', 'runner', 'Attempt 7 of 9 failed: so an agent says');
  expect(wordsOf(claimed(1), queued, claimed(1)).slice(1)).toEqual([]);
  expect(wordsOf(claimed(1), queued, claimed(null)).slice(1)).toEqual([]);
  expect(wordsOf(claimed(null), queued, claimed(2)).slice(1)).toEqual(['Tried again: attempt 2 of 3.']);
  const back = moved('review', 'queued', 'person', 'Changes asked.');
  expect(wordsOf(claimed(3), back, claimed(null), queued, claimed(2)).at(-1)).toBe('Tried again: attempt 2 of 3.');
});

test('what a person did says so, to the change by hand too, in the order in which it was done', () => {
  const transitions = [
    moved('running', 'review', 'runner', 'The agent finished.'),
    moved('review', 'queued', 'person', 'Changes asked.'),
    moved('running', 'review', 'runner', 'The agent finished.'),
    moved('review', 'queued', 'person', 'Resolve conflicts.'),
    moved('running', 'review', 'runner', 'The agent finished.'),
    moved('review', 'queued', 'runner', 'Sent back by train 3. The check test failed.'),
  ].map((move, index) => ({ ...move, at: 10 * index }));
  const edits = [
    { at: 1, kind: 'edit', path: 'a.ts', part: false },
    { at: 2, kind: 'take-back', path: 'b.ts', part: true },
    { at: 21, kind: 'take-back', path: 'c.ts', part: false },
    { at: 22, kind: 'undo-edit', path: 'c.ts', part: false },
  ] as const;
  expect(moveLines({ transitions, maxAttempts: 3, edits: [...edits] }).map(moveLineWords)).toEqual([
    'In review.',
    'You edited a.ts.',
    'You took part of b.ts back.',
    'You asked for changes.',
    'In review.',
    'You took c.ts back.',
    'You undid your edit of c.ts.',
    'You asked its agent to resolve the conflicts.',
    'In review.',
    'Queued again: Sent back by train 3. The check test failed.',
  ]);
});
