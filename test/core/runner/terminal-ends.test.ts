import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startOf } from '../../../core/git/live';
import { readRecords } from '../../../core/host/records';
import { openDatabase } from '../../../core/store/database';
import { readTerminal } from '../../../core/store/terminals';
import { hostProgram } from '../../support/host';
import { lives } from '../../support/lives';
import { type Bed, openBed } from '../../support/runtime';
import { until } from '../../support/until';

const size = { columns: 80, rows: 24 };

let bed: Bed;
/** A task in review that the last test that needs it puts away. */
let shared: number;
beforeAll(async () => {
  bed = await openBed({ host: hostProgram, environment: { SHELL: '/bin/sh' } });
  shared = await taskInReview();
});
afterAll(() => bed.close());

async function taskInReview(): Promise<number> {
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  const prompt = '[write: hello.txt | hello]';
  const task = await bed.calls.tasks.create({ repositoryId: repository.id, title: 'Hello', prompt, agent: 'echo' });
  await bed.reaches(task.id, 'review');
  return task.id;
}

function pidOf(terminal: number): number {
  const db = openDatabase({ file: bed.config.folders.database });
  try {
    return readTerminal(db, terminal).pid ?? 0;
  } finally {
    db.close();
  }
}

it('does not say that a program ended on request when its host never heard the request', async () => {
  const task = shared;
  const shell = await bed.calls.terminals.open({ task, kind: 'shell', size });
  for (const { pid } of readRecords(bed.config.folders.run)) process.kill(pid, 'SIGKILL');
  await expect(bed.calls.terminals.close({ terminal: shell.id })).rejects.toThrow();
  await until(async () => (await bed.calls.terminals.list({ task }))[0]?.state === 'ended');
  const [ended] = await bed.calls.terminals.list({ task });
  expect(ended?.endReason).toBe('The process that held it ended.');
});

it('a terminal that is opened while its worktree is put away does not go on without it', async () => {
  const task = shared;
  // A host that runs already opens the next one as fast as the worktree goes.
  await bed.calls.terminals.open({ task, kind: 'shell', size });
  const discarding = bed.calls.tasks.discard({ task });
  let refused = false;
  const opened: number[] = [];
  while (!refused) {
    await bed.calls.terminals.open({ task, kind: 'shell', size }).then(
      ({ id }) => opened.push(id),
      () => {
        refused = true;
      },
    );
  }
  await discarding;
  const left = (await bed.calls.terminals.list({ task })).filter(({ state }) => state !== 'ended');
  expect(left).toEqual([]);
});

it('a host that hangs holds up no decision, and its programs do not outlive the worktree', async () => {
  const task = await taskInReview();
  const shell = await bed.calls.terminals.open({ task, kind: 'shell', size });
  const pid = pidOf(shell.id);
  expect(lives(pid)).toBe(true);
  const [host] = readRecords(bed.config.folders.run);
  process.kill(host?.pid ?? 0, 'SIGSTOP');
  try {
    // The host stays stopped until this is over, so a decision that waits for it would never be made.
    await bed.calls.tasks.discard({ task });
    // A host that is stopped cannot bury it, so it may still be listed as ended.
    expect(lives(pid)).toBe(false);
  } finally {
    process.kill(host?.pid ?? 0, 'SIGCONT');
  }
  await until(async () => (await bed.calls.terminals.list({ task }))[0]?.state === 'ended');
}, 90_000);

it.runIf(process.platform === 'linux')(
  'after another start of the machine the number of a program that was kept is a stranger, who is left alone',
  async () => {
    const task = await taskInReview();
    const open = () => bed.calls.terminals.open({ task, kind: 'shell', size });
    const shells = [await open(), await open()];
    await bed.runtime.stop(undefined, { keepTerminals: true });
    for (const { pid } of readRecords(bed.config.folders.run)) process.kill(pid, 'SIGKILL');
    const before = shells.map(({ id }) => pidOf(id));
    for (const pid of before) if (lives(pid)) process.kill(-pid, 'SIGKILL');
    await until(() => !before.some(lives));
    const others = shells.map(() => spawn('sleep', ['300'], { detached: true, stdio: 'ignore', env: {} }));
    try {
      const [stranger = 0, known = 0] = others.map(({ pid }) => pid ?? 0);
      const db = openDatabase({ file: bed.config.folders.database });
      const give = db.prepare('UPDATE terminal SET pid = ?, start_time = ifnull(?, start_time) WHERE id = ?');
      give.run(stranger, null, shells[0]?.id);
      // The control: what is that very program is still ended.
      give.run(known, await startOf(known), shells[1]?.id);
      db.close();
      bed = await bed.again(true);
      await until(async () => (await bed.calls.terminals.list({ task })).every(({ state }) => state === 'ended'));
      expect([lives(stranger), lives(known)]).toEqual([true, false]);
    } finally {
      for (const other of others) other.kill('SIGKILL');
    }
  },
);
