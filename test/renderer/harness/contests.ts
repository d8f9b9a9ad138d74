import { type Comparison, compareFiles, othersOf, type Picked } from '../../../core/contract/contest';
import type { Task } from '../../../core/contract/task';

/** The sample tasks of a contest beside each other, as the core would have them. */
export function comparisonOf(task: Task, get: (id: number) => Task): Comparison {
  const tasks = (task.contest?.tasks ?? []).map(get);
  const changed = tasks.filter(({ change }) => change !== null);
  const files = changed.map(({ id }, index) => ({
    task: id,
    files: [
      { path: 'src/member-10.md', status: 'added' as const, additions: 40 + index, deletions: 0, content: `${id}` },
      { path: 'src/member-0.ts', status: 'modified' as const, additions: 4, deletions: 1, content: 'same' },
      ...(index === 0
        ? [{ path: 'docs/member-3.json', status: 'modified' as const, additions: 9, deletions: 2, content: 'a' }]
        : []),
    ],
  }));
  return {
    contest: task.contest?.id ?? 1,
    oid: 'c'.repeat(40),
    tasks: tasks.map((one) => ({
      task: one,
      questions: one.id % 3,
      range: one.change === null ? null : { base: 'c'.repeat(40), head: `${one.id % 10}`.repeat(40) },
      problem: null,
    })),
    files: compareFiles(files),
  };
}

/** Discards the others of a contest. */
export function pickIn(task: Task, get: (id: number) => Task, put: (task: Task) => Task): Picked {
  const all = (task.contest?.tasks ?? []).map(get);
  const others = othersOf(all, task.id);
  const picked = (one: Task) => ({ ...one, contest: one.contest && { ...one.contest, picked: task.id } });
  for (const one of others)
    put({ ...picked(one), state: 'done', outcome: 'discarded', backupRef: 'refs/switchyard/backup/x' });
  return { task: put(picked(get(task.id))), discarded: others.map(({ id }) => id), left: [] };
}
