import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Terminal } from '../../../core/contract/terminal';
import { readRecords } from '../../../core/host/records';
import { hostProgram } from '../../support/host';
import { lives } from '../../support/lives';
import { type Bed, openBed } from '../../support/runtime';
import { until } from '../../support/until';

const size = { columns: 80, rows: 24 };

let bed: Bed;
/** A task for every test that needs a worktree and leaves it as it is. */
let shared: number;
// One for all: a runtime, and a task up to its review, take longer to start than a terminal.
beforeAll(async () => {
  bed = await openBed({
    host: hostProgram,
    environment: { SHELL: '/bin/sh', SECRET_OF_MINE: 'yes', ELECTRON_RUN_AS_NODE: '1' },
  });
  shared = await taskInReview();
});
afterAll(() => bed.close());

/** Says what the repository runs, and whether it is trusted. */
async function configure(runCommand: string | null, trust = true): Promise<number> {
  const { id } = await bed.calls.repositories.add({ path: bed.repository.path, trust: false });
  await bed.calls.repositories.trust({ repository: id, trust });
  await bed.calls.repositories.configure({ repository: id, runCommand });
  return id;
}

/** A task in review, whose worktree is there, of a trusted repository with a run command. */
async function taskInReview(runCommand: string | null = null): Promise<number> {
  const repositoryId = await configure(runCommand);
  const prompt = '[write: hello.txt | hello]';
  const task = await bed.calls.tasks.create({ repositoryId, title: 'Hello', prompt, agent: 'echo' });
  await bed.reaches(task.id, 'review');
  return task.id;
}

/** Everything printed so far. */
async function textOf(terminal: number, calls = bed.calls): Promise<string> {
  let text = '';
  for (let from = 0; ; ) {
    const read = await calls.terminals.read({ terminal, from, wait: false });
    if (read.bytes === '') return text;
    const bytes = Buffer.from(read.bytes, 'base64');
    text += bytes.toString();
    from = read.from + bytes.length;
  }
}

async function prints(terminal: number, words: string | RegExp, calls = bed.calls): Promise<string> {
  let text = '';
  await until(async () => {
    text = await textOf(terminal, calls);
    return typeof words === 'string' ? text.includes(words) : words.test(text);
  });
  return text;
}

async function listed(task: number, terminal: number, calls = bed.calls): Promise<Terminal> {
  const found = (await calls.terminals.list({ task })).find(({ id }) => id === terminal);
  if (found === undefined) throw new Error(`Terminal ${terminal} is not listed.`);
  return found;
}

async function ends(terminal: Terminal, calls = bed.calls): Promise<Terminal> {
  for (;;) {
    const found = await listed(terminal.task, terminal.id, calls);
    if (found.state === 'ended') return found;
    await calls.terminals.read({ terminal: terminal.id, from: 1_000_000, wait: true });
  }
}

it('gives the person a shell of their own in the worktree, with their surroundings and none of ours', async () => {
  const task = shared;
  const shell = await bed.calls.terminals.open({ task, kind: 'shell', size });
  expect(shell).toMatchObject({ state: 'running', kind: 'shell', command: '/bin/sh', exitCode: null });
  const text = 'echo "[$SECRET_OF_MINE|$ELECTRON_RUN_AS_NODE|$TERM|$PORT]"; pwd; exit 3\r';
  await bed.calls.terminals.write({ terminal: shell.id, text });
  const ended = await ends(shell);
  expect(ended).toMatchObject({ exitCode: 3, endReason: null });
  const printed = await textOf(shell.id);
  expect(printed).toContain(`[yes||xterm-256color|${shell.port}]`);
  expect(printed).toContain((await bed.calls.tasks.get({ task })).worktree);
  await expect(bed.calls.terminals.write({ terminal: shell.id, text: 'x' })).rejects.toMatchObject({
    code: 'WRONG_STATE',
  });
});

it('a shell of any kind can hand its terminal to another program where programs get a pid namespace', async () => {
  await bed.calls.settings.set({ name: 'pidNamespace', value: 'always' });
  try {
    const shell = await bed.calls.terminals.open({ task: shared, kind: 'shell', size });
    await bed.calls.terminals.write({ terminal: shell.id, text: `exec sh -c 'exit 4'\r` });
    expect(await ends(shell)).toMatchObject({ exitCode: 4, endReason: null });
  } finally {
    await bed.calls.settings.set({ name: 'pidNamespace', value: 'never' });
  }
});

it('answers a reader that waits when more is printed, and never from anywhere but where it asked', async () => {
  const task = shared;
  const shell = await bed.calls.terminals.open({ task, kind: 'shell', size });
  const before = (await prints(shell.id, / $/)).length;
  const waiting = bed.calls.terminals.read({ terminal: shell.id, from: before, wait: true });
  await bed.calls.terminals.write({ terminal: shell.id, text: 'x' });
  expect(await waiting).toEqual({
    from: before,
    bytes: Buffer.from('x').toString('base64'),
    end: before + 1,
    over: false,
  });
});

it('runs the run command only when the repository is trusted, and says what is missing', async () => {
  const task = shared;
  const repository = await configure('echo ran', false);
  const before = await bed.calls.terminals.list({ task });
  const opening = bed.calls.terminals.open({ task, kind: 'run', size });
  await expect(opening).rejects.toMatchObject({
    code: 'NOT_TRUSTED',
    message: expect.stringContaining('Trust it first'),
  });
  await bed.calls.repositories.configure({ repository, runCommand: null });
  await expect(bed.calls.terminals.open({ task, kind: 'run', size })).rejects.toMatchObject({ code: 'WRONG_STATE' });
  expect(await bed.calls.terminals.list({ task })).toEqual(before);
});

it('gives each task ports of its own, the same each time, and others when they are taken', async () => {
  const first = shared;
  const second = await taskInReview('echo "port $PORT"');
  const ran = await bed.calls.terminals.open({ task: first, kind: 'run', size });
  const other = await bed.calls.terminals.open({ task: second, kind: 'run', size });
  expect(Math.abs((ran.port ?? 0) - (other.port ?? 0))).toBeGreaterThanOrEqual(10);
  await ends(ran);
  await ends(other);
  expect((await bed.calls.terminals.open({ task: first, kind: 'run', size })).port).toBe(ran.port);
  const server = createServer().listen((ran.port ?? 0) + 3, '127.0.0.1');
  await new Promise<void>((resolve) => server.once('listening', () => resolve()));
  try {
    const moved = await bed.calls.terminals.open({ task: first, kind: 'run', size });
    expect(moved.port).not.toBe(ran.port);
    expect(moved.port).not.toBe(other.port);
  } finally {
    server.close();
  }
});

it('ends what a run command left behind when it is started anew, and with its task', async () => {
  const file = join(bed.folder, 'pid');
  const task = await taskInReview(`setsid nohup sleep 300 >/dev/null 2>&1 & echo $! > ${file}; echo up; sleep 300`);
  const pid = () => Number(readFileSync(file, 'utf8'));
  const first = await bed.calls.terminals.open({ task, kind: 'run', size });
  await prints(first.id, 'up');
  const server = pid();
  const second = await bed.calls.terminals.open({ task, kind: 'run', size });
  expect(lives(server)).toBe(false);
  expect((await bed.calls.terminals.list({ task })).map(({ state }) => state)).toEqual(['ended', 'running']);
  await prints(second.id, 'up');
  const next = pid();
  await bed.calls.tasks.discard({ task });
  expect(lives(next)).toBe(false);
  expect((await bed.calls.terminals.list({ task })).map(({ state }) => state)).toEqual(['ended', 'ended']);
  await expect(bed.calls.terminals.open({ task, kind: 'shell', size })).rejects.toMatchObject({ code: 'WRONG_STATE' });
});

it('ends everything when Switchyard quits, unless it is to be kept', async () => {
  const task = shared;
  const shell = await bed.calls.terminals.open({ task, kind: 'shell', size });
  bed = await bed.restart();
  expect((await bed.calls.terminals.list({ task })).at(-1)).toMatchObject({ id: shell.id, state: 'ended' });

  // For once, because the person said so as they quit.
  const once = await bed.calls.terminals.open({ task, kind: 'shell', size });
  await bed.runtime.stop(undefined, { keepTerminals: true });
  bed = await bed.again(true);
  await bed.calls.terminals.write({ terminal: once.id, text: 'echo found $((40 + 2))\r' });
  await prints(once.id, 'found 42');

  await bed.calls.settings.set({ name: 'keepTerminals', value: true });
  const kept = await bed.calls.terminals.open({ task, kind: 'shell', size });
  bed = await bed.restart();
  await bed.calls.terminals.write({ terminal: kept.id, text: 'echo still $((40 + 2))\r' }).catch(() => {});
  await bed.calls.terminals.close({ terminal: shell.id });
  await bed.calls.terminals.write({ terminal: kept.id, text: 'echo here $((40 + 2))\r' });
  await prints(kept.id, 'here 42');
  await bed.calls.settings.set({ name: 'keepTerminals', value: false });
});

it.each(['never', 'always'] as const)(
  'tells what runs on terminals, and of shells only those that do more than wait, with a pid namespace: %s',
  async (pidNamespace) => {
    await bed.calls.settings.set({ name: 'pidNamespace', value: pidNamespace });
    const task = shared;
    const others = (await bed.calls.terminals.programs()).map(({ terminal }) => terminal);
    const told = async () =>
      (await bed.calls.terminals.programs()).filter(({ terminal }) => !others.includes(terminal));
    try {
      await configure('echo up; sleep 300.1');
      const run = await bed.calls.terminals.open({ task, kind: 'run', size });
      const server = {
        terminal: run.id,
        task,
        taskTitle: 'Hello',
        kind: 'run',
        program: 'echo up; sleep 300.1',
        more: 0,
      };
      const shell = await bed.calls.terminals.open({ task, kind: 'shell', size });
      await prints(shell.id, / $/);
      expect(await told()).toEqual([server]);
      // A program that starts another one is one; what left the shell is one more.
      const line = 'setsid nohup sleep 300.2 > /dev/null 2>&1 & sh -c "echo in; sleep 300.3; true"\r';
      await bed.calls.terminals.write({ terminal: shell.id, text: line });
      await prints(shell.id, /\nin/);
      const inShell = { terminal: shell.id, task, taskTitle: 'Hello', kind: 'shell' };
      await until(async () => (await told()).some(({ more }) => more === 1));
      const [, found] = await told();
      expect(found).toMatchObject(inShell);
      expect(found?.program).toMatch(/^(sleep 300\.2|sh -c echo in; sleep 300\.3; true)$/);
      await bed.calls.terminals.close({ terminal: run.id });
      await bed.calls.terminals.close({ terminal: shell.id });
      const given = await bed.calls.terminals.open({ task, kind: 'shell', size });
      await bed.calls.terminals.write({ terminal: given.id, text: 'exec sleep 300.4\r' });
      // A shell that is only being started shows as the host it comes from.
      await until(async () => (await told()).some(({ program }) => program === 'sleep 300.4'));
      expect(await told()).toEqual([{ ...inShell, terminal: given.id, program: 'sleep 300.4', more: 0 }]);
      await bed.calls.terminals.close({ terminal: given.id });
    } finally {
      await bed.calls.settings.set({ name: 'pidNamespace', value: 'never' });
    }
  },
);

it('says of a terminal whose host died what became of it, and keeps what it printed', async () => {
  const task = shared;
  const shell = await bed.calls.terminals.open({ task, kind: 'shell', size });
  await bed.calls.terminals.write({ terminal: shell.id, text: 'echo kept $((40 + 2))\r' });
  await prints(shell.id, 'kept 42');
  for (const { pid } of readRecords(bed.config.folders.run)) process.kill(pid, 'SIGKILL');
  expect(await ends(shell)).toMatchObject({ exitCode: null, endReason: 'The process that held it ended.' });
  expect(await textOf(shell.id)).toContain('kept 42');
});

it('removes what is too old, and says when', async () => {
  const task = shared;
  await configure('echo old');
  const ran = await ends(await bed.calls.terminals.open({ task, kind: 'run', size }));
  expect(await textOf(ran.id)).toContain('old');
  await bed.calls.settings.set({ name: 'terminalMegabytes', value: 1 });
  const big = join(bed.config.folders.terminals, `terminal-${ran.id}`, '000000000000005.bytes');
  await writeFile(big, Buffer.alloc(9_000_000));
  await ends(await bed.calls.terminals.open({ task, kind: 'run', size }));
  await until(async () => (await listed(task, ran.id)).removedAt !== null);
  await bed.calls.settings.set({ name: 'terminalMegabytes', value: 256 });
  expect(readdirSync(bed.config.folders.terminals)).not.toContain(`terminal-${ran.id}`);
  expect(await bed.calls.terminals.read({ terminal: ran.id, from: 0, wait: false })).toEqual({
    from: 0,
    bytes: '',
    end: 0,
    over: true,
  });
});
