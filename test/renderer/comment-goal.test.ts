import { expect, test } from 'vitest';
import { goalOf } from '../../renderer/changes/comment-goal';

const inOrder = [{ key: '7' }, { key: '9' }];

test('a comment that is there is gone to, whether all of them are there or not', () => {
  for (const whole of [true, false])
    expect(goalOf('9', { inOrder, whole })).toEqual({ kind: 'there', comment: { key: '9' } });
});

test('one that is not there is waited for only as long as others may come', () => {
  expect(goalOf('8', { inOrder, whole: false })).toEqual({ kind: 'awaited' });
  expect(goalOf('8', { inOrder, whole: true })).toEqual({ kind: 'gone' });
});
