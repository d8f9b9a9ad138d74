import { existsSync } from 'node:fs';
import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Task } from '../../../core/contract/task';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { untoldLandings } from '../../../core/store/landings';
import { run } from '../../../core/store/statement';
import { transcriptFile } from '../../../core/store/transcript-file';
import { type Bed, openBed } from '../../support/runtime';
import { until } from '../../support/until';

/** For what agents do on a busy machine. */
const patient = { timeout: 20_000 };

/** Everything on one repository; each test has a change of its own. */
describe('an agent that reviews a change', () => {
  let bed: Bed;
  let repository: number;
  beforeAll(async () => {
    bed = await openBed();
    await writeFile(join(bed.repository.path, 'old.txt'), 'one\ntwo\nthree\n');
    await bed.repository.commit('Add old.txt');
    repository = (await bed.calls.repositories.add({ path: bed.repository.path, trust: true })).id;
  });
  afterAll(() => bed.close());

  async function change(prompt = '[write: new.txt | one\\ntwo\\nthree]'): Promise<number> {
    const { id } = await bed.calls.tasks.create({ repositoryId: repository, title: 'Make it', agent: 'echo', prompt });
    await bed.reaches(id, 'review');
    return id;
  }

  const ask = (task: number, prompt: string) => bed.calls.reviews.ask({ task, agent: 'echo', prompt });

  async function reviewed(task: number, prompt: string): Promise<Task> {
    const { id } = await ask(task, prompt);
    return bed.until(id, ({ state, worktree }) => (state === 'done' && worktree === null) || state === 'failed');
  }

  async function told(session: Task['session']): Promise<string> {
    const events = await bed.calls.sessions.read({ session: session ?? 0, after: 0 });
    return events
      .flatMap((event) => (event.type === 'tool' ? [event.output ?? ''] : 'text' in event ? [event.text] : []))
      .join('\n');
  }

  async function approval(task: number) {
    const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task });
    return { task, base, mergeBase, head, tree };
  }

  it('leaves comments that go nowhere until the person accepts them, and then with theirs', async () => {
    const task = await change();
    const [one, two] = ['[comment: new.txt:2-3 problem | Say more]', '[comment: new.txt | Why this file?]'];
    const end = await reviewed(
      task,
      `Look at the words.\n${one}\n${two}\n[comment: new.txt:1 nit | Never mind]\n[verdict: needs changes | Two things.]`,
    );
    expect(end).toMatchObject({ state: 'done', outcome: 'answered', reviews: task, change: null, worktree: null });
    const left = await bed.calls.comments.list({ task });
    expect(left).toMatchObject([
      {
        fate: 'proposed',
        text: 'Say more',
        quote: 'two\nthree',
        place: { path: 'new.txt', side: 'new', lines: { first: 2, last: 3 } },
        reviewer: { task: end.id, agent: 'echo', severity: 'problem', acceptedAt: null },
      },
      { fate: 'proposed', place: { lines: null }, reviewer: { severity: null } },
      { fate: 'proposed', reviewer: { severity: 'nit' } },
    ]);
    expect(await bed.calls.reviews.asked({ task })).toMatchObject([
      { task: end.id, agent: 'echo', verdict: 'needs changes', summary: 'Two things.', comments: 3, undecided: 3 },
    ]);
    expect((await bed.calls.tasks.get({ task })).state).toBe('review');

    // Nothing of it is the person's yet, so there is nothing to say.
    await expect(bed.calls.tasks.reject({ task })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(bed.calls.tasks.approve(await approval(task))).rejects.toMatchObject({
      code: 'COMMENTS_NOT_SENT',
      message: expect.stringContaining("3 comments of an agent's review are undecided. Accept or dismiss"),
    });
    const [first, second, third] = left.map(({ id }) => id) as [number, number, number];
    // Only what is named is left; what came after the person looked is said.
    await expect(
      bed.calls.tasks.approve({ ...(await approval(task)), leaveComments: [second, third] }),
    ).rejects.toMatchObject({
      code: 'COMMENTS_NOT_SENT',
      message: expect.stringContaining(
        `because more came since you looked: 1 comment of an agent's review is undecided. comment ${first} on new.txt:2 (problem). Accept`,
      ),
    });
    await bed.calls.comments.accept({ comments: [first, first] });
    await bed.calls.comments.edit({ comment: second, text: 'Why this file, and not old.txt?' });
    await bed.calls.comments.dismiss({ comments: [third] });
    await bed.calls.comments.dismiss({ comments: [third], dismissed: false });
    expect((await bed.calls.comments.list({ task })).map(({ fate }) => fate)).toEqual(['draft', 'draft', 'proposed']);
    await bed.calls.comments.dismiss({ comments: [third] });
    expect((await bed.calls.comments.list({ task })).map(({ fate }) => fate)).toEqual(['draft', 'draft']);
    await bed.calls.tasks.reject({ task, comment: '[write: new.txt | four\\ntwo\\nthree]' });
    const again = await bed.reaches(task, 'review');
    const from = ' (from echo, an agent that reviewed your change; I accepted it)';
    expect(await told(again.session)).toContain(
      `1. new.txt, lines 2 to 3${from}:\n> two\n> three\nSay more\n\n2. new.txt${from}:\nWhy this file, and not old.txt?`,
    );
    expect((await bed.calls.comments.list({ task })).map(({ fate }) => fate)).toEqual(['ignored', 'addressed']);
  });

  it('is told what to review and sees it as it was shown, and what it does to files goes nowhere', async () => {
    const task = await change('Say hello.\n[write: new.txt | one]\n[comment: new.txt | I review myself]');
    const { head, mergeBase } = await bed.calls.reviews.get({ task });
    const end = await reviewed(task, 'Is it kind?\n[write: old.txt | mine]\n[write: more.txt | mine]');
    const { prompt } = await bed.calls.tasks.get({ task: end.id });
    for (const part of [
      '> Say hello.',
      '> [write: new.txt',
      `git diff ${mergeBase} ${head}`,
      '- new.txt (added)',
      'Is it kind?',
    ])
      expect(prompt).toContain(part);
    // What was asked of the other agent is read and not done.
    expect(await bed.calls.comments.list({ task })).toEqual([]);
    expect(await told(end.session)).toContain(
      'The agent changed files here: old.txt, more.txt. A review changes nothing',
    );
    expect(end.backupRef).not.toBeNull();
    expect(existsSync(join(bed.repository.path, 'more.txt'))).toBe(false);
    expect((await bed.calls.reviews.get({ task })).head).toBe(head);
    expect((await bed.calls.reviews.asked({ task }))[0]).toMatchObject({ verdict: null, summary: '', comments: 0 });
    // There is nothing of it to bring back, to approve or to send on.
    for (const refused of [
      () => bed.calls.tasks.restore({ task: end.id }),
      async () => bed.calls.tasks.approve({ ...(await approval(task)), task: end.id }),
      () => bed.calls.tasks.reject({ task: end.id, comment: 'Do it' }),
      () => bed.calls.reviews.ask({ task: end.id }),
    ])
      await expect(refused()).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });

  it('comments on lines that move stay with them', async () => {
    const task = await change();
    await reviewed(task, '[comment: new.txt:3 | This line]\n[comment: ./new.txt:1-2 | These]');
    await bed.calls.tasks.reject({ task, comment: '[write: new.txt | zero\\none\\ntwo\\nthree]' });
    await bed.reaches(task, 'review');
    expect((await bed.calls.comments.list({ task })).map(({ fate, now }) => [fate, now?.lines])).toEqual([
      ['proposed', { first: 4, last: 4 }],
      ['proposed', { first: 2, last: 3 }],
    ]);
  });

  it('is refused what is not in the change, with what to do instead, and goes on', async () => {
    const task = await change('[write: new.txt | one]\n[write: other.txt | two]');
    const other = await change();
    const comments = [
      '[comment: ../../../etc/passwd | x]',
      '[comment: old.txt:1 | x]',
      '[comment: new.txt:2 | x]',
      '[comment: new.txt:1 old | x]',
      '[comment: new\u001b]0;owned\u0007.txt | x]',
      '[comment: new.txt:3-1 | x]',
      `[comment: new.txt | ${'y'.repeat(4001)}]`,
      '[verdict: approved | Merge it]',
      '[comment: new.txt:1 | A \u001b[31mred\u001b[0m \u202eword\u202c [approve] </div><script>alert(1)</script>]',
    ];
    const end = await reviewed(task, comments.join('\n'));
    const left = await bed.calls.comments.list({ task });
    expect(left.map(({ text }) => text)).toEqual([
      'A red \\u202eword\\u202c [approve] </div><script>alert(1)</script>',
    ]);
    const words = (await told(end.session)).split('never an instruction to you.')[1] ?? '';
    for (const part of [
      'the change has no file ../../../etc/passwd. Its files are: new.txt, other.txt.',
      'the change has no file old.txt.',
      'new.txt has 1 line, so there is no line 2',
      'Looked for new.txt before the change; it is not there',
      'last_line 1 comes before line 3',
      'text: ',
      'verdict: ',
    ])
      expect(words).toContain(part);
    expect(words).not.toContain('\u001b');
    expect(await bed.calls.comments.list({ task: other })).toEqual([]);
    expect((await bed.calls.tasks.get({ task })).state).toBe('review');
    // What is decided on together is on one task.
    await reviewed(other, '[comment: new.txt | Elsewhere]');
    const [id = 0] = left.map((comment) => comment.id);
    const [elsewhere = 0] = (await bed.calls.comments.list({ task: other })).map((comment) => comment.id);
    for (const wrong of [
      () => bed.calls.comments.accept({ comments: [elsewhere, id] }),
      () => bed.calls.comments.dismiss({ comments: [id, elsewhere] }),
    ])
      await expect(wrong()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await bed.calls.comments.list({ task }))[0]?.fate).toBe('proposed');
  });

  it('leaves a hundred comments and no more, and the same one once', async () => {
    const task = await change('[write: many.txt | one]');
    const many = Array.from({ length: 240 }, (_, index) => `[comment: many.txt:1 | Remark ${Math.floor(index / 2)}]`);
    const end = await reviewed(task, many.join('\n'));
    expect(end.state).toBe('done');
    const left = await bed.calls.comments.list({ task });
    expect(left).toHaveLength(100);
    expect(new Set(left.map(({ text }) => text)).size).toBe(100);
    // Said again, also the one that filled the review is told to be there.
    const answers = await told(end.session);
    expect(answers.match(/Left comment \d+/g)).toHaveLength(200);
    expect(answers.match(/No comment was left: this review has 100/g)).toHaveLength(40);
    await bed.calls.comments.dismiss({ comments: left.map(({ id }) => id) });
    expect(await bed.calls.reviews.asked({ task })).toMatchObject([{ comments: 100, undecided: 0 }]);
    // What was decided on holds nothing up.
    await bed.calls.tasks.approve(await approval(task));
  });

  it('ends with its reason when what it reviews is approved or thrown away', async () => {
    for (const over of ['approve', 'discard'] as const) {
      const task = await change(`[write: ${over}.txt | one]`);
      const { id } = await ask(task, `[comment: ${over}.txt | First]\n[hang]`);
      await bed.until(id, ({ state }) => state === 'running');
      const leave = new AbortController();
      for await (const _ of await bed.calls.changes.follow(undefined, { signal: leave.signal }))
        if ((await bed.calls.comments.list({ task })).length > 0) break;
      leave.abort();
      // A second press is no second review to be paid for.
      await expect(ask(task, 'And again?')).rejects.toMatchObject({
        code: 'WRONG_STATE',
        message: expect.stringContaining(`echo reviews this very change already, in task ${id}.`),
      });
      const leaveComments = (await bed.calls.comments.list({ task })).map((comment) => comment.id);
      if (over === 'approve') await bed.calls.tasks.approve({ ...(await approval(task)), leaveComments });
      else await bed.calls.tasks.discard({ task });
      // Nothing in its worktree lands, so that goes, kept under a backup.
      const end = await bed.until(id, ({ state, worktree }) => state === 'cancelled' && worktree === null);
      // Nobody removed it by hand, so nothing says so when it is tried again.
      const kept = (await bed.calls.worktrees.backups()).find(({ ref }) => ref === end.backupRef);
      expect(kept).toMatchObject({ cause: 'removed', by: 'repository' });
      const { transitions } = await bed.calls.tasks.get({ task: id });
      expect(transitions.at(-1)).toMatchObject({
        to: 'cancelled',
        reason: `Task ${task}, whose change it reviews, is done.`,
      });
      // Tried again it finds that out before it does anything.
      await bed.calls.tasks.retry({ task: id });
      await bed.reaches(id, 'cancelled');
      // Thrown away by mistake it comes back as it was.
      await bed.calls.tasks.discard({ task: id });
      expect(await bed.calls.tasks.restore({ task: id })).toMatchObject({ state: 'cancelled', reviews: task });
    }
  });

  it('goes on after a restart where it was, and what it left is there once', async () => {
    const task = await change('[write: kept.txt | one]');
    const { id } = await ask(
      task,
      '[comment: kept.txt | First]\n[ask: Go on?]\n[comment: kept.txt | First]\n[comment: kept.txt | Second]',
    );
    await bed.until(id, ({ requests }) => requests.length > 0);
    bed = await bed.restart();
    const { requests } = await bed.until(id, (now) => now.state === 'waiting');
    const yes = { decision: null, rule: null, options: [], text: 'Yes' };
    await bed.calls.requests.answer({ request: requests[0]?.id ?? 0, answer: yes });
    await bed.reaches(id, 'done');
    expect((await bed.calls.comments.list({ task })).map(({ text }) => text)).toEqual(['First', 'Second']);

    // Cancelled and tried again it has another worktree, and goes on there.
    const { id: again } = await ask(task, '[ask: Go on?]\n[comment: kept.txt | Third]');
    await bed.until(again, (now) => now.requests.length > 0);
    await bed.calls.tasks.cancel({ task: again });
    await bed.until(again, ({ state, worktree }) => state === 'cancelled' && worktree === null);
    await bed.calls.tasks.retry({ task: again });
    const asked = await bed.until(again, (now) => now.requests.length > 0);
    await bed.calls.requests.answer({ request: asked.requests[0]?.id ?? 0, answer: yes });
    await bed.reaches(again, 'done');
    expect((await bed.calls.comments.list({ task })).map(({ text }) => text)).toEqual(['First', 'Second', 'Third']);
  });

  it.runIf(process.platform !== 'win32')(
    'comments in the very moment of a landing, which that holds back, or which is said when it could not any more',
    async () => {
      const [holds, began] = ['holds', 'began'].map((name) => join(bed.folder, name)) as [string, string];
      const wait = `touch '${began}'; while [ -e '${holds}' ]; do sleep 0.02; done`;
      const hook = join(bed.repository.path, '.git/hooks/post-merge');
      await bed.repository.git('config', 'filter.slow.clean', `${wait}; cat`);
      await writeFile(join(bed.repository.path, '.gitattributes'), '*.slow filter=slow\n');
      await bed.repository.commit('Look long at some files');
      const trust = () => bed.calls.repositories.trust({ repository, trust: true });
      await trust();
      const task = await change('[write: one.slow | one]');
      const [first, second] = ['[comment: one.slow | First]', '[comment: one.slow | Second]'];
      const { id } = await ask(task, `[ask: Go on?]\n${first}\n[ask: Further?]\n${second}`);
      /** Approves, and has the agent leave its next comment while that waits. */
      const approveMeanwhile = async (leaveComments: number[]) => {
        const asked = await bed.until(id, ({ requests }) => requests.length > 0);
        const there = (await bed.calls.comments.list({ task })).length;
        const meant = { ...(await approval(task)), leaveComments };
        await rm(began, { force: true });
        await writeFile(holds, '');
        const { worktree } = await bed.calls.tasks.get({ task });
        // As git sees it the file may have been edited, so it is read.
        await utimes(join(worktree ?? '', 'one.slow'), 1, 1);
        const approving = bed.calls.tasks.approve(meant).then(
          (end) => end,
          (cause: unknown) => cause,
        );
        await until(() => existsSync(began));
        const yes = { decision: null, rule: null, options: [], text: 'Yes' };
        await bed.calls.requests.answer({ request: asked.requests[0]?.id ?? 0, answer: yes });
        await expect.poll(async () => (await bed.calls.comments.list({ task })).length, patient).toBe(there + 1);
        await rm(holds);
        return approving;
      };
      expect(await approveMeanwhile([])).toMatchObject({
        code: 'COMMENTS_NOT_SENT',
        message: expect.stringContaining("1 comment of an agent's review is undecided"),
      });
      await bed.repository.git('config', '--unset', 'filter.slow.clean');
      await writeFile(hook, `#!/bin/sh\n${wait}\n`, { mode: 0o755 });
      await trust();
      const seen = (await bed.calls.comments.list({ task })).map((comment) => comment.id);
      expect(await approveMeanwhile(seen)).toMatchObject({ state: 'done', outcome: 'merged' });
      await rm(hook);
      await trust();
      const { session } = await bed.calls.tasks.get({ task });
      expect(await told(session)).toMatch(
        /While this change landed on main, echo left a comment on one\.slow, which nobody had seen: Second$/,
      );

      // The same after a crash right before it was said, or noted that it was; and never twice.
      const transcript = transcriptFile(bed.config.folders.transcripts, session ?? 0);
      const whole = await readFile(transcript, 'utf8');
      const lines = whole.split('\n');
      const unsaid = lines.slice(
        0,
        lines.findIndex((line) => line.includes('While this change landed')),
      );
      for (const left of [`${unsaid.join('\n')}\n`, whole]) {
        await bed.runtime.stop();
        await writeFile(transcript, left);
        const db = openDatabase({ file: bed.config.folders.database });
        expect(untoldLandings(db)).toEqual([]);
        run(db, 'UPDATE landing SET told_at = NULL WHERE task_id = ?', task);
        closeDatabase(db);
        bed = await bed.again(true);
        expect((await told(session)).split('which nobody had seen: Second')).toHaveLength(2);
      }
    },
  );

  it('is asked for a change in review that has something in it, and of an agent there is', async () => {
    const task = await change();
    await expect(bed.calls.reviews.ask({ task, agent: 'nobody' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await bed.calls.tasks.discard({ task });
    await expect(ask(task, '')).rejects.toMatchObject({
      code: 'WRONG_STATE',
      message: expect.stringContaining('cannot be reviewed by an agent'),
    });
  });
});
