import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, openBed } from '../../support/runtime';

describe('a worktree whose link to the repository is broken', () => {
  let bed: Bed;
  beforeEach(async () => {
    bed = await openBed();
  });
  afterEach(() => bed.close());

  /** A task in review with an edit beside the change, and its worktree. */
  async function reviewed(): Promise<{ id: number; path: string }> {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const task = await bed.calls.tasks.create({
      repositoryId: repository.id,
      title: 'Say hello',
      prompt: '[write: hello.txt | hello]',
      agent: 'echo',
    });
    const { worktree } = await bed.reaches(task.id, 'review');
    const path = worktree ?? '';
    await writeFile(join(path, 'precious.txt'), 'precious\n');
    return { id: task.id, path };
  }

  /** As `rm .git && git init` leaves it. */
  async function replaceLink(path: string): Promise<void> {
    await rm(join(path, '.git'));
    await mkdir(join(path, '.git'));
    await writeFile(join(path, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  }

  const left = (path: string) => readFile(join(path, 'precious.txt'), 'utf8');

  it('is kept in a backup before it goes, when only the link was missing', async () => {
    const { id, path } = await reviewed();
    await rm(join(path, '.git'));
    const discarded = await bed.calls.tasks.discard({ task: id });
    expect(discarded.worktree).toBeNull();
    expect(existsSync(path)).toBe(false);
    expect(await bed.repository.git('show', `${discarded.backupRef}:precious.txt`)).toContain('precious');
  });

  it('fails the next run with where the files are, goes on once the link can be written anew, and is kept by a discard', async () => {
    const { id, path } = await reviewed();
    await replaceLink(path);
    bed = await bed.restart();
    await bed.calls.tasks.reject({ task: id, comment: '[write: more.txt | more]' });
    const failed = await bed.reaches(id, 'failed', 'review');
    expect(failed).toMatchObject({ state: 'failed', error: expect.stringContaining(path) });
    expect(await left(path)).toBe('precious\n');
    await rm(join(path, '.git'), { recursive: true });
    await bed.calls.tasks.retry({ task: id });
    expect(await bed.reaches(id, 'review', 'failed')).toMatchObject({ state: 'review', worktree: path });
    expect(await left(path)).toBe('precious\n');

    // Broken once more, it is kept when the task is discarded, still named by it.
    await replaceLink(path);
    expect(await bed.calls.tasks.discard({ task: id })).toMatchObject({ outcome: 'discarded', worktree: path });
    expect(await left(path)).toBe('precious\n');
    expect(await bed.repository.git('branch', '--list', 'switchyard/*')).not.toBe('');
    bed = await bed.restart();
    expect(await left(path)).toBe('precious\n');
    expect((await bed.calls.tasks.get({ task: id })).worktree).toBe(path);
  });

  it('is made anew on its branch when its folder was emptied', async () => {
    const { id, path } = await reviewed();
    await rm(path, { recursive: true });
    await mkdir(path);
    await bed.calls.tasks.reject({ task: id, comment: '[write: more.txt | more]' });
    expect(await bed.reaches(id, 'review', 'failed')).toMatchObject({ state: 'review', worktree: path });
    expect(await readFile(join(path, 'hello.txt'), 'utf8')).toContain('hello');
    expect(await readFile(join(path, 'more.txt'), 'utf8')).toContain('more');
  });
});
