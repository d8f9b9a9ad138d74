import { expect, test } from 'vitest';
import { editName, editsOf, withDraft, withWritten, writtenTo } from '../../renderer/state/drafts';

test('what an earlier version kept as a message or a comment is shown until something else is written', () => {
  const older = { 'message:7': 'Mind the clock', 'comment:7': 'Add a test', 'comment:8': 'Another task’s' };
  expect(writtenTo(older, 7)).toBe('Mind the clock\n\nAdd a test');
  const written = withWritten(older, 7, 'Mind');
  expect(writtenTo(written, 7)).toBe('Mind');
  expect(writtenTo(withWritten(written, 7, ''), 7)).toBe('');
  expect(writtenTo(withWritten(older, 7, ''), 7)).toBe('');
  expect(writtenTo(written, 8)).toBe('Another task’s');
});

test('the changes to messages of one task are told from those of another', () => {
  const drafts = withDraft(
    withDraft({}, editName({ task: 1, id: 3 }), 'One'),
    editName({ task: 11, id: 4 }),
    'Another',
  );
  expect(editsOf(drafts, 1)).toEqual([[3, 'One']]);
});
