import { expect, test } from 'vitest';
import type { Worktree } from '../../core/contract/worktree';
import { orderedWorktrees } from '../../renderer/worktrees/order';

const worktree = (path: string, more: Partial<Worktree> = {}): Worktree => ({
  ...{ path, repositoryId: 1, repository: '/home/ada/api', branch: null, task: null, reason: "nobody's", goesAt: null },
  ...{ createdAt: 0, size: null },
  ...more,
});
const size = (bytes: number, uncommitted: number | null = 0) => ({
  size: { bytes, files: 1, whole: true, uncommitted, measuredAt: 0 },
});
const paths = (found: readonly Worktree[]) => found.map(({ path }) => path);

test('worktrees stand in the order asked for, alike ones by path as people count, unmeasured ones last', () => {
  const all = [
    worktree('/w/10'),
    worktree('/w/9', size(5, 2)),
    worktree('/w/2', size(9)),
    worktree('/w/1', size(5, 7)),
  ];
  const by = (order: Parameters<typeof orderedWorktrees>[1]['order']) =>
    paths(orderedWorktrees(all, { filter: '', order }));
  expect(by('size')).toEqual(['/w/2', '/w/1', '/w/9', '/w/10']);
  expect(by('uncommitted')).toEqual(['/w/1', '/w/9', '/w/2', '/w/10']);
  expect(by('repository')).toEqual(['/w/1', '/w/2', '/w/9', '/w/10']);
  const aged = [worktree('/w/young', { createdAt: 2 }), worktree('/w/old', { createdAt: 1 })];
  expect(paths(orderedWorktrees(aged, { filter: '', order: 'age' }))).toEqual(['/w/old', '/w/young']);
});

test('a filter takes words of the task, the branch and the reason, in any order', () => {
  const task = { id: 7, title: 'Fix the Login', state: 'failed', outcome: null } as const;
  const all = [worktree('/w/7', { task, reason: 'stopped', branch: 'switchyard/fix' }), worktree('/w/8')];
  const having = (filter: string) => paths(orderedWorktrees(all, { filter, order: 'repository' }));
  expect(having('login api')).toEqual(['/w/7']);
  expect(having('FAILED #7')).toEqual(['/w/7']);
  expect(having('nobody')).toEqual(['/w/8']);
  expect(having('nothing')).toEqual([]);
});
