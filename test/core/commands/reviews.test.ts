import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Review, ReviewedChange } from '../../../core/contract/review';
import { strategies } from '../../../core/contract/strategy';
import type { Task } from '../../../core/contract/task';
import { openReviewBed } from '../../support/review-bed';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
afterEach(() => bed.close());

/** Opens a bed with a task in review that added hello.txt. */
async function inReview(): Promise<Task> {
  const { bed: opened, scene } = await openReviewBed();
  bed = opened;
  return scene;
}

/** What of a review is there before the rest of it is known. */
function changeIn({ task, mergeBase, head, lastSeen, commits, files, edit }: Review): ReviewedChange {
  return { task, mergeBase, head, lastSeen, commits, files, edit };
}

const nothingToChoose = { strategies: [], notPossible: [], strategy: null, conflicts: [], markers: [], checkout: null };

describe('the change of a task that is over', () => {
  it.each(strategies)('is shown as it was merged by %s, though its base has moved on', async (strategy) => {
    const { id } = await inReview();
    await bed.repository.write('beside.txt', 'beside');
    if (strategy !== 'ff') await bed.repository.commit('Move main');
    const before = await bed.calls.reviews.get({ task: id });
    const { base, mergeBase, head, tree } = before;
    expect(await bed.calls.reviews.change({ task: id })).toEqual(changeIn(before));
    await bed.calls.tasks.approve({ task: id, base, mergeBase, head, tree, strategy });
    await bed.repository.write('later.txt', 'later');
    await bed.repository.commit('Move main again');
    const after = await bed.calls.reviews.get({ task: id });
    expect(after).toEqual({ ...before, ...nothingToChoose });
    expect(await bed.calls.reviews.change({ task: id })).toEqual(changeIn(after));
    const { patch } = await bed.calls.reviews.patch({ task: id, mergeBase: after.mergeBase, head: after.head });
    expect(patch).toContain('+++ b/hello.txt');
    expect(patch).not.toContain('later.txt');
  });

  it('is shown as it was discarded, until its backup is deleted', async () => {
    const { id } = await inReview();
    const before = await bed.calls.reviews.get({ task: id });
    const { backupRef } = await bed.calls.tasks.discard({ task: id });
    expect(await bed.calls.reviews.get({ task: id })).toEqual({ ...before, ...nothingToChoose });
    expect(await bed.calls.reviews.change({ task: id })).toEqual(changeIn(before));
    await bed.repository.git('update-ref', '-d', backupRef ?? '');
    await expect(bed.calls.reviews.get({ task: id })).rejects.toMatchObject({
      code: 'WRONG_STATE',
      message: expect.stringContaining(backupRef ?? ''),
    });
  });

  it('can be approved or discarded no more, and says why', async () => {
    const { id } = await inReview();
    const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: id });
    await bed.calls.tasks.discard({ task: id });
    await expect(bed.calls.tasks.approve({ task: id, base, mergeBase, head, tree })).rejects.toMatchObject({
      message: `Task ${id} is done (discarded) and cannot be approved. Restore it first (in the terminal: task restore ${id}).`,
    });
    await expect(bed.calls.tasks.discard({ task: id })).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });
});

describe('a change that was edited by hand while it was in review', () => {
  it('is as large, and meets what its branch holds now, wherever it is looked at', async () => {
    bed = await openBed();
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const prompt = '[write: source/app.txt | theirs]';
    const { id } = await bed.calls.tasks.create({ repositoryId: repository.id, title: 'App', prompt, agent: 'echo' });
    const { worktree } = await bed.reaches(id, 'review');
    const inWorktree = (...args: string[]) => bed.repository.git('-C', worktree ?? '', ...args);
    const edit = async (text: string) => {
      await writeFile(`${worktree}/source/app.txt`, text);
      await inWorktree('commit', '--quiet', '--all', '--message', 'By hand');
    };
    // Nobody asks: the look of the minute finds it, here that of the start.
    await bed.runtime.stop();
    await bed.repository.write('source/app.txt', 'ours\n');
    await bed.repository.commit('Move main');
    await edit('theirs\nand more\n');
    bed = await bed.again(true);
    const { overlaps } = await bed.until(id, (seen) => seen.change?.additions === 2 && seen.overlaps.length > 0);
    expect(overlaps).toEqual([{ with: null, conflicts: 1, files: 0 }]);

    await inWorktree('merge', 'main').catch(() => {});
    await edit('ours\ntheirs\nboth\n');
    const resolved = { overlaps: [], change: { files: 1, additions: 2, deletions: 0 } };
    expect(await bed.calls.tasks.list({ limit: 9 })).toMatchObject([resolved]);
    // Nothing is kept again of what is known.
    const { updatedAt } = await bed.calls.tasks.get({ task: id });
    await bed.calls.reviews.get({ task: id });
    expect((await bed.calls.tasks.list({ limit: 9 }))[0]?.updatedAt).toBe(updatedAt);

    await edit('ours\ntheirs\n');
    expect(await bed.calls.tasks.get({ task: id })).toMatchObject({ change: { files: 1, additions: 1, deletions: 0 } });
    await edit('ours\n1\n2\n3\n');
    await bed.calls.reviews.get({ task: id });
    await bed.until(id, ({ change }) => change?.additions === 3);

    const { base, mergeBase } = await bed.calls.reviews.get({ task: id });
    await edit('ours\n1\n2\n3\n4\n5\n');
    const [head = '', tree = ''] = (await inWorktree('rev-parse', 'HEAD', 'HEAD^{tree}')).split('\n');
    const merged = await bed.calls.tasks.approve({ task: id, base, mergeBase, head, tree });
    expect(merged).toMatchObject({ outcome: 'merged', change: { files: 1, additions: 5, deletions: 0 } });
  });
});

describe('a backup that cannot be made', () => {
  it('keeps the worktree, says so, and does not make the merge look undone', async () => {
    const { id, worktree, session } = await inReview();
    const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: id });
    // Nothing can be written beneath a file, so no backup ref either.
    await writeFile(`${bed.repository.path}/.git/refs/switchyard/backup`, '');
    const merged = await bed.calls.tasks.approve({ task: id, base, mergeBase, head, tree });
    expect(merged).toMatchObject({ state: 'done', outcome: 'merged', worktree });
    expect(await bed.repository.git('rev-parse', 'main')).toBe(head);
    const said = await bed.calls.sessions.read({ session: session ?? 0, after: 0 });
    expect(said.at(-1)).toMatchObject({ type: 'notice', text: expect.stringContaining(worktree ?? '') });
    await rm(`${bed.repository.path}/.git/refs/switchyard/backup`);
    bed = await bed.restart();
    expect((await bed.calls.tasks.get({ task: id })).worktree).toBeNull();
    expect(existsSync(worktree ?? '')).toBe(false);
  });
});

describe('a repository that was moved away', () => {
  it('is named by what needs it, and its tasks can be put away without losing a file', async () => {
    const { id, worktree, session } = await inReview();
    const away = `${bed.repository.path}-away`;
    await rename(bed.repository.path, away);
    await expect(bed.calls.reviews.get({ task: id })).rejects.toMatchObject({
      code: 'NOT_A_REPOSITORY',
      message: expect.stringContaining(`The repository that was added from ${bed.repository.path} is not there`),
    });
    expect(await bed.calls.tasks.discard({ task: id })).toMatchObject({ outcome: 'discarded', worktree });
    expect(existsSync(`${worktree}/hello.txt`)).toBe(true);
    const said = await bed.calls.sessions.read({ session: session ?? 0, after: 0 });
    expect(said.at(-1)).toMatchObject({ type: 'notice', text: expect.stringContaining(worktree ?? '') });

    await rename(away, bed.repository.path);
    bed = await bed.restart();
    const { backupRef } = await bed.calls.tasks.get({ task: id });
    expect(await bed.repository.git('show', `${backupRef}:hello.txt`)).toContain('hello');
    expect(existsSync(worktree ?? '')).toBe(false);
  });
});
