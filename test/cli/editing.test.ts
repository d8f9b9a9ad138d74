import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTerminal } from './terminal';

let terminal: Awaited<ReturnType<typeof openTerminal>>;
beforeAll(async () => {
  terminal = await openTerminal();
  await terminal.start();
});
afterAll(() => terminal.close());

const type = (...words: string[]) => terminal.type(words);

test('a hunk of a change is taken back in the terminal, then the file, and both are brought back', async () => {
  const made = ['--repository', 'my repository', '--trust', '--agent', 'echo', '--title', 't', '--prompt'];
  const added = await type('task', 'add', ...made, '[write: a.txt | two]\n[write: new.txt | new]', '--wait', '--json');
  const id = String(added.json.id);
  const before = (await type('task', 'diff', id)).out;
  const hunk = ['task', 'take-back', id, '--file', 'a.txt', '--hunk'];
  expect((await type(...hunk, '2')).err).toContain('a.txt has 1 hunk, so there is no hunk 2.');
  expect((await type(...hunk, 'x')).code).toBe(2);
  expect((await type('task', 'take-back', id, '--file', 'none')).err).toContain('has no file none');
  expect((await type('task', 'undo', id)).err).toContain('You edited nothing of task');
  const taken = await type(...hunk, '1');
  expect(taken.out).toMatch(
    new RegExp(`^Took hunk 1 of a\\.txt back\\. The change is commit .*\\n.*task undo ${id}\n$`),
  );
  const afterwards = await type('task', 'diff', id);
  expect(afterwards.out).not.toContain('a.txt');
  const undo = new RegExp(`You took part of a\\.txt back\\. To undo that: .*task undo ${id}\n$`);
  expect([afterwards.err, (await type('task', 'show', id)).out]).toEqual([
    expect.stringMatching(undo),
    expect.stringMatching(undo),
  ]);
  expect((await type('task', 'take-back', id, '--file', 'new.txt', '--json')).json).toMatchObject({
    kind: 'take-back',
  });
  const whole = await type('task', 'diff', id);
  expect([whole.out, whole.err]).toEqual(['', expect.stringContaining('You took new.txt back. To undo that: ')]);
  expect((await type('audit', 'list')).out).toMatch(/take-back +task 1: a\.txt; commit /);
  await type('task', 'undo', id);
  expect((await type('task', 'diff', id)).err).toMatch(undo);
  expect((await type('task', 'undo', id)).out).toMatch(
    /^Undid your edit of a\.txt\. The change is commit .* again\.\n$/,
  );
  expect((await type('task', 'diff', id)).out).toBe(before);
});

test('a line that looks like the header of a hunk behind another line end than git knows is not counted as a hunk', async () => {
  const made = ['--repository', 'my repository', '--trust', '--agent', 'echo', '--title', 't', '--prompt'];
  const { id, worktree } = (await type('task', 'add', ...made, '[write: odd.txt | one]', '--wait', '--json')).json;
  writeFileSync(join(worktree, 'odd.txt'), 'one\u2028@@ -1 +1 @@\ntwo\r@@ -1 +1 @@\n');
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t.test', 'commit', '-qam', 'Odd'], { cwd: worktree });
  expect((await type('task', 'take-back', String(id), '--file', 'odd.txt', '--hunk', '2')).err).toContain(
    'odd.txt has 1 hunk, so there is no hunk 2.',
  );
});

test('several changes are approved in one line, and what is said of each is what became of it', async () => {
  const made = ['--repository', 'my repository', '--trust', '--agent', 'echo', '--title'];
  const add = async (title: string, prompt: string) =>
    `${(await type('task', 'add', ...made, title, '--prompt', prompt, '--wait', '--json')).json.id}`;
  const [one, two] = [await add('One', '[write: x.txt | one]'), await add('Two', '[write: x.txt | two]')];
  expect((await type('task', 'land', one, `${two}@abc`)).code).toBe(2);
  const unseen = await type('task', 'land', one, `${two}@abcdef012345`);
  expect(unseen.err).toContain(`Nothing was begun: the change of task ${two} is `);
  const landed = await terminal.type(['task', 'land', one, two, '--strategy', 'squash', '--wait'], { tty: true });
  // What was told of each change in the same terminal is not told again at the end.
  expect(landed).toMatchObject({
    code: 1,
    out: expect.stringMatching(
      /^Train 1: 2 changes onto main of .*my repository, by squash\n {2}1 of 2 landed, 1 went back\n$/,
    ),
  });
  expect(landed.err).toContain('is being checked');
  expect(landed.err.match(/#\d+ +One +landed as [0-9a-f]{10}\n/g)).toHaveLength(1);
  const shown = await type('train', 'show', '1');
  expect(shown.out).toMatch(/#\d+ +One +landed as [0-9a-f]{10}\n/);
  expect(shown.out).toMatch(/#\d+ +Two +went back to its agent +It conflicts with main in x\.txt\.\n$/);
  expect((await type('train', 'list')).out).toMatch(/^1 +✓ ended +main of .* 1 of 2 landed, 1 went back/);
  expect((await type('train', 'show', '1', '--follow')).code).toBe(1);
  expect((await type('train', 'show', '1', '--json')).json.cars.map(({ state }: { state: string }) => state)).toEqual([
    'landed',
    'returned',
  ]);
  expect((await type('train', 'stop', '1')).err).toContain('Train 1 has ended already.');
  expect((await type('audit', 'list')).out).toContain(`train 1 (task ${one}, task ${two})`);
});
