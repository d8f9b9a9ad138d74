import { afterAll, beforeAll, expect, test } from 'vitest';
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
