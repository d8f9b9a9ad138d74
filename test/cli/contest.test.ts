import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTerminal } from './terminal';

let terminal: Awaited<ReturnType<typeof openTerminal>>;
beforeAll(async () => {
  terminal = await openTerminal();
  await terminal.start();
});
afterAll(() => terminal.close());

const type = (...words: string[]) => terminal.type(words);

test('several agents are given one task, compared, and one is merged, from the terminal', async () => {
  const made = ['--repository', 'my repository', '--trust', '--title', 'Find a way', '--prompt', '[write: w.txt | w]'];
  expect((await type('task', 'add', ...made, '--times', '2')).err).toContain('--times needs --agent');
  expect((await type('task', 'add', ...made, '--agent', 'echo', '--times', '9')).err).toContain('from 1 to 8');
  const both = ['--agent', 'echo', '--times', '2'];
  expect((await type('task', 'add', ...made, ...both, '--when', 'review')).err).toContain(
    '--when review takes one agent',
  );
  const added = await type('task', 'add', ...made, ...both, '--wait', '--budget-usd', '5');
  expect(added.out).toMatch(/^Find a way {2}\(2 tasks from main at [0-9a-f]{10}\)\n/);
  expect(added.out).toMatch(/#1 +echo +◇ review +1 file \+1 −0 .*\n#2 +echo +◇ review/);
  // The second leaves the file as the first does.
  expect(added.out).toMatch(/ {2}file +#1 +#2\n {2}w\.txt +added \+1 −0 += #1\n/);
  expect(added.out).toContain('Merge one:        switchyard task approve 1 --discard-others');
  expect((await type('inbox')).out).toContain('Ready to compare: #1, #2 Find a way: switchyard task compare 1\n');
  expect((await type('task', 'show', '1')).out).toMatch(/ {2}contest +with #2\n/);
  // One that lands by itself takes nothing with it, and what is left is still to be decided on.
  const others = made.map((word) => (word === 'Find a way' ? 'Find another' : word.replace('w.txt', 'v.txt')));
  await type('task', 'add', ...others, ...both, '--wait');
  await type('task', 'approve', '4');
  expect((await type('inbox')).out).toContain(
    'One of a contest has landed, #4, and #3 is left: Find another: switchyard task pick 4\n',
  );
  const merged = await type('task', 'approve', '2', '--discard-others');
  expect(merged.out).toContain('Discarded, each with a backup: #1.\n');
  expect((await type('task', 'compare', '2')).out).toContain('Task 2 was picked.\n');
  expect((await type('audit', 'list')).out).toMatch(/ pick +task 2, discarding task 1;? /);
  await type('task', 'restore', '1');
  const picked = await type('task', 'pick', '2');
  expect([picked.code, picked.out]).toEqual([
    0,
    expect.stringMatching(/^Picked task 2\.\nDiscarded, .*: switchyard task restore 1\n/),
  ]);
});
