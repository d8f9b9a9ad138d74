import stringWidth from 'fast-string-width';
import { expect, test } from 'vitest';
import { commands } from '../../cli/commands';
import { help } from '../../cli/help';
import { taskTable } from '../../cli/task-table';
import { fittedTable, fittingTable } from '../../cli/text';
import { usageWrapped, wrapLine, wrapped } from '../../cli/wrap';
import { task } from '../renderer/harness/data';

const longest = (text: string) => Math.max(...text.split('\n').map((line) => stringWidth(line)));
const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');

test('all help is as wide as its terminal and says every word of it, whole for a pipe', () => {
  for (const topic of [[], ...commands.map((command) => command.words)]) {
    const whole = help(topic, commands, { program: 'switchyard' });
    for (const columns of [40, 60, 100]) {
      const narrow = help(topic, commands, { program: 'switchyard', columns });
      expect(words(narrow)).toEqual(words(whole));
      const broken = narrow.split('\n').filter((line) => stringWidth(line) > columns && !line.startsWith('  $ '));
      // Only a word that is longer than the terminal stays whole.
      expect(broken.filter((line) => words(line).length > 1)).toEqual([]);
    }
  }
});

test('what follows stands under the words of its line, and what is to be copied is not broken', () => {
  expect(wrapped('  name   says what the name is for', 20)).toBe('  name   says what the name is for'); // 40 at least
  expect(wrapped(`  task add    ${'word '.repeat(8).trim()}`, 40)).toBe(
    '  task add    word word word word word\n              word word word',
  );
  expect(wrapped(`  $ ${'word '.repeat(12).trim()}`, 40)).toBe(`  $ ${'word '.repeat(12).trim()}`);
  expect(wrapLine('日本 語日 本語', 9, 2)).toBe('日本 語日\n  本語');
  expect(wrapped('a'.repeat(90), undefined)).toBe('a'.repeat(90));
});

test('how a command is called is broken between its options, below what was wrong with it', () => {
  const usage = 'Usage: task add --repository PATH [--agent NAME] [--after TASK]... [--wait [--wait-minutes N]]';
  const said = `task add needs --prompt. ${usage}`;
  expect(usageWrapped(said, 44).split('\n')).toEqual([
    'task add needs --prompt.',
    'Usage: task add --repository PATH',
    '    [--agent NAME] [--after TASK]...',
    '    [--wait [--wait-minutes N]]',
  ]);
  expect(usageWrapped(said, undefined)).toBe(said);
  expect(usageWrapped('Nothing was merged.', 20)).toBe('Nothing was merged.');
});

test('a table in a narrow terminal shows what each row says below it instead of its first letters', () => {
  const rows = [
    [
      '1',
      'made 3m ago for task #12',
      'never used',
      'claude may run npm test in /home/ada/work/api, whatever comes after',
    ],
    ['12', 'made 4d ago for task #1', 'used 3 times', ''],
  ];
  const narrow = fittedTable(rows, 44);
  expect(longest(narrow)).toBeLessThanOrEqual(44);
  expect(narrow).toBe(
    [
      '1  made 3m ago for task #12  never used',
      '    claude may run npm test in',
      '    /home/ada/work/api, whatever comes after',
      '12  made 4d ago for task #1  used 3 times',
      '',
    ].join('\n'),
  );
  expect(longest(fittedTable(rows, 70))).toBe(70);
  expect(fittingTable(rows, {})).toContain('whatever comes after');
});

test('a list of tasks cuts titles before anything else, and says why one waits below it where there is no room', () => {
  const at = { stateSince: Date.now() };
  const tasks = [
    task(7, 'Retry uploads with exponential backoff and jitter in the uploader', 'queued', {
      ...at,
      queuedReason: 'Waits for task 2, which failed.',
    }),
    task(12, 'Short', 'queued', at),
  ];
  const lines = (columns?: number) => taskTable(tasks, { columns }).split('\n');
  expect(lines(150)).toEqual(lines());
  expect(lines(80)).toEqual([
    '#7   ○ queued  Retry uploads with exponential backoff and …  api  claude    0s',
    '    Waits for task 2, which failed',
    '#12  ○ queued  Short                                         api  claude    0s',
    '',
  ]);
  expect(longest(lines(50).join('\n'))).toBeLessThanOrEqual(50);
  expect(lines(50)[0]).toMatch(/^#7 {3}○ queued {2}Retry uploads with …/);
});
