import { expect, test } from 'vitest';
import type { RunningProgram } from '../../core/contract/terminal';
import { quitQuestion } from '../../electron/quit-question';

const program = (terminal: number, more: Partial<RunningProgram> = {}): RunningProgram => ({
  ...{ terminal, task: terminal, taskTitle: `Task ${terminal}`, kind: 'shell', program: 'npm run dev', more: 0 },
  ...more,
});
const quit = { programs: [], working: 0, keepTerminals: false };

test('quitting asks nothing where it ends no program, however many agents are at work', () => {
  expect(quitQuestion({ ...quit, working: 3 })).toBe('end');
  expect(quitQuestion({ ...quit, programs: [program(1)], keepTerminals: true })).toBe('end');
});

test('one program is named with its task, and return keeps it', () => {
  expect(quitQuestion({ ...quit, programs: [program(1, { kind: 'run' })] })).toEqual({
    message: 'A program runs on a terminal',
    detail: '• Task 1: npm run dev\n\nKept running, it goes on without Switchyard, and the next start finds it again.',
    buttons: ['Quit and keep it running', 'Quit and end it', 'Cancel'],
  });
});

test('several are named up to eight, without what could pass for another line, and agents at work are told of', () => {
  const programs = [
    program(1, { more: 2 }),
    program(2, { kind: 'agent', program: 'claude' }),
    program(3, { taskTitle: 'Two\nlines', program: 'sleep\u001b[31m 5\n• Task 9: none' }),
    ...[4, 5, 6, 7, 8, 9, 10].map((terminal) => program(terminal)),
  ];
  const question = quitQuestion({ programs, working: 2, keepTerminals: false });
  expect(question).toMatchObject({
    message: 'Programs run on 10 terminals',
    buttons: ['Quit and keep them running', 'Quit and end them', 'Cancel'],
  });
  expect(typeof question === 'string' ? [] : question.detail.split('\n')).toEqual([
    '• Task 1: npm run dev and 2 more',
    '• Task 2: claude on its own screen',
    '• Two lines: sleep 5 • Task 9: none',
    ...[4, 5, 6, 7, 8].map((terminal) => `• Task ${terminal}: npm run dev`),
    '• and 2 more',
    '',
    'Kept running, they go on without Switchyard, and the next start finds them again.',
    'The agents at work on 2 tasks stop in either case, and work on with the next start.',
  ]);
});
