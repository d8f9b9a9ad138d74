import { expect, it } from 'vitest';
import type { Before } from '../../../core/contract/stack';
import { findingsOf, type Stacked } from '../../../core/contract/stack-check';

const below: Before = { id: 1, state: 'review', outcome: null, start: 'review', head: 'a1' };
const whole: Stacked = {
  ...{ id: 2, state: 'review', base: 'main', hasBase: true, branch: 'switchyard/b', tip: 'b1', head: 'b1' },
  worktree: { path: '/w/2', problem: null },
  stack: { oid: 'a1', holds: true, problem: null },
  parts: [{ id: 1, head: 'a1', tip: 'a1', held: true }],
  before: [below],
  restacking: false,
};
const part = { id: 1, head: 'a1', tip: 'a1', held: true };

it('a stack that is as it should be has no findings', () => {
  expect(findingsOf(whole)).toEqual([]);
  // What is worked on, or stands on what is, follows later.
  expect(findingsOf({ ...whole, state: 'running', tip: 'b2', parts: [{ ...part, tip: 'a2' }] })).toEqual([]);
  expect(findingsOf({ ...whole, parts: [{ ...part, tip: 'a2' }], before: [{ ...below, state: 'running' }] })).toEqual(
    [],
  );
});

it.each<[string, Partial<Stacked>, string, string]>([
  ['base', { hasBase: false }, 'Its base main is not there.', 'task base 2 BRANCH'],
  ['branch', { tip: null }, 'Its branch switchyard/b is not there.', 'git branch switchyard/b b1'],
  ['unseen commit', { tip: 'b2' }, 'Its branch is at b2, and was last seen at b1.', 'task diff 2'],
  ['worktree', { worktree: { path: '/w/2', problem: 'It is gone.' } }, 'Its worktree /w/2 is not as', 'It is gone.'],
  ['footing', { stack: { oid: 'a1', holds: false, problem: null } }, 'does not hold a1', 'by hand'],
  ['moved', { parts: [{ ...part, tip: 'a2' }] }, 'as it was at a1; that is at a2 now', 'task restack 2'],
  ['landed', { before: [{ ...below, state: 'done', outcome: 'merged' }] }, 'which has landed', 'task restack 2'],
  ['taken off', { before: [] }, 'which it is not after any more', 'task restack 2'],
  ['not in it', { parts: [{ ...part, held: false }] }, 'does not hold a1 of task 1', 'task restack 2'],
  ['failed', { before: [{ ...below, state: 'failed' }] }, 'task 1, which failed', 'task edit 2 --detach 1'],
  ['discarded', { before: [{ ...below, state: 'done', outcome: 'discarded' }] }, 'was discarded', 'task restore 1'],
  ['problem', { stack: { oid: 'a1', holds: true, problem: 'It conflicts.' } }, 'It conflicts.', 'task restack 2'],
  ['cut short', { restacking: true }, 'cut short', 'task restack 2'],
])('says what is wrong and what to do: %s', (_, more, what, todo) => {
  const found = findingsOf({ ...whole, ...more });
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ task: 2, what: expect.stringContaining(what), todo: expect.stringContaining(todo) });
});
