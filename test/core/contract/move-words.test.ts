import { expect, test } from 'vitest';
import { moveLines, retryReason } from '../../../core/contract/move-words';
import type { TaskState, Transition } from '../../../core/contract/task';

const moved = (from: TaskState | null, to: TaskState, by: string, reason: string, at = 1): Transition => ({
  ...{ from, to, by, reason, at },
});

test('a task tells why it was queued again, which attempt that was and how it ended, and nothing its agent tells itself', () => {
  const lost = 'Switchyard ended without warning while it ran';
  const lines = moveLines([
    moved(null, 'queued', 'person', 'Created.'),
    moved('queued', 'running', 'runner', 'Claimed by local.'),
    moved('running', 'waiting', 'runner', 'May I?'),
    moved('waiting', 'running', 'person', 'Answered.'),
    moved('running', 'queued', 'runner', retryReason('oops\nand more', 1, 3)),
    moved('queued', 'running', 'runner', 'Claimed by local.'),
    moved('running', 'queued', 'recovery', `${lost}; it is tried again (crash 1 of 3).`),
    moved('queued', 'running', 'runner', 'Claimed by local.'),
    moved('running', 'failed', 'recovery', `${lost}, for the 3rd time.`, 7),
    moved('failed', 'done', 'person', 'Discarded.'),
    moved('done', 'failed', 'person', 'Restored.'),
    moved('failed', 'queued', 'person', 'Retried.'),
    moved('queued', 'cancelled', 'person', 'Cancelled.'),
  ]);
  expect(lines.map(({ text }) => text)).toEqual([
    'Queued again: Attempt 1 of 3 failed: oops and more',
    'Tried again: attempt 2 of 3.',
    `Queued again: ${lost}; it is tried again (crash 1 of 3).`,
    `Failed: ${lost}, for the 3rd time.`,
    'You discarded it.',
    'Restored: it has failed, as before.',
    'You tried it again.',
    'You cancelled it.',
  ]);
  expect(lines[3]).toMatchObject({ at: 7, level: 'error' });
});
