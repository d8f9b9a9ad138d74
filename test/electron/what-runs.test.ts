import { expect, test } from 'vitest';
import type { Client } from '../../core/client';
import { quitQuestion } from '../../electron/quit-question';
import { whatRuns } from '../../electron/what-runs';

const program = { terminal: 1, task: 7, taskTitle: 'Greet', kind: 'shell', program: 'sleep 300', more: 0 } as const;
const client = (programs: () => Promise<unknown>) =>
  ({
    terminals: { programs },
    settings: { list: async () => ({ keepTerminals: false }) },
    runtime: { status: async () => ({ tasks: { running: 2 } }) },
  }) as unknown as Client;

test('what runs on terminals is found, with how many tasks are at work beside it', async () => {
  const screen = { ...program, kind: 'agent', task: 8 };
  const found = await whatRuns(async () => client(async () => [program, screen]), 60_000);
  expect(found).toEqual({ programs: [program, screen], working: 1, keepTerminals: false });
  expect(quitQuestion(found)).toMatchObject({ message: 'Programs run on 2 terminals' });
});

test.each([
  ['says nothing in time', () => new Promise(() => {})],
  ['cannot say', () => Promise.reject(new Error('It is closing.'))],
])('what runs is kept unasked where the runtime %s', async (_, programs) => {
  const found = await whatRuns(async () => client(programs), 1);
  expect([found, quitQuestion(found)]).toEqual([null, 'keep']);
});

test('quitting asks nothing where the runtime goes on, or nothing runs', async () => {
  expect(quitQuestion(await whatRuns(async () => null, 60_000))).toBe('end');
  expect(quitQuestion(await whatRuns(async () => client(async () => []), 60_000))).toBe('end');
});
