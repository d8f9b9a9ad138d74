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

test('lines of a change are commented on in the terminal, sent with it, and told apart afterwards', async () => {
  const made = ['--repository', 'my repository', '--trust', '--agent', 'echo', '--title', 't', '--prompt'];
  const added = await type('task', 'add', ...made, '[write: one.txt | one]', '--wait', '--json');
  const id = String(added.json.id);
  expect((await type('task', 'comments', id)).out).toBe('Nothing was remarked.\n');
  const kept = await type('task', 'comment', id, '--file', 'one.txt', '--lines', '1', '--text', 'Make it two');
  expect(kept.out).toMatch(new RegExp(`Kept comment 1 on one\\.txt:1\\.\\n.*task reject ${id}`));
  // Until it was sent there is nothing to be done with, and it would be forgotten at the approval.
  expect((await type('comment', 'resolve', '1')).err).toContain(
    `switchyard comment remove 1, switchyard task reject ${id}`,
  );
  await type('comment', 'edit', '1', '--text', 'Make it three');
  expect((await type('task', 'comments', id)).out).toMatch(/^1 {2}draft {2}.* {2}one\.txt:1\n {4}Make it three\n$/);

  const forgotten = await type('task', 'approve', id);
  expect(forgotten).toMatchObject({ code: 1, out: '' });
  expect(forgotten.err).toContain('Nothing was merged: 1 comment was not sent to the agent. To send:');
  expect(forgotten.err).toMatch(new RegExp(`task reject ${id}\\. .* draft: .*task approve ${id} --leave-comments\n$`));

  expect(await type('task', 'reject', id, '--comment', '[write: one.txt | three]')).toMatchObject({ code: 0 });
  await type('task', 'wait', id);
  const after = await type('task', 'comments', id);
  expect(after.out).toMatch(/^1 {2}addressed .*one\.txt:1\n {4}Make it three\n {6}-one\n {6}\+three\n$/);
  expect((await type('comment', 'resolve', '1')).out).toBe('Comment 1 is resolved.\n');
  expect((await type('task', 'comments', id)).out).toContain('addressed, resolved');
  expect((await type('comment', 'remove', '1')).err).toContain('the agent has it already');
});

test('lines that are none, and a change sent back without a word, are refused with what to type', async () => {
  const refused = await type('task', 'comment', '1', '--file', 'one.txt', '--lines', '3-2', '--text', 'x');
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('for example 12 or 12-14') });
  const wordless = await type('task', 'reject', '1');
  expect(wordless.code).not.toBe(0);
  expect(wordless.err).toContain('Say what task 1 should do differently, or comment on its lines first.');
});

test('a change is approved without its comments once that was said, and they stay as drafts', async () => {
  await type('task', 'comment', '1', '--file', 'one.txt', '--text', 'For another day');
  const approved = await type('task', 'approve', '1', '--leave-comments');
  expect(approved).toMatchObject({
    out: expect.stringMatching(/^Merged /),
    err: expect.stringContaining('Left on task 1 as they are: comment 2.\n'),
  });
  expect((await type('task', 'comments', '1')).out).toMatch(/\n2 {2}draft .*one\.txt\n {4}For another day\n$/);
});

test("an agent's comments are decided on in the terminal before they are sent, and hold an approval back until then", async () => {
  const made = ['--repository', 'my repository', '--trust', '--agent', 'echo', '--title', 't2', '--prompt'];
  const id = String((await type('task', 'add', ...made, '[write: two.txt | one\\ntwo]', '--wait', '--json')).json.id);
  expect((await type('task', 'reviews', id)).out).toBe('No agent was asked to review it.\n');
  const said = ['[comment: two.txt:1 problem | Wrong]', '[comment: two.txt:2 | Right?]', '[comment: two.txt | Why?]'];
  const asked = ['--agent', 'echo', '--prompt', [...said, '[verdict: needs changes | Look again.]'].join('\n')];
  const review = await type('task', 'review', id, ...asked, '--wait', '--json');
  expect(review.json).toMatchObject({ state: 'done', reviews: Number(id), title: 'Review: t2' });
  const all = await type('task', 'comments', id);
  expect(all.out).toMatch(
    new RegExp(`^3 {2}proposed {2}.* {2}two\\.txt:1 {2}echo in task ${review.json.id}, problem\n {4}Wrong\n`),
  );
  expect((await type('task', 'reviews', id)).out).toMatch(
    /^task \d+ {2}echo {2}needs changes {2}.* {2}3 comments, 3 undecided\n {4}Look again\.\n$/,
  );
  const held = await type('task', 'approve', id);
  expect(held.err).toContain("3 comments of an agent's review are undecided. To see and decide:");
  expect((await type('comment', 'accept')).code).toBe(2);
  expect((await type('comment', 'accept', '3')).out).toBe('Accepted 1 comment.\n');
  expect((await type('comment', 'dismiss', '--task', id)).out).toBe('Dismissed 2 comments.\n');
  expect((await type('comment', 'dismiss', '--task', id)).out).toBe('Nothing is undecided.\n');
  expect((await type('task', 'reject', id)).code).toBe(0);
});

test('a file of a change is named in any way that leads to it, and one the change leaves alone is refused', async () => {
  const made = ['--repository', 'my repository', '--trust', '--agent', 'echo', '--title', 't', '--prompt'];
  const { json } = await type('task', 'add', ...made, '[write: dir/neü one.txt | one]', '--wait', '--json');
  const id = String(json.id);
  const there = [
    './dir/neü one.txt',
    `${json.worktree}/dir/neü one.txt`,
    join(terminal.repository, 'dir/neü one.txt'),
    'my repository/dir/neü one.txt',
  ];
  for (const file of there) {
    const kept = await type('task', 'comment', id, '--file', file, '--text', 'x', '--json');
    expect(kept.json.place).toEqual({ path: 'dir/neü one.txt', side: 'new', lines: null });
    await type('comment', 'remove', String(kept.json.id));
  }
  expect((await type('task', 'diff', id)).out).toContain('+++ b/dir/neü one.txt');
  const inside = ['task', 'add', '--repository', json.worktree, '--agent', 'echo', '--prompt', 'p'];
  for (const more of [[], ['--trust']])
    expect((await type(...inside, ...more)).err).toContain(`for a task of ${json.repository}. Name that repository`);
  const refused = await type('task', 'comment', id, '--file', 'a.txt', '--text', 'x');
  expect(refused.err).toContain(`has no file a.txt. Its files: dir/neü one.txt. See: switchyard task diff ${id}`);
  expect((await type('task', 'take-back', id, '--file', 'a.txt')).err).toBe(refused.err);
  expect((await type('task', 'approve', id, '--message', ' ')).code).toBe(2);
  const shown = (await type('task', 'show', id)).out;
  expect(shown).toContain(`\n  worktree    ${json.worktree}\n`);
  expect(shown).toMatch(/^#\d+ t {2}◇ review \(/);
  expect(shown).toContain(`Approve:          switchyard task approve ${id}\n`);
  writeFileSync(join(terminal.repository, 'dir'), 'in the way\n');
  terminal.git('add', 'dir');
  terminal.git('commit', '-qm', 'in the way');
  for (const command of ['show', 'wait']) {
    const { out } = await type('task', command, id);
    expect(out).toMatch(/^#\d+ t {2}◇ review, conflicts with main \(/);
    expect(out).toContain(`Have it resolved: switchyard task resolve ${id}\n`);
    expect(out).not.toContain('Approve:');
  }
  expect((await type('task', 'approve', id)).err).toContain(
    `resolve it yourself in ${json.worktree}: merge main there`,
  );
  expect((await type('task', 'diff', id)).err).toContain(`merge main in ${json.worktree} and commit`);
  terminal.git('reset', '-q', '--hard', 'HEAD~1');
});
