import { expect, test } from 'vitest';
import { insertTerminal, listTerminals } from '../../../core/store/terminals';
import { recordWorktree, updateWorktree } from '../../../core/store/worktrees';
import { addTask, temporaryStore } from './store';

test('no terminal is noted for a worktree that is not made, is being put away or is gone', () => {
  const { db, repository } = temporaryStore();
  const task = addTask(db);
  const open = () => insertTerminal(db, { task, kind: 'shell', command: '/bin/sh', at: 20 });
  const refused = expect.objectContaining({ code: 'WRONG_STATE', message: expect.stringContaining('no worktree now') });
  expect(open).toThrow(refused);
  const owner = { ownerPid: 1, ownerStart: '' };
  const about = { task, repository, path: '/work/t', branch: 't', state: 'making' as const, ...owner, at: 20 };
  const worktree = recordWorktree(db, about);
  expect(open).toThrow(refused);
  updateWorktree(db, { worktree, state: 'ready', at: 21 });
  open();
  for (const state of ['removing', 'removed'] as const) {
    updateWorktree(db, { worktree, state, at: 22 });
    expect(open).toThrow(refused);
  }
  expect(listTerminals(db, task)).toHaveLength(1);
});
