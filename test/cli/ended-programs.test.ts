import { afterAll, beforeAll, expect, test } from 'vitest';
import { runningOn } from '../../cli/ended-programs';
import { attach, type Client } from '../../core/client';
import { version } from '../../core/version';
import { openTerminal } from './terminal';

let terminal: Awaited<ReturnType<typeof openTerminal>>;
let client: Client;
beforeAll(async () => {
  terminal = await openTerminal();
  await terminal.start();
  const connection = await attach({ folder: terminal.config.folders.data, version });
  if (connection === null) throw new Error('there is no runtime');
  ({ client } = connection);
  return () => connection.close();
});
afterAll(() => terminal.close());

const type = (...words: string[]) => terminal.type(words);

const made = ['--repository', 'my repository', '--trust', '--agent', 'echo', '--title', 'Ends', '--prompt'];
const run = async (task: number, command: string): Promise<void> => {
  await type('repository', 'set', 'my repository', '--run', command);
  await client.terminals.open({ task, kind: 'run', size: { columns: 80, rows: 24 } });
};
const endedOf = ({ out }: { out: string }) => out.split('\n').filter((line) => line.startsWith('Ended with'));

test('a decision on several tasks says what ended on the terminals of each', async () => {
  const below = (await type('task', 'add', ...made, '[write: below | one]', '--wait', '--json')).json.id;
  const after = ['--after', String(below), '--when', 'review'];
  const above = (await type('task', 'add', ...made, '[write: above | one]', ...after, '--wait', '--json')).json.id;
  await run(below, 'sleep 300.1');
  await run(above, 'sleep 300.2');
  expect(endedOf(await type('task', 'approve', String(above), '--stack'))).toEqual([
    'Ended with their worktrees: sleep 300.1, sleep 300.2',
  ]);
  const contest = await type('task', 'add', ...made, '[write: way | one]', '--times', '3', '--wait', '--json');
  const [kept, ...others]: number[] = contest.json.tasks.map(({ task }: { task: { id: number } }) => task.id);
  const names = ['sleep 300.3', 'sleep 300.4'];
  for (const [at, other] of others.entries()) await run(other, names[at] ?? '');
  expect(endedOf(await type('task', 'pick', String(kept)))).toEqual([
    `Ended with their worktrees: ${names.join(', ')}`,
  ]);
  await type('task', 'restore', String(others[0]));
  await run(others[0] ?? 0, 'sleep 300.5');
  await run(kept ?? 0, 'sleep 300.6');
  expect(endedOf(await type('task', 'approve', String(kept), '--discard-others'))).toEqual([
    'Ended with its worktree: sleep 300.6',
    'Ended with its worktree: sleep 300.5',
  ]);
});

test('what runs is nothing where nobody can say', async () => {
  const programs = () => Promise.reject(new Error('No processes can be read.'));
  expect(await runningOn({ terminals: { programs } }, 1)).toEqual([]);
});

test.each(['approve', 'discard'])(
  'task %s says what ended on the terminals of its task, and of no other',
  async (verb) => {
    const made = ['--repository', 'my repository', '--trust', '--agent', 'echo', '--title', verb, '--prompt'];
    const add = async (name: string): Promise<number> =>
      (await type('task', 'add', ...made, `[write: ${verb}-${name} | one]`, '--wait', '--json')).json.id;
    const [task, other] = [await add('one'), await add('other')];
    await type('repository', 'set', 'my repository', '--run', `sleep 300.${task}`);
    const size = { columns: 80, rows: 24 };
    for (const each of [task, other]) await client.terminals.open({ task: each, kind: 'run', size });
    const ended = await type('task', verb, String(task));
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.out.split('\n').filter((line) => line.startsWith('Ended with'))).toEqual([
      `Ended with its worktree: sleep 300.${task}`,
    ]);
    expect((await type('task', 'discard', String(other))).out).toContain(
      `Ended with its worktree: sleep 300.${task}\n`,
    );
  },
);
