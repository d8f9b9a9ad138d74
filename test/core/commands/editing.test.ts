import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Task } from '../../../core/contract/task';
import { readHunks } from '../../../core/git/hunks';
import { type Bed, openBed, openLaidBed } from '../../support/runtime';
import { contents } from '../git/fixture';

let bed: Bed;
afterEach(() => bed.close());

const numbered = Array.from({ length: 30 }, (_, at) => `line ${at}\n`).join('');

interface Changed {
  readonly task: Task;
  readonly top: string;
  git(...args: string[]): Promise<string>;
}

/** Opens a bed with a task in review that changed one.txt far apart, and added two.txt. */
async function changed(trust = true): Promise<Changed> {
  const laid = await openLaidBed(`a change of two files, trusted: ${trust}`, (opened) => change(opened, trust));
  bed = laid.bed;
  return laid.scene;
}

async function change(bed: Bed, trust: boolean): Promise<Changed> {
  await bed.repository.write('one.txt', numbered);
  await bed.repository.commit('Number the lines');
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust });
  const prompt = 'Do it.\n[write: two.txt | two]';
  const { id } = await bed.calls.tasks.create({ repositoryId: repository.id, title: 'Hello', prompt, agent: 'echo' });
  const { worktree } = await bed.reaches(id, 'review');
  const top = worktree ?? '';
  const git = (...args: string[]) => bed.repository.git('-C', top, ...args);
  await writeFile(join(top, 'one.txt'), numbered.replace('line 3\n', 'three\r\n').replace('line 20\n', ''));
  await git('commit', '-q', '-a', '-m', 'By hand');
  return { task: await bed.calls.tasks.get({ task: id }), top, git };
}

async function review(task: Task) {
  const { head, mergeBase, files, base, tree } = await bed.calls.reviews.get({ task: task.id });
  return { task: task.id, head, mergeBase, base, tree, paths: files.map(({ path }) => path) };
}

async function hunk(task: Task, path: string, at: number) {
  const { head, mergeBase } = await review(task);
  const { patch } = await bed.calls.reviews.patch({ task: task.id, head, mergeBase, paths: [path] });
  const found = readHunks(patch)[at];
  if (found === undefined) throw new Error(patch);
  const lines = {
    old: { start: found.oldStart, count: found.oldCount },
    new: { start: found.newStart, count: found.newCount },
  };
  return { task: task.id, head, mergeBase, path, oldPath: null, lines };
}

const kinds = async (task: Task) =>
  (await bed.calls.decisions.list({ task: task.id })).map(({ text }) => JSON.parse(text).kind);

it('a hunk taken back is a commit of the person’s on branch and worktree, and undo brings it back', async () => {
  const { task, top, git } = await changed();
  const before = { contents: contents(top), ...(await review(task)) };
  const first = await hunk(task, 'one.txt', 0);
  const taken = await bed.calls.reviews.takeBack(first);
  expect(taken).toEqual({ task: task.id, kind: 'take-back', path: 'one.txt', head: await git('rev-parse', 'HEAD') });
  expect(await readFile(join(top, 'one.txt'), 'utf8')).toBe(numbered.replace('line 20\n', ''));
  expect(await git('log', '-1', '--format=%s %an %P')).toBe(
    `Take back part of one.txt ${await git('config', 'user.name')} ${before.head}`,
  );
  expect(await git('status', '--porcelain')).toBe('');
  expect((await bed.calls.tasks.get({ task: task.id })).change).toEqual({ files: 2, additions: 1, deletions: 1 });
  // What was shown is not what is there now, neither to be edited nor to be merged.
  await expect(bed.calls.reviews.takeBack(first)).rejects.toMatchObject({ code: 'MOVED' });
  const { contents: _, paths, ...approval } = before;
  await expect(bed.calls.tasks.approve(approval)).rejects.toMatchObject({ code: 'MOVED' });

  const edit = async () => (await bed.calls.reviews.get({ task: task.id })).edit;
  expect(await edit()).toEqual({ kind: 'take-back', path: 'one.txt', part: true });
  const { head, mergeBase } = await review(task);
  const rest = { task: task.id, head, mergeBase, path: 'one.txt', oldPath: null, lines: null };
  await bed.calls.reviews.takeBack(rest);
  expect((await review(task)).paths).toEqual(['two.txt']);
  expect((await bed.calls.reviews.undo({ task: task.id })).head).toBe(head);
  expect(await edit()).toEqual({ kind: 'take-back', path: 'one.txt', part: true });
  expect((await bed.calls.reviews.undo({ task: task.id })).head).toBe(before.head);
  expect(await edit()).toBeNull();
  expect(contents(top)).toEqual(before.contents);
  expect(await git('status', '--porcelain')).toBe('');
  expect((await bed.calls.tasks.get({ task: task.id })).change).toEqual({ files: 2, additions: 2, deletions: 2 });
  // What was undone is not lost.
  const kept = await git('for-each-ref', '--format=%(objectname)', `refs/switchyard/backup/${task.id}/`);
  expect(kept.split('\n')).toContain(taken.head);
  await expect(bed.calls.reviews.undo({ task: task.id })).rejects.toMatchObject({
    code: 'WRONG_STATE',
    message: expect.stringContaining('nothing'),
  });
  expect(await kinds(task)).toEqual(['take-back', 'take-back', 'undo-edit', 'undo-edit']);
  const { edits } = await bed.calls.tasks.get({ task: task.id });
  expect(edits.map(({ kind, path, part }) => [kind, path, part])).toEqual([
    ['take-back', 'one.txt', true],
    ['take-back', 'one.txt', false],
    ['undo-edit', 'one.txt', false],
    ['undo-edit', 'one.txt', false],
  ]);
  expect(await bed.calls.decisions.check()).toMatchObject({ broken: null });
});

it('a file is edited in place with its bytes as they were given, and merged so', async () => {
  const { task, top } = await changed(false);
  const { head, base } = await review(task);
  const { text, blob } = await bed.calls.reviews.file({ task: task.id, head, path: 'one.txt' });
  expect(text).toBe(numbered.replace('line 3\n', 'three\r\n').replace('line 20\n', ''));
  const mended = `\ufeff${text?.replace('three\r\n', '3\r\n')}no end`;
  const edit = { task: task.id, path: 'one.txt', text: mended };
  await expect(bed.calls.reviews.write({ ...edit, head: base })).rejects.toMatchObject({ code: 'MOVED' });
  const edited = await bed.calls.reviews.write({ ...edit, head });
  expect(await readFile(join(top, 'one.txt'), 'utf8')).toBe(mended);
  const after = await bed.calls.reviews.file({ task: task.id, head: edited.head, path: 'one.txt' });
  expect([after.text, after.blob === blob]).toEqual([mended, false]);
  await expect(bed.calls.reviews.write({ ...edit, head: edited.head })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  const now = await review(task);
  await bed.calls.tasks.approve({
    task: task.id,
    base: now.base,
    mergeBase: now.mergeBase,
    head: now.head,
    tree: now.tree,
  });
  expect(await readFile(join(bed.repository.path, 'one.txt'), 'utf8')).toBe(mended);
  const late = {
    code: 'WRONG_STATE',
    message: `Task ${task.id} is done (merged) and cannot be edited. Make a new task instead.`,
  };
  await expect(bed.calls.reviews.write({ ...edit, head: now.head })).rejects.toMatchObject(late);
  expect(await kinds(task)).toEqual(['edit', 'approve']);
});

it('what is no text of a regular file cannot be edited, and why is said', async () => {
  const { task, top, git } = await changed();
  await writeFile(join(top, 'latin.txt'), Buffer.from('\xe4', 'latin1'));
  await writeFile(join(top, 'picture.bin'), '\0');
  await writeFile(join(top, 'large.txt'), 'x'.repeat(1024 * 1024 + 1));
  await git('update-index', '--add', '--cacheinfo', `160000,${await git('rev-parse', 'HEAD')},module`);
  const link = await bed.repository.git('hash-object', '-w', join(top, 'two.txt'));
  await git('update-index', '--add', '--cacheinfo', `120000,${link},link`);
  await git('add', 'latin.txt', 'picture.bin', 'large.txt');
  await git('commit', '-q', '-m', 'Odd files');
  const { head } = await review(task);
  const reasons: string[] = [];
  for (const path of ['latin.txt', 'picture.bin', 'large.txt', 'module', 'link', 'none']) {
    const { text, reason } = await bed.calls.reviews.file({ task: task.id, head, path });
    expect(text).toBeNull();
    reasons.push(reason ?? '');
  }
  expect(reasons.join(' ')).toBe(
    'It is not UTF-8 text. It is not UTF-8 text. It is larger than 1 MiB. It is a submodule. It is a symbolic link. The change has no such file.',
  );
  const write = { task: task.id, head, text: 'x' };
  for (const path of ['../one.txt', '/etc/hostname', 'one.txt/', '']) {
    await expect(bed.calls.reviews.write({ ...write, path })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  }
  for (const path of ['module', 'link', 'none', '.git/config']) {
    await expect(bed.calls.reviews.write({ ...write, path })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  }
  await expect(bed.calls.reviews.write({ ...write, path: 'two.txt', text: 'a\0b' })).rejects.toMatchObject({
    code: 'BAD_INPUT',
  });
});

it('edits of that very file in the worktree are in the way; nothing is touched and what to do is said', async () => {
  const { task, top, git } = await changed();
  await writeFile(join(top, 'two.txt'), 'mine');
  const before = [contents(top), await git('rev-parse', 'HEAD')];
  const { head, mergeBase } = await review(task);
  const all = { task: task.id, head, mergeBase, path: 'two.txt', oldPath: null, lines: null };
  await expect(bed.calls.reviews.takeBack(all)).rejects.toMatchObject({
    code: 'CHECKOUT_IN_THE_WAY',
    message: expect.stringMatching(/nothing was touched: .* two\.txt.* Commit them on switchyard\//),
  });
  expect([contents(top), await git('rev-parse', 'HEAD')]).toEqual(before);
  expect(await kinds(task)).toEqual([]);
  await git('checkout', '-q', '--detach');
  await expect(bed.calls.reviews.takeBack(all)).rejects.toMatchObject({
    code: 'WRONG_STATE',
    message: expect.stringMatching(/not on its branch. Check out switchyard\//),
  });
});

it('what came after an edit is not undone with it', async () => {
  const { task, top, git } = await changed();
  await bed.calls.reviews.takeBack(await hunk(task, 'one.txt', 0));
  await writeFile(join(top, 'three.txt'), 'three');
  await git('add', 'three.txt');
  await git('commit', '-q', '-m', 'More');
  const before = contents(top);
  expect(await bed.calls.reviews.get({ task: task.id })).toMatchObject({ edit: null });
  await expect(bed.calls.reviews.undo({ task: task.id })).rejects.toMatchObject({
    code: 'WRONG_STATE',
    message: expect.stringContaining('has moved on since'),
  });
  expect(contents(top)).toEqual(before);
});

it('an edit is undone, and the change sent back with comments, also when its base branch is gone', async () => {
  const { task, top } = await changed();
  const before = contents(top);
  const { head, mergeBase, base, tree } = await review(task);
  const place = { path: 'two.txt', side: 'new', lines: null } as const;
  await bed.calls.comments.add({ task: task.id, head, mergeBase, place, text: 'Another name' });
  // No approval leaves what the agent was not told without having said so.
  await expect(bed.calls.tasks.approve({ task: task.id, base, mergeBase, head, tree })).rejects.toMatchObject({
    code: 'COMMENTS_NOT_SENT',
    message: expect.stringContaining('1 comment was not sent to the agent. Request changes to send'),
  });
  await bed.calls.reviews.takeBack(await hunk(task, 'one.txt', 0));
  await bed.repository.git('branch', '-m', 'main', 'trunk');
  expect((await bed.calls.reviews.undo({ task: task.id })).head).toBe(head);
  expect(contents(top)).toEqual(before);
  expect(await bed.calls.comments.list({ task: task.id })).toMatchObject([{ fate: 'draft', now: null }]);
  await bed.calls.tasks.reject({ task: task.id, comment: '' });
  expect(await bed.calls.comments.list({ task: task.id })).toMatchObject([{ sentAt: expect.any(Number) }]);
});

it('going back to a checkpoint keeps an edit, which can be returned to and undone', async () => {
  const { task, top, git } = await changed();
  const unedited = contents(top);
  const { head } = await bed.calls.reviews.takeBack(await hunk(task, 'one.txt', 0));
  const edited = contents(top);
  const { left } = await bed.calls.checkpoints.back({ task: task.id, checkpoint: 1 });
  expect(contents(top)['one.txt']).toBe(`file ${numbered}`);
  await expect(bed.calls.reviews.undo({ task: task.id })).rejects.toMatchObject({ code: 'WRONG_STATE' });
  await bed.repository.git('reflog', 'expire', '--expire=now', '--all');
  await bed.repository.git('gc', '-q', '--prune=now');
  await bed.calls.checkpoints.back({ task: task.id, checkpoint: left });
  expect([contents(top), await git('rev-parse', 'HEAD')]).toEqual([edited, head]);
  expect((await review(task)).head).toBe(head);
  await bed.calls.reviews.undo({ task: task.id });
  expect(contents(top)).toEqual(unedited);
});

it('two edits of one change at once: the second is told that the first was quicker', async () => {
  const { task } = await changed();
  const [one, other] = [await hunk(task, 'one.txt', 0), await hunk(task, 'one.txt', 1)];
  const ends = await Promise.allSettled([bed.calls.reviews.takeBack(one), bed.calls.reviews.takeBack(other)]);
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(ends[1]).toMatchObject({ reason: { code: 'MOVED' } });
});

it('a trusted repository’s filters and signing take part; the hooks of a merge do not, for nothing is merged', async () => {
  bed = await openBed();
  const mark = join(bed.folder, 'ran');
  const sign = join(bed.folder, 'sign');
  await writeFile(sign, '#!/bin/sh\ncat >/dev/null\necho signed by Ada\necho "[GNUPG:] SIG_CREATED " >&2\n', {
    mode: 0o755,
  });
  await mkdir(join(bed.repository.path, '.git/hooks'), { recursive: true });
  for (const hook of ['post-merge', 'post-checkout']) {
    await writeFile(join(bed.repository.path, '.git/hooks', hook), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
  }
  const settings = { 'filter.up.smudge': 'tr a-z A-Z', 'filter.up.clean': 'tr A-Z a-z', 'commit.gpgSign': 'true' };
  for (const [key, value] of Object.entries({ ...settings, 'gpg.program': sign })) {
    await bed.repository.git('config', key, value);
  }
  await bed.repository.write('.gitattributes', 'two.txt filter=up\n');
  const { task, top, git } = await change(bed, true);
  await rm(mark, { force: true });
  const { head } = await review(task);
  await bed.calls.reviews.write({ task: task.id, head, path: 'two.txt', text: 'another\n' });
  expect(await readFile(join(top, 'two.txt'), 'utf8')).toBe('ANOTHER\n');
  expect(await git('status', '--porcelain')).toBe('');
  expect(await git('cat-file', 'commit', 'HEAD')).toContain('signed by Ada');
  await expect(readFile(mark)).rejects.toMatchObject({ code: 'ENOENT' });

  // Once it would run something else than what was trusted, none of it runs, and no file comes out as it is stored.
  await bed.repository.git('config', 'filter.up.smudge', `touch ${mark}; cat`);
  const now = await review(task);
  await expect(
    bed.calls.reviews.write({ task: task.id, head: now.head, path: 'two.txt', text: 'more\n' }),
  ).rejects.toMatchObject({ code: 'WRONG_STATE', message: expect.stringContaining('filter') });
  await bed.calls.reviews.takeBack(await hunk(task, 'one.txt', 0));
  await expect(readFile(mark)).rejects.toMatchObject({ code: 'ENOENT' });
});
