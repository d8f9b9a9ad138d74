import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findLeftovers } from '../../../core/agents/leftovers';
import { enclose, type Namespace } from '../../../core/agents/namespace';
import type { Program } from '../../../core/host/program';
import { startPty } from '../../../core/host/pty';
import { signalSession } from '../../../core/host/session';
import { namespaceHere } from '../../support/namespace';
import { until } from '../../support/until';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-session-')));
});
const shells: number[] = [];
afterEach(() => {
  for (const pid of shells.splice(0)) signalSession(pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Shell extends Program {
  says(words: string | RegExp): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** An interactive shell that does nothing on its own account. */
function shellIn(namespace: Namespace | null): Shell {
  const { command, args } = enclose(namespace, { command: '/bin/bash', args: ['--norc', '--noprofile', '-i'] });
  let printed = '';
  let end = (_code: number | null) => {};
  const ended = new Promise<number | null>((resolve) => {
    end = resolve;
  });
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    PS1: '> ',
    TERM: 'dumb',
    HISTFILE: join(folder, 'history'),
  };
  const program = { command, args: [...args], directory: folder, environment };
  const pty = startPty(
    { ...program, size: { columns: 77, rows: 33 } },
    {
      onBytes: (bytes) => {
        printed += bytes.toString();
      },
      onEnd: ({ exitCode }) => end(exitCode),
    },
  );
  shells.push(pty.pid);
  const says = (words: string | RegExp) =>
    until(() => (typeof words === 'string' ? printed.includes(words) : words.test(printed)));
  return { ...pty, ended, says };
}

it.runIf(process.platform === 'linux')(
  'a program that has no session of its own yet is ended all the same',
  async () => {
    const young = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
    const ended = once(young, 'exit');
    await once(young, 'spawn');
    signalSession(young.pid ?? 0, 'SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
  },
);

it.runIf(process.platform === 'linux')(
  'a shell in a pid namespace knows its terminal, its size and its jobs, and interrupts them',
  async ({ skip }) => {
    const shell = shellIn(await namespaceHere(skip));
    await shell.says(/> $/);
    shell.write(`tty; stty size; sh -c 'echo up""ward; exec cat'\r`);
    await shell.says(/\/dev\/pts\/\d+\r\n33 77\r\nupward\r\n/);
    shell.write('\x1a');
    await shell.says(/Stopped +sh -c[^\r]*\r\n> $/);
    shell.resize({ columns: 99, rows: 44 });
    shell.write('stty size; fg\r');
    await shell.says('44 99\r\n');
    shell.write('onward\n');
    await shell.says('onward\r\nonward\r\n');
    shell.write('\x03');
    await shell.says(/\^C\s+> $/);
    shell.write('echo "code $?"; exit 3\r');
    await shell.says('code 130');
    expect(await shell.ended).toBe(3);
  },
);

it.runIf(process.platform === 'linux').for(['in a pid namespace', 'without one'])(
  'a shell whose terminal hangs up ends by itself and keeps what was typed, %s',
  async (where, { skip }) => {
    const shell = shellIn(where === 'without one' ? null : await namespaceHere(skip));
    await shell.says(/> $/);
    shell.write('sleep 1000 &\recho $((40 + 2))\r');
    await shell.says('42');
    signalSession(shell.pid, 'SIGHUP');
    await shell.ended;
    expect(readFileSync(join(folder, 'history'), 'utf8')).toBe('sleep 1000 &\necho $((40 + 2))\n');
    // Its job has heard of it as well.
    await until(() => findLeftovers({ group: shell.pid, marker: null }).length === 0);
  },
);
