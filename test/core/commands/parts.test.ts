import { symlink, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Review } from '../../../core/contract/review';
import type { Task } from '../../../core/contract/task';
import { type Bed, openBed } from '../../support/runtime';

const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

// One change that was sent back once tells all of it.
let bed: Bed;
let task: Task;
let first: Review;
let now: Review;
beforeAll(async () => {
  bed = await openBed();
  await bed.repository.write('spaced.txt', 'if (a) one();\n');
  await writeFile(`${bed.repository.path}/old.png`, picture);
  await bed.repository.commit('Begin with these');
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  const about = { repositoryId: repository.id, title: 'Change it', agent: 'echo' };
  task = await bed.calls.tasks.create({
    ...about,
    prompt: '[write: hello.txt | hello]\n[write: spaced.txt | if (a)     one();]',
  });
  await bed.reaches(task.id, 'review');
  first = await bed.calls.reviews.get({ task: task.id });
  await bed.calls.tasks.reject({ task: task.id, comment: '[write: second.txt | second]', head: first.head });
  await bed.reaches(task.id, 'review');
  now = await bed.calls.reviews.get({ task: task.id });
});
afterAll(() => bed.close());

const pathsOf = ({ files }: Pick<Review, 'files'>) => files.map(({ path }) => path);

describe('since the last review', () => {
  it('is what came after the head that was shown when changes were asked for', async () => {
    expect(first.lastSeen).toBeNull();
    expect(now).toMatchObject({ lastSeen: first.head });
    expect(now.head).not.toBe(first.head);
    const since = await bed.calls.reviews.between({ task: task.id, from: now.lastSeen, to: now.head });
    expect(since).toMatchObject({ mergeBase: first.head, head: now.head });
    expect(pathsOf(since)).toEqual(['second.txt']);
    expect(pathsOf(now)).toEqual(['hello.txt', 'second.txt', 'spaced.txt']);
  });

  it('is not to be had from a commit that is not there', async () => {
    const gone = 'f'.repeat(40);
    await expect(bed.calls.reviews.between({ task: task.id, from: gone, to: now.head })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(gone),
    });
    await bed.calls.tasks.reject({ task: task.id, comment: '[write: third.txt | third]', head: gone });
    await bed.reaches(task.id, 'review');
    expect((await bed.calls.reviews.get({ task: task.id })).lastSeen).toBeNull();
  });
});

describe('one commit', () => {
  it('is what it did to its first parent, or to nothing', async () => {
    const [one, two] = now.commits;
    const did = await bed.calls.reviews.between({ task: task.id, from: null, to: one?.oid ?? '' });
    expect(did.mergeBase).toBe(now.mergeBase);
    expect(pathsOf(did)).toEqual(['hello.txt', 'spaced.txt']);
    expect(pathsOf(await bed.calls.reviews.between({ task: task.id, from: null, to: two?.oid ?? '' }))).toEqual([
      'second.txt',
    ]);
    const root = await bed.repository.git('rev-list', '--max-parents=0', 'main');
    const began = await bed.calls.reviews.between({ task: task.id, from: null, to: root });
    expect(began.files.every(({ status }) => status === 'added')).toBe(true);
    const { patch } = await bed.calls.reviews.patch({ task: task.id, mergeBase: began.mergeBase, head: root });
    expect(patch).toContain('new file mode');
  });
});

describe('white space', () => {
  it('is left out of a patch when that is asked for, and what else changed is not', async () => {
    const range = { task: task.id, mergeBase: now.mergeBase, head: now.head };
    expect((await bed.calls.reviews.patch(range)).patch).toContain('+if (a)     one();');
    const { patch } = await bed.calls.reviews.patch({ ...range, ignoreWhitespace: true });
    expect(patch).not.toContain('spaced.txt');
    expect(patch).toContain('+++ b/hello.txt');
  });
});

describe('a file of the change', () => {
  it('is given whole, as the commit has it', async () => {
    const at = { task: task.id, commit: now.head };
    expect(await bed.calls.reviews.content({ ...at, path: 'old.png' })).toEqual({
      size: picture.length,
      bytes: picture.toString('base64'),
    });
    expect(await bed.calls.reviews.content({ ...at, path: 'old.png', sizeOnly: true })).toEqual({
      size: picture.length,
      bytes: null,
    });
    const { bytes } = await bed.calls.reviews.content({ ...at, commit: now.mergeBase, path: 'spaced.txt' });
    expect(Buffer.from(bytes ?? '', 'base64').toString()).toBe('if (a) one();\n');
    await expect(bed.calls.reviews.content({ ...at, commit: now.mergeBase, path: 'hello.txt' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('hello.txt'),
    });
  });

  it('is told by its size alone when it is larger than can be shown, or a link', async () => {
    await bed.repository.write('large.bin', 'x'.repeat(8 * 1024 * 1024 + 1));
    await symlink('/etc/passwd', `${bed.repository.path}/link`);
    await bed.repository.commit('Add what is not shown');
    const at = { task: task.id, commit: await bed.repository.git('rev-parse', 'main') };
    expect(await bed.calls.reviews.content({ ...at, path: 'large.bin' })).toEqual({
      size: 8 * 1024 * 1024 + 1,
      bytes: null,
    });
    expect(await bed.calls.reviews.content({ ...at, path: 'link' })).toEqual({ size: 11, bytes: null });
  });
});
