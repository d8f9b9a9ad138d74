import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Task } from '../../../core/contract/task';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

async function inReview(prompt: string): Promise<Task> {
  const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  const task = await bed.calls.tasks.create({ repositoryId, title: 'Change', prompt, agent: 'echo' });
  return bed.reaches(task.id, 'review');
}

const review = (task: Task) => bed.calls.reviews.get({ task: task.id });

/** Approves what the review shows now. */
async function approve(task: Task, strategy?: 'ff' | 'merge' | 'squash' | 'rebase'): Promise<Task> {
  const { base, head, tree } = await review(task);
  return bed.calls.tasks.approve({ task: task.id, base, head, tree, strategy });
}

/** Commits on main, in the person's own checkout. */
async function onMain(file: string, text: string): Promise<string> {
  await bed.repository.write(file, text);
  return bed.repository.commit(`Write ${file}`);
}

describe('a change that conflicts with its base', () => {
  it('is told by file before the click, is not merged, and is sent to its agent with what to do', async () => {
    const task = await inReview('[write: README.md | by the agent]\n[write: fine.txt | fine]');
    await expect(bed.calls.tasks.resolve({ task: task.id })).rejects.toMatchObject({
      code: 'WRONG_STATE',
      message: `The change of task ${task.id} does not conflict with main, so there is nothing to resolve.`,
    });
    const tip = await onMain('README.md', 'by the person\n');
    const { conflicts, strategies, notPossible, strategy } = await review(task);
    const file = { path: 'README.md', kind: 'content', about: 'Both changed the same lines.' };
    expect({ conflicts, strategies, strategy }).toEqual({ conflicts: [file], strategies: [], strategy: null });
    expect(notPossible.map(({ reason }) => reason)).toEqual(Array(4).fill('The change conflicts with main.'));
    await expect(approve(task)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(`conflicts with main in README.md (content). Have its agent merge main`),
    });
    expect(await bed.repository.git('rev-parse', 'main')).toBe(tip);

    await bed.calls.tasks.resolve({ task: task.id });
    const again = await bed.until(task.id, ({ state, updatedAt }) => state === 'review' && updatedAt > task.updatedAt);
    const said = await bed.calls.sessions.read({ session: again.session ?? 0, after: 0 });
    expect(JSON.stringify(said)).toContain(`git merge --no-edit ${tip}`);
    expect(JSON.stringify(said)).toContain('- README.md (content): Both changed the same lines.');
    const decided = (await bed.calls.decisions.list({ task: task.id })).map(({ text }) => JSON.parse(text));
    expect(decided.at(-1)).toMatchObject({
      kind: 'request-changes',
      shown: { base: tip },
      answered: { resolve: [{ path: 'README.md', kind: 'content' }] },
    });

    // What an agent does that follows it.
    const top = task.worktree ?? '';
    await bed.repository.git('-C', top, 'merge', '-q', '-X', 'ours', '--no-edit', tip);
    expect(await review(task)).toMatchObject({ conflicts: [], notPossible: [], strategy: 'ff', base: tip });
    expect(await approve(task)).toMatchObject({ outcome: 'merged' });
    expect(await readFile(`${bed.repository.path}/README.md`, 'utf8')).toContain('by the agent');
  });
});

describe('a rebase', () => {
  it('lands every commit on the base by its author, and the record says so', async () => {
    const task = await inReview('[write: one.txt | one]');
    const git = (...args: string[]) => bed.repository.git('-C', task.worktree ?? '', ...args);
    await git('commit', '-q', '--allow-empty', '--author', 'Agnes Agent <agnes@example.invalid>', '-m', 'Another');
    const tip = await onMain('beside.txt', 'beside\n');
    expect((await review(task)).notPossible).toEqual([
      { strategy: 'ff', reason: 'main has moved on since the change began.' },
    ]);
    const { mergedOid } = await approve(task, 'rebase');
    expect(await bed.repository.git('log', '--format=%s|%an|%cn', `${tip}..main`)).toBe(
      'Another|Agnes Agent|Ada Person\nChange|Ada Person|Ada Person',
    );
    expect(await bed.repository.git('rev-parse', 'main')).toBe(mergedOid);
    expect(await bed.repository.git('status', '--porcelain')).toBe('');
    const decided = (await bed.calls.decisions.list({ task: task.id })).map(({ text }) => JSON.parse(text));
    expect(decided.at(-1)).toMatchObject({ kind: 'approve', answered: { strategy: 'rebase' } });
  });

  it('of a branch with a merge in it is refused with the reason, and nothing is touched', async () => {
    const task = await inReview('[write: two.txt | two]');
    const git = (...args: string[]) => bed.repository.git('-C', task.worktree ?? '', ...args);
    await onMain('more.txt', 'more\n');
    await git('merge', '-q', '--no-edit', 'main');
    const tip = await onMain('more.txt', 'yet more\n');
    const { notPossible, strategies } = await review(task);
    expect(strategies).toEqual(['merge', 'squash']);
    expect(notPossible[1]).toMatchObject({ strategy: 'rebase', reason: expect.stringContaining('has a merge commit') });
    await expect(approve(task, 'rebase')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(
        /^Nothing was merged: rebase does not work now\. The branch has a merge commit.* Approve with merge or squash\.$/,
      ),
    });
    expect(await bed.repository.git('rev-parse', 'main')).toBe(tip);
  });
});
