import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Comment, CommentPlace } from '../../../core/contract/comment';
import type { Task } from '../../../core/contract/task';
import { type Bed, openBed } from '../../support/runtime';

const lines = (from: number, to: number, word = 'line') =>
  Array.from({ length: to - from + 1 }, (_, index) => `${word} ${from + index}`).join('\n');

describe('comments on a change', () => {
  let bed: Bed;
  let task: number;
  beforeEach(async () => {
    bed = await openBed();
    await writeFile(join(bed.repository.path, 'old.txt'), `${lines(1, 9)}\n`);
    await bed.repository.commit('Add old.txt');
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const wanted = { repositoryId: repository.id, title: 'Change it', agent: 'echo', prompt: '[write: new.txt | ok]' };
    task = (await bed.calls.tasks.create(wanted)).id;
    await bed.reaches(task, 'review');
  });
  afterEach(() => bed.close());

  /** Makes the change anew by hand, as an agent would: writes files in the worktree and commits them. */
  async function rework(files: Readonly<Record<string, string | null>>, message = 'Rework'): Promise<void> {
    const { worktree } = await bed.calls.tasks.get({ task });
    for (const [path, text] of Object.entries(files)) {
      if (text === null) await bed.repository.git('-C', worktree ?? '', 'rm', '-q', path);
      else await writeFile(join(worktree ?? '', path), text);
    }
    await bed.repository.git('-C', worktree ?? '', 'add', '-A');
    await bed.repository.git('-C', worktree ?? '', 'commit', '-q', '-m', message);
  }

  async function add(place: CommentPlace, text = 'Do it otherwise'): Promise<Comment> {
    const { head, mergeBase } = await bed.calls.reviews.get({ task });
    return bed.calls.comments.add({ task, head, mergeBase, place, text });
  }

  const at = (path: string, first: number, last = first, side: CommentPlace['side'] = 'new'): CommentPlace => ({
    ...{ path, side, lines: { first, last } },
  });

  async function told(session: Task['session']): Promise<string[]> {
    const events = await bed.calls.sessions.read({ session: session ?? 0, after: 0 });
    return events.flatMap((event) => (event.type === 'prompt' ? [event.text] : []));
  }

  it('are drafts that stay over a restart, until all are sent at once with file, lines and what these say', async () => {
    await rework({ 'many.txt': `${lines(1, 12)}\n` });
    const first = await add(at('many.txt', 3, 4), 'Too long');
    const second = await add({ path: 'new.txt', side: 'new', lines: null }, 'Is this needed?');
    const third = await add(at('many.txt', 9), 'Never mind');
    expect(first).toMatchObject({ fate: 'draft', quote: 'line 3\nline 4', by: 'person', sentAt: null });
    await bed.calls.comments.edit({ comment: first.id, text: 'Too long by far' });
    await bed.calls.comments.remove({ comment: third.id });
    bed = await bed.restart();
    expect((await bed.calls.comments.list({ task })).map(({ text }) => text)).toEqual([
      'Too long by far',
      'Is this needed?',
    ]);

    await bed.calls.tasks.reject({ task, comment: 'Otherwise fine.' });
    const { session } = await bed.reaches(task, 'review');
    expect((await told(session)).at(-1)).toBe(
      [
        'Here are 2 comments on your change.',
        '1. many.txt, lines 3 to 4:\n> line 3\n> line 4\nToo long by far',
        '2. new.txt:\nIs this needed?',
        'About the whole:\nOtherwise fine.',
      ].join('\n\n'),
    );
    const [sent] = await bed.calls.comments.list({ task });
    expect(sent?.sentAt).not.toBeNull();
    for (const late of [
      bed.calls.comments.edit({ comment: second.id, text: 'Later' }),
      bed.calls.comments.remove({ comment: second.id }),
    ])
      await expect(late).rejects.toMatchObject({ code: 'WRONG_STATE' });
    const decided = (await bed.calls.decisions.list({ task })).map(({ text }) => text);
    expect(decided.filter((text) => text.includes('Too long by far'))).toHaveLength(1);
  });

  it('follow their lines through what is edited before they are sent', async () => {
    await rework({ 'many.txt': `${lines(1, 12)}\n` });
    await add(at('many.txt', 5, 6));
    await rework({ 'many.txt': `above\nabove\n${lines(1, 12)}\n` });
    const [draft] = await bed.calls.comments.list({ task });
    expect(draft).toMatchObject({ fate: 'draft', since: null, now: at('many.txt', 7, 8) });
    await bed.calls.tasks.reject({ task });
    const { session } = await bed.reaches(task, 'review');
    expect((await told(session)).at(-1)).toContain('many.txt, lines 7 to 8:\n> line 5\n> line 6\n');
    // Remarks are for the agent: a commit is published.
    const { commits } = await bed.calls.reviews.get({ task });
    expect(commits.map(({ subject }) => subject)).not.toContain('Do it otherwise');
  });

  it('tell after the next turn which were addressed, moved or ignored, with what was changed since', async () => {
    await rework({ 'many.txt': `${lines(1, 12)}\n`, 'old.txt': `${lines(1, 3)}\n${lines(6, 9)}\n`, 'gone.txt': 'x\n' });
    const addressed = await add(at('many.txt', 5, 6));
    const moved = await add(at('many.txt', 9));
    const ignored = await add(at('many.txt', 2, 3));
    const gone = await add(at('gone.txt', 1));
    const kept = await add(at('old.txt', 4, 5, 'old'), 'Why was this removed?');
    await bed.calls.tasks.reject({ task, comment: '[write: more.txt | more]' });
    await bed.reaches(task, 'review');
    const fates = async () =>
      new Map((await bed.calls.comments.list({ task })).map((comment) => [comment.id, comment]));
    // What the agent did in another file is no answer to any of them.
    for (const { fate } of (await fates()).values()) expect(fate).toBe('ignored');

    const text = [lines(1, 4), 'five', 'line 6', 'between', lines(7, 12)].join('\n');
    await rework({ 'many.txt': `${text}\n`, 'gone.txt': null });
    const now = await fates();
    expect(now.get(addressed.id)).toMatchObject({
      ...{ fate: 'addressed', since: '-line 5\n+five', now: at('many.txt', 5, 6) },
    });
    expect(now.get(moved.id)).toMatchObject({ fate: 'moved', since: null, now: at('many.txt', 10) });
    expect(now.get(ignored.id)).toMatchObject({ fate: 'ignored', since: null, now: at('many.txt', 2, 3) });
    expect(now.get(gone.id)).toMatchObject({ fate: 'addressed', now: null });
    expect(now.get(kept.id)).toMatchObject({ fate: 'ignored', now: at('old.txt', 4, 5, 'old') });

    await rework({ 'old.txt': `${lines(1, 9)}\n` });
    expect((await fates()).get(kept.id)).toMatchObject({ fate: 'addressed' });

    await bed.calls.comments.resolve({ comment: ignored.id, resolved: true });
    expect((await fates()).get(ignored.id)?.resolvedAt).not.toBeNull();
    await bed.calls.comments.resolve({ comment: ignored.id, resolved: false });
    expect((await fates()).get(ignored.id)?.resolvedAt).toBeNull();

    // What became of them is known when the branch they were followed on has gone, too.
    const last = await bed.calls.comments.list({ task });
    const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task });
    const { branch } = await bed.calls.tasks.approve({ task, base, mergeBase, head, tree });
    await expect.poll(() => bed.repository.git('branch', '--list', branch ?? '')).toBe('');
    expect(await bed.calls.comments.list({ task })).toEqual(last);
  });

  it('are found by what their lines say when the commit they were made on is gone', async () => {
    await rework({ 'many.txt': `${lines(1, 12)}\n` });
    const { id } = await add(at('many.txt', 5, 6));
    const { worktree } = await bed.calls.tasks.get({ task });
    const within = (...args: string[]) => bed.repository.git('-C', worktree ?? '', ...args);
    await writeFile(join(worktree ?? '', 'many.txt'), `above\n${lines(1, 12)}\n`);
    await within('commit', '-q', '-a', '--amend', '-m', 'Anew');
    await within('reflog', 'expire', '--expire=now', '--all');
    const refs = (await within('for-each-ref', '--format=%(refname)', 'refs/switchyard')).split('\n');
    for (const ref of refs.filter((name) => name !== '')) await within('update-ref', '-d', ref);
    await within('prune', '--expire=now');
    const [found] = await bed.calls.comments.list({ task });
    expect(found).toMatchObject({ id, fate: 'draft', now: at('many.txt', 6, 7), since: null });
  });

  it('are refused where there is nothing to comment on, and a change is not sent back without a word', async () => {
    const nowhere = add(at('nowhere.txt', 1));
    await expect(nowhere).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('nowhere.txt') });
    await expect(add(at('new.txt', 4))).rejects.toMatchObject({ code: 'BAD_INPUT', message: /has 1 line,/ });
    await expect(bed.calls.tasks.reject({ task, comment: '  ' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await bed.calls.tasks.discard({ task });
    await expect(add(at('new.txt', 1))).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });
});
