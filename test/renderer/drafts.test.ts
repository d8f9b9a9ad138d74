import { expect, test } from 'vitest';
import type { App } from '../../renderer/state/app';
import { type Drafts, editName, editsOf, withDraft, withWritten, writtenTo } from '../../renderer/state/drafts';
import { fileDraft, filesBegun, keepFileDraft } from '../../renderer/state/file-edits';
import { createStore } from '../../renderer/state/store';

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

test('what is typed into a file is kept with the blob it was typed over, also when nothing is left of the text', () => {
  const drafts = createStore<Drafts>({});
  const app = { drafts } as Pick<App, 'drafts'> as App;
  const [blob, path] = ['a'.repeat(40), 'odd\nname: 1.txt'];
  for (const text of ['one\n\ttwo\u2028\n', '']) {
    keepFileDraft(app, 7, path, { blob, text });
    expect(fileDraft(drafts.get(), 7, path)).toEqual({ blob, text });
  }
  keepFileDraft(app, 71, 'b.txt', { blob, text: 'another task’s' });
  expect(filesBegun(drafts.get(), 7)).toEqual([path]);
  keepFileDraft(app, 7, path, null);
  expect(filesBegun(drafts.get(), 7)).toEqual([]);
});
