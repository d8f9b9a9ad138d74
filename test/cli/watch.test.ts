import { resolve } from 'node:path';
import { Terminal } from '@xterm/headless';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPty } from '../../core/host/pty';
import { ensureBuilt } from '../../scripts/setup/build.mjs';
import { openTerminal } from './terminal';

const program = resolve(import.meta.dirname, '../../out/main/cli.js');
let terminal: Awaited<ReturnType<typeof openTerminal>>;
beforeAll(async () => {
  await ensureBuilt();
  terminal = await openTerminal();
  await terminal.start();
}, 120_000);
afterAll(() => terminal.close());

const add = (title: string, ...more: string[]) =>
  terminal.type([
    ...['task', 'add', '--repository', 'my repository', '--trust', '--agent', 'echo', '--wait', '--json'],
    ...['--title', title, ...more],
  ]);

/** A shell on a terminal of its own, with what is on its screen. */
function openShell(script: string) {
  const shown = new Terminal({ cols: 100, rows: 12, allowProposedApi: true });
  let bytes = '';
  let end: number | null = null;
  const pty = startPty(
    {
      command: '/bin/sh',
      args: ['-c', script],
      directory: terminal.folder,
      environment: { ...terminal.environment, TERM: 'xterm-256color' },
      size: { columns: 100, rows: 12 },
    },
    {
      onBytes(heard) {
        bytes += heard.toString('latin1');
        shown.write(heard);
      },
      onEnd: ({ exitCode }) => {
        end = exitCode;
      },
    },
  );
  const lines = () => {
    const { active } = shown.buffer;
    return Array.from(
      { length: shown.rows },
      (_, at) =>
        active
          .getLine(active.baseY + at)
          ?.translateToString(true, 0, shown.cols)
          .trimEnd() ?? '',
    );
  };
  return {
    lines,
    bytes: () => bytes,
    page: () => shown.buffer.active.type,
    shows: (words: RegExp) => expect.poll(() => lines().join('\n'), { timeout: 20_000 }).toMatch(words),
    ended: () => expect.poll(() => end, { timeout: 20_000 }).not.toBeNull(),
    press: (keys: string) => pty.write(keys),
    resize(columns: number, rows: number) {
      shown.resize(columns, rows);
      pty.resize({ columns, rows });
    },
  };
}

test('tasks are shown as they change, as large as the terminal is, which is left as it was, also when the runtime ends', {
  timeout: 90_000,
}, async () => {
  await add('The first one', '--prompt', 'p');
  const watch = `'${process.execPath}' '${program}' watch`;
  const shell = openShell(
    `stty -g; echo before; ${watch}; echo "left $?"; ${watch}; echo "again $?"; NO_COLOR=1 ${watch}; echo "ended $?"; stty -g`,
  );
  await shell.shows(/^Switchyard: 1 review\n\n#1 {2}◇ review {2}The first one .*\nq leaves\n/);
  expect(shell.page()).toBe('alternate');
  expect(shell.bytes()).toContain('\u001b[35m');
  await add('Asks \u001b[2J you', '--prompt', '[permission: make]');
  await add('The third one', '--prompt', 'p');
  // What waits for the person comes first.
  await shell.shows(/^Switchyard: 1 waiting, 2 review\n\n#2 {2}● waiting +Asks {1,2}you .*\n#3 .*\n#1 .*\nq leaves\n/);
  shell.resize(30, 5);
  await shell.shows(/^Switchyard: 1 waiting, 2 revi…\n\n#2 {2}● waiting +Asks.*…\n#3 .*…\n1 more task\. q leaves$/);
  shell.resize(100, 12);
  await shell.shows(/#1 .*\nq leaves\n/);
  shell.press('q');
  await expect.poll(() => shell.bytes()).toContain('left 0');
  await shell.shows(/^Switchyard: [\s\S]*\nq leaves\n/);
  shell.press('\u0003');
  await expect.poll(() => shell.bytes()).toContain('again 0');
  await shell.shows(/^Switchyard: [\s\S]*\nq leaves\n/);
  await terminal.stop();
  await shell.ended();
  await shell.shows(/ended 0/);
  expect(shell.page()).toBe('normal');
  const said = shell.lines();
  expect(said.join('\n')).toMatch(
    /^(\S+)\nbefore\nleft 0\nagain 0\nThe runtime has stopped\. To start it again: .*\nended 0\n\1\n/,
  );
  const last = shell.bytes().slice(shell.bytes().lastIndexOf('\u001b[?1049h'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
  expect(last).not.toMatch(/\u001b\[\d+m/);
  expect(last).toContain('\u001b[?25h');
});

test('without a terminal it says what to use instead', async () => {
  const { code, err } = await terminal.type(['watch']);
  expect({ code, err }).toEqual({
    code: 2,
    err: 'watch draws on a terminal, and there is none here. Use: switchyard task list\n',
  });
});
