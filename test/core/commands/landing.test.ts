import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alongWords, upstreamWords } from '../../../core/contract/base-state';
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
  const { base, mergeBase, head, tree } = await review(task);
  return bed.calls.tasks.approve({ task: task.id, base, mergeBase, head, tree, strategy });
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

describe('a worktree that is not there when its change lands', () => {
  it('leaves no branch behind without a word, unless somebody is on it elsewhere or it holds more than landed', async () => {
    const { git } = bed.repository;
    const branches = async ({ branch }: Task) =>
      git('for-each-ref', '--format=%(refname:short)', `refs/heads/${branch}`);
    const gone = await inReview('[write: lost.txt | lost]');
    await rm(gone.worktree ?? '', { recursive: true });
    expect(await approve(gone, 'merge')).toMatchObject({ outcome: 'merged', worktree: null });
    expect(await branches(gone)).toBe('');

    const locked = await inReview('[write: locked.txt | locked]');
    const lock = `${bed.repository.path}/.git/refs/heads/${locked.branch}.lock`;
    await writeFile(lock, '');
    const { session } = await approve(locked, 'merge');
    const said = await bed.calls.sessions.read({ session: session ?? 0, after: 0 });
    expect(JSON.stringify(said)).toContain(`Its branch ${locked.branch} is still there: git could not delete it`);
    expect(await branches(locked)).toBe(locked.branch);
    await rm(lock);

    const moved = await inReview('[write: moved.txt | moved]');
    await git('worktree', 'move', moved.worktree ?? '', `${bed.folder}/elsewhere`);
    expect(await approve(moved, 'merge')).toMatchObject({ outcome: 'merged' });
    expect(await branches(moved)).toBe(moved.branch);
    await git('worktree', 'remove', `${bed.folder}/elsewhere`);

    const squashed = await inReview('[write: squashed.txt | squashed]');
    await rm(squashed.worktree ?? '', { recursive: true });
    await onMain('beside.txt', 'beside');
    expect(await approve(squashed, 'squash')).toMatchObject({ outcome: 'merged' });
    expect(await branches(squashed)).toBe(squashed.branch);
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

describe('the state of a base', () => {
  it('says before the click and at approve what goes on in its checkout, and nothing is touched', async () => {
    const task = await inReview('[write: busy.txt | busy]');
    const tip = await bed.repository.git('rev-parse', 'main');
    const lock = `${bed.repository.path}/.git/CHERRY_PICK_HEAD`;
    await writeFile(lock, `${tip}\n`);
    const busy = 'A cherry-pick is going on there. Finish it or run git cherry-pick --abort.';
    expect((await review(task)).checkout).toEqual({ path: bed.repository.path, inTheWay: [], busy });
    await expect(approve(task)).rejects.toMatchObject({
      code: 'CHECKOUT_IN_THE_WAY',
      message: expect.stringContaining(busy),
    });
    expect(await bed.repository.git('rev-parse', 'main')).toBe(tip);
    await rm(lock);
    expect((await review(task)).checkout).toMatchObject({ busy: null });
    await bed.calls.tasks.discard({ task: task.id });
  });

  it('is measured against the branch it follows as last fetched, and nothing is fetched for it', async () => {
    const task = await inReview('[write: far.txt | far]');
    const origin = `${bed.folder}/origin.git`;
    const { git } = bed.repository;
    expect((await review(task)).upstream).toBeNull();
    await git('clone', '-q', '--bare', '.', origin);
    await git('remote', 'add', 'origin', origin);
    await git('fetch', '-q', 'origin');
    await git('branch', '-q', '--set-upstream-to=origin/main', 'main');
    expect((await review(task)).upstream).toMatchObject({ name: 'origin/main', ahead: 0, behind: 0 });
    const other = `${bed.folder}/other`;
    await git('clone', '-q', origin, other);
    for (const number of [1, 2])
      await git(
        '-C',
        other,
        '-c',
        'user.name=O',
        '-c',
        'user.email=o@o',
        'commit',
        '-q',
        '--allow-empty',
        '-m',
        `${number}`,
      );
    await git('-C', other, 'push', '-q');
    // What was pushed there since is not known here, and nobody asked to look.
    expect((await review(task)).upstream).toMatchObject({ ahead: 0, behind: 0 });
    await git('fetch', '-q');
    const behind = (await review(task)).upstream;
    expect(behind).toMatchObject({ name: 'origin/main', ahead: 0, behind: 2, fetchedAt: expect.any(Number) });
    if (behind === null) throw new Error();
    expect(upstreamWords('main', behind)).toMatch(/^main is 2 commits behind origin\/main as last fetched\./);
    expect(upstreamWords('main', { ...behind, ahead: 1 })).toMatch(/come apart as last fetched: 1 commit only here, 2/);
    expect(upstreamWords('main', { ...behind, behind: 0 })).toBeNull();
    await git('branch', '-q', '--unset-upstream', 'main');
    await bed.calls.tasks.discard({ task: task.id });
  });

  it('that is protected is never moved, whoever approves', async () => {
    const task = await inReview('[write: guarded.txt | guarded]');
    const { repositoryId } = task;
    const guard = (...patterns: string[]) =>
      bed.calls.repositories.configure({ repository: repositoryId, landing: { protected: patterns } });
    const tip = await bed.repository.git('rev-parse', 'main');
    expect((await guard('release/*', 'ma*')).landing.protected).toEqual(['release/*', 'ma*']);
    expect((await review(task)).protectedBy).toBe('ma*');
    await expect(approve(task)).rejects.toMatchObject({
      code: 'BRANCH_PROTECTED',
      message: `Nothing was merged: main is protected (by ma*), so Switchyard never moves it. Push ${task.branch} (in the terminal: task push) and have it merged there, or take main off the list of protected branches.`,
    });
    expect(await bed.repository.git('rev-parse', 'main')).toBe(tip);
    for (const pattern of ['ain', 'main2', 'm.in', '*/main', 'mai']) await guard(pattern);
    expect((await review(task)).protectedBy).toBeNull();
    await expect(guard('two words')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(await approve(task)).toMatchObject({ outcome: 'merged' });
    await guard();
  });

  it('that was renamed or deleted says so, and the task goes on with the branch it is given', async () => {
    const { git } = bed.repository;
    await git('branch', 'trunk');
    const task = await bed.calls.tasks.create({
      repositoryId: (await bed.calls.repositories.list())[0]?.id ?? 0,
      title: 'Gone',
      prompt: '[write: gone.txt | gone]',
      agent: 'echo',
      base: 'trunk',
    });
    const ready = await bed.reaches(task.id, 'review');
    const before = await review(ready);
    // Whatever it is called, what is to be typed is one word.
    await git('branch', '-m', 'trunk', 'stem&id');
    await expect(review(ready)).rejects.toMatchObject({
      code: 'NO_SUCH_BRANCH',
      message: `The branch trunk, on which task ${task.id} is based, is called stem&id now. Nothing of the change is lost: base it on a branch there is (in the terminal: task base ${task.id} 'stem&id'), or bring trunk back.`,
    });
    await expect(bed.calls.tasks.changeBase({ task: task.id, base: 'trunk' })).rejects.toMatchObject({
      code: 'NO_SUCH_BRANCH',
    });
    await expect(bed.calls.tasks.changeBase({ task: task.id, base: ready.branch ?? '' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect(await bed.calls.tasks.changeBase({ task: task.id, base: 'stem&id' })).toMatchObject({ base: 'stem&id' });
    expect(await review(ready)).toMatchObject({ base: before.base, head: before.head, tree: before.tree });
    await git('branch', '-q', '-D', 'stem&id');
    await expect(review(ready)).rejects.toMatchObject({ message: expect.stringContaining('was deleted or renamed') });
    await bed.calls.tasks.changeBase({ task: task.id, base: 'main' });
    expect(await approve(ready)).toMatchObject({ outcome: 'merged', base: 'main' });
    await expect(bed.calls.tasks.changeBase({ task: task.id, base: 'main' })).rejects.toMatchObject({
      code: 'WRONG_STATE',
    });
  });

  it('that is another one, and behind, makes the change as large as it lands there, and says what comes along', async () => {
    const { git } = bed.repository;
    await git('branch', 'release');
    await onMain('late one.txt', 'one\n');
    await onMain('late two.txt', 'two\ntwo\n');
    const task = await inReview('[write: own.txt | own]');
    expect(task.change).toEqual({ files: 1, additions: 1, deletions: 0 });
    const based = await bed.calls.tasks.changeBase({ task: task.id, base: 'release' });
    const whole = { files: 3, additions: 4, deletions: 0 };
    expect(based).toMatchObject({ base: 'release', change: whole, along: { branch: 'main', commits: 2 } });
    expect(alongWords({ branch: 'main', commits: 2 }, 'release')).toContain('2 commits of main come along');
    expect((await bed.calls.tasks.get({ task: task.id })).change).toEqual(whole);
    expect((await review(task)).files).toHaveLength(3);
    expect(await bed.calls.tasks.changeBase({ task: task.id, base: 'main' })).toMatchObject({
      ...{ change: task.change, along: null },
    });
  });

  it('or a change that moved since it was seen says by which commits', async () => {
    const task = await inReview('[write: race.txt | race]');
    const { base, mergeBase, head, tree } = await review(task);
    const seen = { task: task.id, base, mergeBase, head, tree };
    const came = await onMain('came.txt', 'came\n');
    await expect(bed.calls.tasks.approve(seen)).rejects.toMatchObject({
      code: 'MOVED',
      message: `Nothing was merged: main moved by 1 commit (${came.slice(0, 10)} Write came.txt) since you looked. Look at task ${task.id} again, then approve.`,
    });
    await bed.repository.git('-C', task.worktree ?? '', 'commit', '-q', '--amend', '-m', 'Another');
    await expect(bed.calls.tasks.approve(seen)).rejects.toMatchObject({
      code: 'MOVED',
      message: expect.stringMatching(
        /the change on switchyard\/\S+ was put to another place \([0-9a-f]{10}\), and main moved/,
      ),
    });
  });
});
