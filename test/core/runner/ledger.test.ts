import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startOf } from '../../../core/git/live';
import { createLedger } from '../../../core/runner/ledger';
import type { Database } from '../../../core/store/database';
import { recordProcess } from '../../../core/store/processes';
import { addTask, temporaryStore } from '../store/store';

let db: Database;
let children: ChildProcess[];
beforeEach(() => {
  db = temporaryStore().db;
  children = [];
});
afterEach(() => {
  for (const { pid } of children) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
});

/** Starts a shell that says `up` once everything it starts is there; what it prints before that are process ids. */
async function shell(script: string, environment: Record<string, string>): Promise<number[]> {
  const child = spawn('/bin/sh', ['-c', `${script}\necho up\nread _`], {
    detached: true,
    // Nothing ever comes, so it stays.
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH ?? '', ...environment },
  });
  children.push(child);
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.includes('up\n')) break;
  }
  return [
    child.pid ?? 0,
    ...text
      .split('\n')
      .filter((line) => /^\d+$/.test(line))
      .map(Number),
  ];
}

test.runIf(process.platform === 'linux')(
  'every process is known by its marker, its parent or its group, and no stranger is',
  async () => {
    const ledger = createLedger({ db, owner: 'yard', now: Date.now });
    // The second cleared its environment; the third left its parent as well and stayed in the group.
    const script = 'sleep 600 & echo $!\nenv -i sleep 600 & echo $!\nenv -i sh -c "sleep 600 & echo \\$!"';
    const mine = await shell(script, { SWITCHYARD_TASK: 'yard:7' });
    const ofTerminal = await shell('env -i sleep 600 & echo $!', { SWITCHYARD_TASK: 'yard:7/terminal-3' });
    const others = await Promise.all([
      shell('', { SWITCHYARD_TASK: 'yard:70' }),
      shell('', { SWITCHYARD_TASK: 'other:7' }),
      shell('', {}),
    ]);
    const { processes, visible, terminals } = await ledger.look(7);
    expect(visible).toBe(true);
    expect(mine).toHaveLength(4);
    expect(processes.map(({ pid }) => pid).sort()).toEqual([...mine, ...ofTerminal].sort());
    expect([...terminals].sort()).toEqual(ofTerminal.map((pid) => [pid, 3]).sort());
    expect(processes.every(({ task, memory }) => task === 7 && memory > 0)).toBe(true);
    const [root] = mine;
    expect(processes.find(({ pid }) => pid === mine[1])?.parent).toBe(root);
    expect(processes.findIndex(({ pid }) => pid === root)).toBeLessThan(
      processes.findIndex(({ pid }) => pid === mine[1]),
    );
    const all = (await ledger.look()).processes;
    expect(all.filter(({ task }) => task === 70).map(({ pid }) => pid)).toEqual(others[0]);
    expect(all.some(({ pid }) => [...(others[1] ?? []), ...(others[2] ?? [])].includes(pid))).toBe(false);
  },
);

test.runIf(process.platform === 'linux')(
  'a child that was noted is known without a marker, and only as long as it is that very process',
  async () => {
    const ledger = createLedger({ db, owner: 'yard', now: Date.now });
    const task = addTask(db);
    const [noted = 0, stale = 0] = [...(await shell('', {})), ...(await shell('', {}))];
    const child = { command: 'sh', at: 1, task };
    recordProcess(db, { ...child, pid: noted, startTime: (await startOf(noted)) ?? '' });
    recordProcess(db, { ...child, pid: stale, startTime: 'another boot:1' });
    expect((await ledger.look()).processes.map(({ pid }) => pid)).toEqual([noted]);
  },
);

test.runIf(process.platform === 'linux')('the use of the processor is told between two looks', async () => {
  let now = Date.now();
  const ledger = createLedger({ db, owner: 'yard', now: () => now });
  const [busy] = await shell('while :; do :; done & echo $!', { SWITCHYARD_TASK: 'yard:7' });
  expect((await ledger.look()).processes.every(({ cpu }) => cpu === null)).toBe(true);
  const used = async () => {
    now += 1000;
    const { processes } = await ledger.look();
    return processes.find(({ parent }) => parent === busy)?.cpu ?? 0;
  };
  await expect.poll(used).toBeGreaterThan(0);
});
