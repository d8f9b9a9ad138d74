import { expect, test } from 'vitest';
import type { Ledger } from '../../../core/runner/ledger';
import { runningPrograms } from '../../../core/runner/running-programs';
import { insertTerminal } from '../../../core/store/terminals';
import { recordWorktree } from '../../../core/store/worktrees';
import { addTask, temporaryStore } from '../store/store';

test('the processes of the machine are read only where a shell may run them, and for the task that is asked of', async () => {
  const { db, repository } = temporaryStore();
  const opens = (kind: 'run' | 'shell', command: string): number => {
    const task = addTask(db);
    const at = { path: `/work/${task}`, branch: `t${task}`, ownerPid: 1, ownerStart: '', at: 20 };
    recordWorktree(db, { task, repository, state: 'ready', ...at });
    insertTerminal(db, { task, kind, command, at: 20 });
    return task;
  };
  const runs = opens('run', 'npm run dev');
  const types = opens('shell', '/bin/sh');
  const looked: (number | undefined)[] = [];
  const ledger: Ledger = {
    async look(task) {
      looked.push(task);
      return { processes: [], visible: false, terminals: new Map() };
    },
  };
  const named = async (task?: number) => (await runningPrograms(db, ledger, task)).map(({ program }) => program);
  expect([await named(runs), looked]).toEqual([['npm run dev'], []]);
  expect([await named(types), looked]).toEqual([['/bin/sh'], [types]]);
  expect([await named(), looked]).toEqual([
    ['npm run dev', '/bin/sh'],
    [types, undefined],
  ]);
});
