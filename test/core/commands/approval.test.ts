import { expect, test } from 'vitest';
import { assertNoneForgotten } from '../../../core/commands/approval';
import type { Approval } from '../../../core/contract/review';
import { addComment, resolveComment } from '../../../core/store/comments';
import { addTask, temporaryStore } from '../store/store';

test('a draft that was resolved unsent, as could be done once, holds no approval back until it is opened again', () => {
  const { db } = temporaryStore();
  const task = addTask(db);
  const lines = { first: 1, last: 1 };
  const comment = addComment(db, {
    ...{ task, head: 'h', mergeBase: 'b', quote: 'one', text: 'Too long', by: 'person', at: 20 },
    place: { path: 'a.txt', side: 'new', lines },
  });
  const approve = () => assertNoneForgotten(db, { task, base: 'b', head: 'h', tree: 't' } as Approval, true);
  expect(approve).toThrow(expect.objectContaining({ code: 'COMMENTS_NOT_SENT' }));
  db.prepare('UPDATE comment SET resolved_at = 30 WHERE id = ?').run(comment);
  expect(approve).not.toThrow();
  resolveComment(db, { comment, at: null });
  expect(approve).toThrow(expect.objectContaining({ code: 'COMMENTS_NOT_SENT' }));
});
