import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Given, Surroundings } from '../../cli/command';
import { completing } from '../../cli/completing';
import { waitForTask } from '../../cli/wait';
import { attach } from '../../core/client';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { insertKey } from '../../core/store/keys';
import { version } from '../../core/version';
import { openTerminal } from './terminal';

let terminal: Awaited<ReturnType<typeof openTerminal>>;
beforeAll(async () => {
  terminal = await openTerminal();
  cpSync(terminal.repository, join(terminal.folder, 'twins/one'), { recursive: true });
  await terminal.start();
});
afterAll(() => terminal.close());

type Kept = { readonly ref: string; readonly task: { readonly id: number } | null };
const type = (...words: string[]) => terminal.type(words);
const add = (...more: string[]) =>
  type('task', 'add', '--repository', 'my repository', '--agent', 'echo', '--title', 't', ...more);

describe('the main job in the terminal', () => {
  /** A task that more than one test tells of. */
  let followed: string;
  test('a repository must be added before its first task, or with it', async () => {
    const refused = await add('--prompt', 'p', '--json');
    expect(refused.code).toBe(1);
    expect(refused.json.error.code).toBe('NOT_FOUND');
    expect(refused.json.error.message).toContain('repository add');
  });

  test('a task is done, reviewed and merged, and the uncommitted file is left alone', async () => {
    appendFileSync(join(terminal.repository, 'a.txt'), 'not committed\n');
    const added = await add('--prompt', 'Write it', '--trust', '--wait', '--json');
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(added.json).toMatchObject({
      state: 'review',
      outcome: null,
      base: 'main',
      agent: 'echo',
      attempt: 1,
      error: null,
      requests: [],
      checks: [],
    });
    for (const field of ['id', 'title', 'repository', 'branch', 'createdAt', 'updatedAt'])
      expect(added.json).toHaveProperty(field);
    const id = String(added.json.id);

    const diff = await type('task', 'diff', id);
    expect(diff.out).toMatch(/^diff --git /);
    const approved = await type('task', 'approve', id, '--json');
    expect(approved.json).toMatchObject({ state: 'done', outcome: 'merged' });
    expect(terminal.git('log', '-1', '--format=%H').trim()).toBe(approved.json.mergedOid);
    expect(readFileSync(join(terminal.repository, 'a.txt'), 'utf8')).toBe('one\nnot committed\n');
    expect(terminal.git('status', '--short')).toBe(' M a.txt\n');
  });

  test('a task goes back to a checkpoint and forth again, and is not said to be merged when it went back to nothing', async () => {
    const { id } = (await add('--prompt', 'One\n[write: one.txt | one]', '--trust', '--wait', '--json')).json;
    await type('task', 'reject', String(id), '--comment', 'Two\n[write: two.txt | two]');
    await type('task', 'wait', String(id));
    const listed = await type('task', 'checkpoints', String(id));
    expect(listed.out.split('\n').map((line) => line.trim().split(/ {2,}/).slice(0, 3))).toEqual([
      ['0', 'Before the first turn', expect.any(String)],
      ['1', 'After turn 1', '1 file +1 −0'],
      ['2', 'After turn 2', '1 file +1 −0'],
      [''],
    ]);
    expect((await type('task', 'checkpoints', String(id), '2')).out).toMatch(/^diff --git a\/two.txt/);
    const back = await type('task', 'back', String(id), '1');
    // What was left is what turn 2 made of the files, committed since.
    expect((await type('task', 'checkpoints', String(id))).out).toContain('the files of “After turn 2”');
    expect(back).toMatchObject({ code: 0, out: expect.stringContaining(`Task ${id} is back at checkpoint 1.`) });
    expect(back.err).toContain(`task back ${id} 3`);
    expect((await type('task', 'diff', String(id))).out).not.toContain('two.txt');
    const undone = await type('task', 'back', String(id), '3', '--json');
    expect(undone.json).toMatchObject({ task: id, checkpoint: 3, left: 1 });
    expect((await type('task', 'diff', String(id))).out).toContain('two.txt');
    expect((await type('task', 'back', String(id), 'x')).code).toBe(2);
    // A change that went back to nothing is not said to be merged.
    await type('task', 'back', String(id), '0');
    const approved = await type('task', 'approve', String(id));
    expect(approved.out).toMatch(/^Nothing to merge: task \d+ changed nothing/);
    expect(approved.out).toMatch(/✓ answered/);
    expect(approved.out).not.toContain('merged as');
    expect((await type('audit', 'list')).out).toMatch(/ approve +task \d+ \(nothing to merge\); 0 files/);
    expect((await type('task', 'log', String(id))).out).toContain('Approved: there was nothing to merge into main.');
    // Nothing of it landed, so each state its files were in is kept by a backup, once.
    const kept = (await type('worktree', 'bin', '--json')).json.filter((one: Kept) => one.task?.id === id);
    const files = kept.map(({ ref }: Kept) => terminal.git('ls-tree', '-r', '--name-only', ref).match(/^\w+\.txt$/gm));
    expect(files.sort()).toEqual([['a.txt'], ['a.txt', 'one.txt'], ['a.txt', 'one.txt', 'two.txt']]);
  });

  test('its agent is driven in the terminal, left alone, come back to, and goes on when its screen ends', async () => {
    const added = await add('--prompt', 'Drive it', '--trust', '--wait', '--json');
    const id = String(added.json.id);
    const take = (...keys: (readonly [string, string])[]) => terminal.type(['task', 'take', id], { keys });
    const left = await take(['said again', 'Hello there.\r'], ['echo: Hello there.', '\u001d']);
    expect(left).toMatchObject({ code: 0 });
    expect((await type('task', 'list', '--state', 'running')).out).toMatch(/^#\d+ {2}◐ driven by you {2}/);
    expect((await type('processes', '--task', id)).out).toMatch(/ echo's own screen, driven by you in terminal \d+\n/);
    expect(left.out).toContain(`task hand-back ${id}`);
    expect(left.err).toContain('Ctrl+] leaves the screen');
    expect((await type('task', 'show', id)).out).toContain('You drive it in terminal');
    const elsewhere = await terminal.type(['task', 'take', id, '--elsewhere'], { keys: [] });
    expect(elsewhere.err).toContain(
      `on the Terminal tab of task ${id} in the window. Hand it back there, or: switchyard task hand-back ${id}\n`,
    );
    expect((await type('task', 'take', id)).err).toBe(elsewhere.err);
    const ended = await take(['echo: Hello there.', '/exit\r']);
    expect(ended).toMatchObject({ code: 0 });
    expect((await type('task', 'wait', id, '--json')).json).toMatchObject({ state: 'review', takeover: null });
    expect((await type('task', 'log', id)).out).toContain('Hello there.');
    const over = await type('task', 'hand-back', id);
    expect(over).toMatchObject({ code: 1, err: expect.stringContaining('Nobody drives') });

    await take(['said again', '\u001d']);
    const back = await type('task', 'hand-back', id, '--review');
    expect(back).toMatchObject({ code: 0, out: expect.not.stringMatching(/You drive it|hand-back/) });
    expect((await type('task', 'wait', id, '--json')).json).toMatchObject({ state: 'review', takeover: null });
  });

  describe('its questions', () => {
    let id: string;
    beforeAll(async () => {
      const added = await add(
        '--prompt',
        'Do it\n[permission: rm -rf build]\n[permission: ls src]\n[permission: make]',
        '--wait',
        '--json',
      );
      expect(added).toMatchObject({ code: 0, json: { state: 'waiting' } });
      id = String(added.json.id);
    });

    test('wait in the inbox and are answered there', async () => {
      const inbox = await type('inbox', '--json');
      expect(inbox.json).toHaveLength(1);
      const [request] = inbox.json;
      expect(request).toMatchObject({ task: Number(id), kind: 'permission', options: expect.any(Array) });
      for (const field of ['id', 'title', 'body', 'createdAt']) expect(request).toHaveProperty(field);

      expect((await type('inbox')).out).toContain('  [1] Allow\n  [2] Deny\n');
      for (const wrong of ['no such thing', '0', '3']) {
        const refused = await type('answer', String(request.id), '--option', wrong);
        expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('Its options: 1 (Allow), 2 (Deny).') });
      }
      expect((await type('processes', '--task', id)).out).toBe(
        `#${id}  The echo agent is part of Switchyard and has no process of its own.\n`,
      );
      expect((await type('task', 'diff', id)).err).toMatch(
        /^Nothing of .*\nIts agent waits for your answer: .*worktrees/,
      );
      const answered = await type('answer', String(request.id), '--option', '1', '--json');
      expect(answered.json).toMatchObject({ state: 'answered', answer: { decision: 'allow', options: [0] } });
      expect((await type('answer', String(request.id), '--deny', '--json')).json.error.code).toBe('ALREADY_ANSWERED');
    });

    test('are allowed for good by a rule, which is revoked once', async () => {
      await expect.poll(async () => (await type('inbox')).out, { timeout: 10_000 }).toContain('ls src');
      const [request] = (await type('inbox', '--json')).json;
      const wordy = await type('answer', String(request.id), '--text', 'no');
      expect(wordy).toMatchObject({ code: 2, err: expect.stringContaining(`answer ${request.id} --deny --text`) });
      const always = await type('answer', String(request.id), '--always', 'session');
      expect(always.out).toContain('Rule 1 made. To take it back: switchyard rule revoke 1\n');
      const revoke = async () => await type('rule', 'revoke', '1');
      expect((await revoke()).out).toMatch(
        /^Rule 1 answers nothing any more: echo may run exactly `ls src` in this session of task #\d+\.\n$/,
      );
      expect((await revoke()).out).toMatch(
        /^Rule 1 answers nothing any more, since you revoked it \d+s ago \(\d{4}-\S+Z\): echo may run .*ls/,
      );
    });

    test('are counted, how long they waited for the person today, by inbox and status', async () => {
      await expect
        .poll(async () => (await type('status', '--json')).json.waited, { timeout: 10_000 })
        .toMatchObject({ waiting: 1 });
      const before = (await type('status', '--json')).json.waited;
      await expect
        .poll(async () => (await type('status', '--json')).json.waited.ms, { timeout: 10_000 })
        .toBeGreaterThan(before.ms + 1000);
      expect(before.since).toBe(new Date().setHours(0, 0, 0, 0));
      expect((await type('status')).out).toMatch(/^agents waited {2}\d+ s today$/m);
      expect((await type('inbox')).err).toMatch(/^Agents waited \d+ s for you today\.\n$/);
    });

    test('are decided by the label of an option as its kind says, and wait no longer then', async () => {
      const [request] = (await type('inbox', '--json')).json;
      const denying = request.options.find((option: { kind: string }) => option.kind === 'reject_once');
      const answered = await type('answer', String(request.id), '--option', denying.label.toUpperCase(), '--json');
      expect(answered.json.answer).toMatchObject({
        decision: 'deny',
        rule: null,
        options: [request.options.indexOf(denying)],
      });
      expect((await type('task', 'wait', id, '--json')).json.state).toBe('review');
      expect((await type('inbox')).out).toMatch(/^No agent waits for you\.\nIn review for you: \d+ changes?\.\n$/);
      const after = (await type('status', '--json')).json.waited;
      expect(after.waiting).toBe(0);
      expect((await type('status', '--json')).json.waited.ms).toBe(after.ms);
    });
  });

  test('a transcript is followed until the task rests, and tells everything once', async () => {
    const { json } = await add('--prompt', 'First', '--json');
    followed = String(json.id);
    const told = await terminal.type(['task', 'log', followed, '--follow', '--json'], {
      signal: new AbortController().signal,
    });
    const whole = await type('task', 'log', followed, '--json');
    expect(told.out).toBe(whole.json.map((event: unknown) => `${JSON.stringify(event)}\n`).join(''));
    expect(whole.json.map((event: { seq: number }) => event.seq)).toEqual(
      whole.json.map((_: unknown, index: number) => index + 1),
    );
  });

  test('a check that fails while it is followed is told once, by its name, with what it printed', async () => {
    await type('check', 'add', terminal.repository, 'lint', 'echo too long; exit 3');
    const { json } = await add('--prompt', '[write: lint.txt | lint]', '--json');
    const { out } = await type('task', 'log', String(json.id), '--follow');
    expect(out.match(/check .*/g)).toEqual(['check lint failed with exit code 3']);
    expect(out).toContain('\n    too long\n');
    await type('check', 'remove', terminal.repository, 'lint');
  });

  test('changes asked for go back to the agent, and a discarded change comes back', async () => {
    const id = followed;
    await type('task', 'wait', id);
    expect((await type('task', 'reject', id, '--comment', 'Once more')).code).toBe(0);
    expect((await type('task', 'wait', id, '--json')).json.state).toBe('review');
    const log = (await type('task', 'log', id)).out;
    expect(log).toContain('> First');
    expect(log).toContain('> Once more');
    expect((await type('task', 'discard', id, '--json')).json).toMatchObject({ state: 'done', outcome: 'discarded' });
    expect((await type('task', 'restore', id, '--json')).json.state).toBe('review');
    // No transcript says how a task moved; its log does.
    expect((await type('task', 'log', id)).out).toMatch(
      /> Once more[\s\S]*\n· In review\.\n· You discarded it\.\n· Restored: it is in review again\.\n$/,
    );
  });

  test('a failed task fails the command and can be tried again', async () => {
    const added = await add('--prompt', 'Go\n[write: new.txt | new]\n[fail: the oven is cold]', '--wait', '--json');
    expect(added.code).toBe(1);
    expect(added.json.state).toBe('failed');
    expect(added.json.error).toContain('the oven is cold');
    expect((await type('task', 'diff', String(added.json.id))).err).toBe(
      `Nothing of task ${added.json.id} is committed.\n`,
    );
    const again = await type('task', 'retry', String(added.json.id), '--wait', '--json');
    expect([again.code, again.json.state]).toEqual([1, 'failed']);
  });

  test('a change is only suggested for merging while it can be merged', async () => {
    const said = async (id: number) => (await type('task', 'diff', String(id))).err;
    const { json } = await add('--prompt', '[write: both.txt | theirs]', '--wait', '--json');
    expect(await said(json.id)).toMatch(
      /^This is commit \w{10}, compared with \w{10}\. To merge this and nothing newer: switchyard task approve/,
    );
    const { worktree } = (await type('task', 'show', String(json.id), '--json')).json;
    writeFileSync(join(worktree, 'left.txt'), 'one\n<<<<<<< HEAD\n');
    terminal.git('-C', worktree, 'add', '-A');
    terminal.git('-C', worktree, 'commit', '-qm', 'Left');
    expect(await said(json.id)).toContain(
      '! The change leaves marks of a conflict that was not resolved: left.txt:2\n',
    );
    terminal.git('-C', worktree, 'reset', '-q', '--hard', 'HEAD~1');
    writeFileSync(join(terminal.repository, 'both.txt'), 'mine\n');
    terminal.git('add', 'both.txt');
    terminal.git('commit', '-qm', 'both');
    const conflict = 'both\\.txt \\(add/add\\): Both added it, each in its own way\\.';
    expect(await said(json.id)).toMatch(
      new RegExp(
        `^This is commit \\w{10}, compared with \\w{10}\\.\nIt conflicts with its base:\n  ${conflict}\n.* task resolve ${json.id}\nOr resolve it yourself: merge main in .* and commit.\n$`,
      ),
    );
    await type('task', 'resolve', String(json.id));
    expect((await type('task', 'wait', String(json.id), '--json')).json).toMatchObject({ state: 'review' });
    await type('task', 'discard', String(json.id));
    expect(await said(json.id)).toMatch(/^This is commit \w{10}, compared with \w{10}\.\n$/);
  });

  test('a failed check shows its exit code and the end of what it printed, and is said before a merge', async () => {
    const check = 'seq 1 30; printf "\\033[31mnot ok\\n"; exit 3';
    await type('repository', 'set', 'my repository', '--check', check);
    const { json } = await add('--prompt', 'Checked', '--wait', '--json');
    await type('repository', 'set', 'my repository', '--no-check');
    const id = String(json.id);
    const shown = (await type('task', 'show', id)).out;
    expect(shown).toMatch(/failed with exit code 3\n +20\n +21\n/);
    expect(shown).toMatch(new RegExp(` 30\n +not ok\n +… whole: switchyard task show ${id} --json\n`));
    expect(shown).not.toContain(' 19\n');
    const log = (await type('task', 'log', id)).out;
    expect(log).toContain('· check check failed with exit code 3\n    20\n');
    expect(log.split('failed with exit code 3')).toHaveLength(2);
    expect(log).toMatch(/· In review\.\n$/);
    const approved = await type('task', 'approve', id);
    expect(approved).toMatchObject({ code: 0, out: expect.stringMatching(/^Merged /) });
    expect(approved.err).toMatch(
      /^! The check check \(seq .*\) failed with exit code 3\.\n {2}What it printed: .* task show \d+\n$/,
    );
  });

  test('checks are named, ordered and run on a change, and a required one that fails is overridden in so many words', async () => {
    const where = 'my repository';
    expect((await type('check', 'list', where)).out).toMatch(/^No checks\.\n/);
    await type('check', 'add', where, 'lint', 'echo linted');
    await type('check', 'add', where, 'test', 'echo tested; exit 2', '--required');
    expect((await type('check', 'add', where, 'test', 'true')).err).toContain('called test already');
    expect((await type('check', 'edit', where, 'test', '--place', '1')).out).toBe(
      'test  required  echo tested; exit 2\nlint            echo linted\n',
    );
    const added = await add('--prompt', 'Checked by two\n[write: checked.txt | one]', '--wait');
    const id = /^#(\d+) /m.exec(added.out)?.[1] ?? '';
    const held = `! Required before it is approved: test failed. What it printed: switchyard task show ${id}\n#${id} `;
    // It is finished, but not as a script wants it.
    expect([added.code, added.out.slice(0, held.length)]).toEqual([3, held]);
    expect(added.out).toMatch(/ {2}check {2,}test \(echo tested.*\), required: failed with exit code 2\n/);
    expect((await type('task', 'wait', id)).code).toBe(3);
    expect((await type('task', 'show', id)).out).toMatch(
      / {2}check {2,}test \(echo tested.*\), required: failed with exit code 2\n +tested\n {2}check {2,}lint \(echo linted\): passed\n/,
    );

    const ran = await type('check', 'run', id, 'lint');
    expect(ran).toMatchObject({ code: 0, out: 'lint: passed\n    linted\n' });
    expect((await type('task', 'log', id)).out).toMatch(/In review\.\n(.*\n)*· check lint passed\n$/);
    expect(await type('check', 'run', id)).toMatchObject({
      code: 1,
      out: 'test, required: failed with exit code 2\n    tested\nlint: passed\n    linted\n',
    });
    const refused = await type('task', 'approve', id);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('required checks have not passed on this change: test failed.');
    const back = await type('task', 'reject', id, '--comment', '[write: more.txt | more]', '--wait', '--json');
    expect(back).toMatchObject({ code: 3, json: { state: 'review', change: { files: 2 } } });
    const approved = await type('task', 'approve', id, '--override-checks');
    expect(approved).toMatchObject({ code: 0, out: expect.stringMatching(/^Merged /) });
    expect((await type('audit', 'list')).out).toMatch(/approve +task \d+ \(merge by \w+, overriding its checks\)/);
    expect(
      (await type('check', 'edit', where, 'lint', '--name', 'style', '--required', '--json')).json.checks[1],
    ).toEqual({
      ...{ name: 'style', command: 'echo linted', required: true },
    });
    expect((await type('check', 'edit', where, 'lint')).code).toBe(2);
    expect((await type('check', 'edit', where, 'style', 'true', '--command', 'false')).code).toBe(2);
    for (const command of [['echo as added'], ['--command', 'echo as before']])
      expect((await type('check', 'edit', where, 'style', ...command)).out).toContain(command.at(-1));
    expect((await type('check', 'remove', where, 'lint')).err).toContain('It has test, style.');
    await type('check', 'remove', where, 'style');
    expect((await type('check', 'remove', where, 'test')).out).toBe('No checks.\n');
  });

  describe('one change', () => {
    // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever fields the JSON should have.
    let task: any;
    let id: string;
    beforeAll(async () => {
      task = (await add('--prompt', 'Say \u001b]52;c;aGk=\u0007\u001b[2Jboo', '--wait', '--json')).json;
      id = String(task.id);
    });

    test('is told without the control sequences of its agent', async () => {
      for (const words of ['log', 'show', 'diff']) {
        const { out } = await terminal.type(['task', words, id], { tty: true });
        expect(out).toContain('boo');
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be gone.
        expect(out).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }
    });

    test('is shown as JSON with the ids an approval is bound to', async () => {
      const oid = expect.stringMatching(/^[0-9a-f]{40}$/);
      const diff = await type('task', 'diff', id, '--json');
      expect(diff).toMatchObject({ err: '', json: { base: oid, head: oid, tree: oid, patch: expect.any(String) } });
    });

    test('is not merged when another commit than the one seen is approved', async () => {
      const refused = await type('task', 'approve', id, '--head', '0'.repeat(40), '--json');
      expect(refused.json.error.code).toBe('MOVED');
      expect(terminal.git('log', '-1', '--format=%s')).not.toContain('boo');
      expect((await type('task', 'approve', id, '--head', '0a0b')).code).toBe(2);
    });

    test('is merged as the commit that diff named', async () => {
      const diff = await type('task', 'diff', id);
      expect(diff.out).toMatch(/^diff --git /);
      expect(diff.out).not.toContain('task approve');
      const named = new RegExp(`switchyard (task approve ${id} --head [0-9a-f]{10}\\.\\.([0-9a-f]{10}))\n$`).exec(
        diff.err,
      );
      const { head } = (await type('task', 'diff', id, '--json')).json;
      expect(named?.[2]).toBe(head.slice(0, 10));

      const newer = terminal.git('commit-tree', '-p', head, '-m', 'unseen', `${head}^{tree}`).trim();
      terminal.git('update-ref', `refs/heads/${task.branch}`, newer);
      const command = named?.[1]?.split(' ') ?? [];
      const refused = await type(...command);
      expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining(newer) });
      terminal.git('update-ref', `refs/heads/${task.branch}`, head);
      const another = await type('task', 'approve', id, '--head', `0000000..${head}`);
      expect(another).toMatchObject({
        code: 1,
        err: expect.stringMatching(/is compared with \w+ now, not with 0000000/),
      });
      const merged = await type(...command);
      expect(merged.out).toContain(`Merged ${head.slice(0, 10)} into main.\n`);
    });
  });

  test('a change that changes nothing is said to, and is not suggested for merging', async () => {
    const { json } = await add('--prompt', '[write: new.txt | new]', '--wait', '--json');
    terminal.git('-C', json.worktree, 'rm', '-q', 'new.txt');
    terminal.git('-C', json.worktree, 'commit', '-qm', 'Nothing after all');
    expect(await type('task', 'diff', String(json.id))).toMatchObject({
      code: 0,
      out: '',
      err: `Task ${json.id} changed nothing.\n`,
    });
    await type('task', 'discard', String(json.id));
  });

  test('a task is shown with the first lines of its prompt and how to read the rest', async () => {
    const { json } = await add('--prompt', `First line\n${'x'.repeat(300)}\n[nothing]`, '--wait', '--json');
    const shown = await type('task', 'show', String(json.id));
    expect(shown.out).toContain(`  prompt\n    First line\n    ${'x'.repeat(119)}…\n    [nothing]\n`);
    expect(shown.out).toContain(`    … whole: switchyard task show ${json.id} --json\n`);
    const short = (await add('--prompt', 'Short\n[nothing]', '--wait', '--json')).json;
    const { out } = await type('task', 'show', String(short.id));
    expect(out).toContain('  prompt\n    Short\n    [nothing]\n');
    expect(out).not.toContain('…');
  });

  test('the demo ends with a diff and the two lines that decide', async () => {
    const shown = await type('demo');
    expect(shown.code).toBe(0);
    expect(shown.out).toContain('+++ b/');
    const approve = /^ {2}switchyard (task approve \d+ --head [0-9a-f]{10}\.\.[0-9a-f]{10})$/m.exec(shown.out)?.[1];
    expect(shown.out).toMatch(/^ {2}switchyard task discard \d+$/m);
    expect(shown.out).toMatch(
      /^The sample repository \S+switchyard-demo-\S+ may be deleted when you are done with it\.$/m,
    );
    expect(shown.out).toMatch(/To end it now:\n {2}switchyard stop\n$/);
    expect((await type(...(approve ?? '').split(' '), '--json')).json.outcome).toBe('merged');
  });
});

describe('looking and setting', () => {
  test('status tells who owns the folder', async () => {
    const { json, code } = await type('status', '--json');
    expect(code).toBe(0);
    expect(json).toMatchObject({
      running: true,
      pid: process.pid,
      owner: 'background',
      dataFolder: terminal.config.folders.data,
    });
    expect(json.workers).toHaveLength(1);
    const asked = async () => (await type('status', '--json')).json;
    await expect.poll(asked).toMatchObject({ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
    const { url, server } = await asked();
    expect(server).toEqual({ kind: 'listening', url });
    await type('settings', 'set', 'server', 'false');
    await expect.poll(asked).toMatchObject({ url: null });
    await type('settings', 'set', 'server', 'true');
    expect(Object.keys(json.tasks)).toContain('review');
  });

  test('start tells as much as status', async () => {
    const keys = async (word: string) => Object.keys((await type(word, '--json')).json).sort();
    expect(await keys('start')).toEqual(await keys('status'));
  });

  test('what is asked about a task or an agent nobody knows is refused', async () => {
    for (const words of [['audit', 'list'], ['processes']])
      expect((await type(...words, '--task', '9999', '--json')).json.error).toMatchObject({ code: 'NOT_FOUND' });
    const refused = await type('search', 'x', '--agent', 'nope');
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('There is no agent called nope.') });
    expect((await type('search', 'x', '--agent', 'goose')).code).toBe(0);
  });

  test('what is wrong within a value is said by its name, or by its number counted from 1', async () => {
    expect((await type('settings', 'set', 'dayBudget', '{"usd":"x"}')).err).toContain('What is wrong is usd.\n');
    expect((await type('settings', 'set', 'passEnvironment', '["A-B"]')).err).toContain('What is wrong is number 1.\n');
  });

  test('a task for an agent that is not there is not queued, and how to install it is said', async () => {
    await type('settings', 'set', 'acpAgents', '[{"name":"ghost","command":"/nowhere/ghost"}]');
    const added = await add('--agent', 'ghost', '--prompt', 'p', '--trust');
    expect(added).toMatchObject({ code: 1, out: '' });
    expect(added.err).toMatch(
      /^Nothing was queued: ghost was not found on this machine.*\.\n {2}Install .*\nTo try .* --agent echo/,
    );
    await type('settings', 'set', 'defaultAgent', 'ghost');
    expect((await type('task', 'add', '--repository', 'my repository', '--title', 't', '--prompt', 'p')).code).toBe(1);
    await type('settings', 'set', 'defaultAgent', 'claude');
    expect((await type('task', 'list')).out).not.toContain('ghost');
    // Installed since, it is found without being looked for again by hand.
    const ghost = join(terminal.folder, 'ghost');
    await type('settings', 'set', 'acpAgents', JSON.stringify([{ name: 'ghost', command: ghost }]));
    expect((await add('--agent', 'ghost', '--prompt', 'p', '--trust')).code).toBe(1);
    writeFileSync(ghost, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const found = await add('--agent', 'ghost', '--prompt', 'p', '--trust');
    expect(found).toMatchObject({ code: 0, err: '' });
    await type('task', 'cancel', /^#(\d+)/.exec(found.out)?.[1] ?? '');
    await type('settings', 'set', 'acpAgents', '[]');
  });

  test('waiting for a parked task says until when by the clock there, once, and how it goes on before, and ends after so many minutes; no attempt is used', async () => {
    const { id } = (await add('--prompt', 'Later\n[limit-once: 30m]', '--trust', '--json')).json;
    const show = async () => (await type('task', 'show', String(id))).out;
    await expect.poll(show, { timeout: 10_000 }).toMatch(/ goes on {2,}(\d{4}-\d\d-\d\d )?\d\d:\d\d, in \d+ min\n/);
    expect(await show()).toMatch(/ up to \d+ attempts\n/);
    const short = await type('task', 'wait', String(id), '--wait-minutes', '0.001');
    expect(short).toMatchObject({ code: 1, out: expect.stringContaining('◷ parked, in') });
    expect((await type('task', 'wait', String(id), '--wait-minutes', 'soon')).code).toBe(2);
    expect((await type('status')).out).toMatch(/\d queued \(1 parked\)/);
    const connection = await attach({ folder: terminal.config.folders.data, version });
    if (connection === null) throw new Error('there is no runtime');
    let said = '';
    const write = (text: string) => {
      said += text;
      void type('task', 'resume', String(id));
    };
    const around = { err: { write, isTTY: false }, signal: new AbortController().signal, program: 'switchyard' };
    await waitForTask(id, connection, around as unknown as Surroundings);
    connection.close();
    expect(said).toMatch(
      new RegExp(
        `^#${id} is parked until .*\\d\\d:\\d\\d, in \\d+ min\\. To go on now: switchyard task resume ${id}\\n$`,
      ),
    );
  });

  test('settings are read and written as JSON values', async () => {
    expect((await type('settings', 'set', 'concurrency', '3', '--json')).json).toBe(3);
    expect((await type('settings', 'get', 'concurrency', '--json')).json).toBe(3);
    expect((await type('settings', 'set', 'defaultAgent', 'echo', '--json')).json).toBe('echo');
    expect((await type('settings', 'list', '--json')).json).toMatchObject({ concurrency: 3, defaultAgent: 'echo' });
    const never = await type('settings', 'set', 'concurrency', '0', '--json');
    expect([never.code, never.json.error.code]).toEqual([2, 'BAD_INPUT']);
    const typo = await type('settings', 'get', 'concurency');
    expect(typo).toMatchObject({ code: 2, out: '' });
    expect(typo.err).toContain('Did you mean concurrency?');
  });

  test('a setting refused says what it takes and shows a line that works', async () => {
    const refused = await type('settings', 'set', 'silenceMinutes', '-1');
    expect(refused).toMatchObject({
      code: 2,
      out: '',
      err: 'The setting silenceMinutes cannot be -1. It takes a whole number from 1 to 1440 (minutes).\nFor example: switchyard settings set silenceMinutes 30\n',
    });
    const agent = await type('settings', 'set', 'defaultAgent', 'clawd');
    expect(agent.code).toBe(2);
    expect(agent.err).toMatch(
      /no agent called clawd\. Known agents: claude, goose, echo\..*\nFor example: .*goose\n$/s,
    );
    for (const name of Object.keys((await type('settings', 'list', '--json')).json)) {
      const example = (await type('settings', 'set', name, '\u0000')).err.split('settings set ')[1] ?? '';
      const value = example
        .slice(name.length + 1)
        .trim()
        .replace(/^'|'$/g, '');
      expect(await type('settings', 'set', name, value), name).toMatchObject({ code: 0 });
    }
    await type('settings', 'set', 'acpAgents', '[]');
    await type('settings', 'set', 'defaultAgent', 'echo');
  });

  test('help for what does not exist is called the wrong way', async () => {
    expect(await type('help', 'nonsense')).toEqual({
      code: 2,
      out: '',
      err: 'There is no command called nonsense. See: switchyard help\n',
      json: undefined,
    });
  });

  test('tasks that start from each other’s branches are shown so, held in order, and land at one word', async () => {
    const below = String((await add('--prompt', '[write: below.txt | 1]', '--wait', '--json')).json.id);
    const made = await add(
      '--prompt',
      '[write: above.txt | 2]',
      '--after',
      below,
      '--when',
      'review',
      '--wait',
      '--json',
    );
    const above = String(made.json.id);
    const shown = (await type('task', 'show', above)).out;
    expect(shown).toContain(`task ${below} (from its review on)`);
    expect(shown).toMatch(new RegExp(`\\n {2}stands on +task ${below}\\n`));
    expect((await type('task', 'show', below)).out).toMatch(new RegExp(`\\n {2}before +task ${above}\\n`));
    expect((await type('task', 'list')).out).toContain(`Lands after task ${below}`);
    expect((await type('task', 'diff', above)).out).not.toContain('below.txt');
    expect((await type('task', 'approve', above)).err).toContain(`Nothing was merged: It lands after task ${below}`);
    expect((await type('task', 'stack', above)).out).toMatch(
      new RegExp(
        `^1\\. #${below} t: 1 file, [0-9a-f]{10}\\n2\\. #${above} t: 1 file, .*task approve ${above} --stack`,
        's',
      ),
    );
    expect((await type('task', 'overlaps', above)).out).toBe('It meets no other change.\n');
    expect((await type('task', 'overlaps', above, below)).out).toBe('They touch no common file.\n');
    expect((await type('task', 'restack', above)).code).toBe(0);
    const verified = await type('stack', 'verify', '--json');
    expect(verified.json.findings.filter(({ task }: { task: number }) => [below, above].includes(`${task}`))).toEqual(
      [],
    );
    expect(JSON.parse((await type('dump')).out).store.stack_part).toMatchObject([{ after_id: Number(below) }]);
    expect((await type('task', 'approve', above, '--stack', '--message', 'm')).code).toBe(2);
    const landed = await type('task', 'approve', above, '--stack', '--json');
    expect(landed.json.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['merged', 'merged']);
  });

  describe('a task that stays', () => {
    let id: string;
    beforeAll(async () => {
      id = String((await add('--prompt', 'Stay', '--wait', '--json')).json.id);
    });

    test('keeps its repository from being removed, which is named by its path', async () => {
      const kept = await type('repository', 'remove', 'my repository');
      expect(kept.code).toBe(1);
      expect(kept.err).toContain(`the repository ${terminal.repository}: `);
    });

    test('has a branch that is none of those to choose as a base from', async () => {
      const refused = await add('--prompt', 'p', '--base', 'mian');
      expect(refused.err).toContain('for example main.');
      expect(terminal.git('branch', '--list', 'switchyard/*')).not.toBe('');
    });

    test('is only retried once it failed or was cancelled, and only sent back while in review', async () => {
      expect((await type('task', 'retry', id)).err).toContain(`Task ${id} is in review and cannot be retried.`);
      await type('task', 'discard', id);
      expect((await type('task', 'reject', id, '--comment', 'No')).err).toContain('cannot be sent back');
      expect((await type('task', 'retry', id)).err).toBe(
        `Task ${id} is done (discarded) and cannot be retried. Restore it first (switchyard task restore ${id}).\n`,
      );
    });

    test('is named, once it was discarded, wherever one that waits for it is described', async () => {
      const { json } = await add('--prompt', 'Second', '--after', id, '--json');
      const sentence = `aits for task ${id}, which was discarded`;
      expect((await type('task', 'show', String(json.id))).out).toContain(sentence);
      expect((await type('task', 'list', '--state', 'queued')).out).toContain(sentence);
      const edited = await type('task', 'edit', String(json.id), '--priority', 'low_priority', '--after', '1');
      expect(edited.out).toMatch(
        /\n {2}priority +low_priority\n {2}after +task \d+( \(landed\))?, task \d+( \(landed\))?\n/,
      );
      expect((await type('task', 'edit', String(json.id), '--after', String(json.id))).err).toContain(
        'goes round in a circle',
      );
      expect((await type('task', 'edit', String(json.id), '--agent', 'nobody')).err).toContain(
        'no agent called nobody',
      );
      expect((await type('task', 'edit', String(json.id))).code).toBe(2);
      const words = ['--title', 'Second of two', '--prompt', 'Other words', '--budget-usd', '2'];
      const reworded = await type('task', 'edit', String(json.id), ...words);
      expect(reworded.out).toMatch(/^#\d+ Second of two /);
      expect(reworded.out).toMatch(/\n {2}spent +nothing; budget \$2\.00\n/);
      expect((await type('task', 'show', String(json.id))).out).toContain('  prompt\n    Other words\n');
      expect((await type('task', 'cancel', String(json.id))).code).toBe(0);
      expect((await type('task', 'edit', String(json.id), '--priority', 'default')).err).toContain('cannot be edited');
      expect((await add('--prompt', 'Third', '--after', '9999')).err).toBe(
        'There is no task 9999 to come after. Nothing was queued or changed.\n',
      );
    });
  });

  test('a worktree is listed, shown, removed and brought back, and how long that is kept says first what would go', async () => {
    const added = await add(
      '--prompt',
      'One\n[write: kept.txt | kept]',
      '--trust',
      '--path',
      'packages/',
      '--wait',
      '--json',
    );
    const { id, worktree, paths } = added.json;
    expect(paths).toEqual(['packages']);
    writeFileSync(join(worktree, 'left.txt'), 'left');
    const listed = await type('worktree', 'list', '--repository', 'my repository');
    const line = listed.out.split('\n').find((each) => each.startsWith(`#${id} `)) ?? '';
    expect(line).toMatch(/ \d+ kB +1 uncommitted +\d+[sm] +its change is in review +switchyard\//);
    expect((await type('worktree', 'show', String(id))).out).toMatch(/uncommitted +1 file\n {2}left\.txt\n$/);
    // What was measured a moment ago is no answer to whoever asks now.
    writeFileSync(join(worktree, 'large.txt'), 'x'.repeat(300_000));
    const again = (await type('worktree', 'list', '--json')).json.worktrees;
    const { size } = again.find((one: Kept) => one.task?.id === id);
    expect(size.uncommitted).toBe(2);
    expect(size.bytes).toBeGreaterThan(300_000);
    expect((await type('worktree', 'show', String(id), '--json')).json.size).toMatchObject({ uncommitted: 2 });
    rmSync(join(worktree, 'large.txt'));
    const removed = await type('worktree', 'remove', String(id));
    const [, backup = ''] = /worktree restore (\S+)/.exec(removed.err) ?? [];
    expect(removed.out).toBe(`Removed ${worktree}.\n`);
    expect((await type('worktree', 'bin')).out).toContain(`${backup}  `);
    expect((await type('worktree', 'restore', backup)).out).toContain(`It is back at ${worktree}, on switchyard/`);
    expect(readFileSync(join(worktree, 'left.txt'), 'utf8')).toBe('left');
    expect((await type('worktree', 'remove-backup', backup)).code).toBe(2);
    expect((await type('worktree', 'remove-backup', backup, '--yes')).out).toContain('for good');
    expect((await type('worktree', 'restore', backup)).code).toBe(1);

    const asked = await type('worktree', 'retention', '--backup-days', '30');
    expect(asked).toMatchObject({ code: 0, out: expect.stringContaining('backup-days  30\n') });
    expect(asked.out).toContain('Nothing would go by that now.');
    expect(asked.err).toContain('Nothing was set yet');
    expect((await type('settings', 'get', 'backupDays')).out).toBe('0\n');
    const own = ['worktree', 'retention', '--repository', 'my repository', '--worktree-days'];
    expect((await type(...own, '7', '--yes', '--json')).json).toMatchObject({
      set: true,
      retention: { worktreeDays: 7 },
    });
    expect((await type(...own, 'as-all', '--yes')).out).toContain('worktree-days  0 (as for all)');
    await type('task', 'discard', String(id));
  });

  test('what would run is said before it is trusted, and recorded as what was shown', async () => {
    const hook = join(terminal.repository, '.git', 'hooks', 'pre-merge-commit');
    mkdirSync(join(hook, '..'), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\n', { mode: 0o755 });
    const said = /^Trusted, these run as you .*:\n {2}hook pre-merge-commit\n$/;
    const commands = [
      ['repository', 'add', 'my repository', '--trust'],
      ['repository', 'set', 'my repository', '--trust'],
      ['task', 'add', '--repository', 'my repository', '--trust', '--agent', 'echo', '--title', 't', '--prompt', 'p'],
    ];
    for (const words of commands) {
      const { code, err } = await type(...words, '--json');
      expect(code).toBe(0);
      expect(err).toMatch(said);
      const record = (await type('audit', 'list', '--json')).json.at(-1);
      expect(record).toMatchObject({ kind: 'trust', shown: { programs: ['hook pre-merge-commit'] } });
    }
    expect((await type('repository', 'set', 'my repository', '--no-trust')).err).toBe('');
    rmSync(hook);
  });

  test('a repository gets a check command and its trust', async () => {
    expect((await type('repository', 'set', 'my repository', '--check', 'true', '--json')).json.checks).toEqual([
      { name: 'check', command: 'true', required: false },
    ]);
    expect((await type('repository', 'set', 'my repository', '--no-check', '--no-trust', '--json')).json).toMatchObject(
      { checks: [], trusted: false },
    );
    expect((await type('repository', 'list', '--json')).json.length).toBeGreaterThan(0);
    expect((await type('repository', 'set', 'my repository')).code).toBe(2);
    const missing = await type('repository', 'add', 'nowhere', '--json');
    expect(missing.code).toBe(1);
    expect(missing.json.error.message).toContain('nowhere');
  });

  test('a removed repository is named by its path, and nothing that needs it is offered', async () => {
    const { json } = await terminal.type(
      [
        'task',
        'add',
        '--repository',
        'twins/one',
        '--agent',
        'echo',
        '--title',
        't',
        '--prompt',
        'p',
        '--trust',
      ].concat(['--wait', '--json']),
    );
    const id = String(json.id);
    await type('task', 'discard', id);
    expect((await type('task', 'show', id)).out).toContain(`Bring it back:    switchyard task restore ${id}\n`);
    expect((await type('repository', 'remove', 'twins/one')).code).toBe(0);
    const shown = (await type('task', 'show', id)).out;
    expect(shown).not.toContain('task restore');
    expect(shown).toContain(`switchyard repository add ${json.repository}\n`);
    const refused = await type('task', 'restore', id);
    expect(refused.err).toBe(
      `The repository ${json.repository} was removed from Switchyard. Add it again (switchyard repository add ${json.repository}).\n`,
    );
  });

  test('a repository is named by its path, its home path or a name no other has', async () => {
    for (const parent of ['left', 'right']) {
      cpSync(join(terminal.folder, 'twins/one'), join(terminal.folder, parent, 'same'), { recursive: true });
      expect((await type('repository', 'add', `${parent}/same`)).code).toBe(0);
    }
    const refused = await type('repository', 'remove', 'same');
    expect(refused.code).toBe(1);
    for (const parent of ['left', 'right']) expect(refused.err).toContain(join(terminal.folder, parent, 'same'));
    const queue = (...more: string[]) =>
      type('task', 'add', '--repository', 'same', '--agent', 'echo', '--prompt', '# Say hello\nTwice', ...more);
    expect((await queue()).err).toContain('Several repositories are called same.');
    expect((await type('repository', 'remove', 'left/same')).code).toBe(0);
    expect(await queue('--title', 'x'.repeat(201))).toMatchObject({
      code: 2,
      err: 'The title must be at most 200 characters long.\n',
    });
    expect((await type('repository', 'remove', 'same', '--json')).json).toEqual({
      removed: join(terminal.folder, 'right/same'),
    });
    const unknown = await type('repository', 'remove', 'same');
    expect(unknown.err).toBe(
      `${join(terminal.folder, 'same')} has not been added to Switchyard. See: switchyard repository list\n`,
    );
    expect((await queue('--repository', 'my repository', '--json')).json.title).toBe('Say hello');
    const home = join(terminal.folder, 'home');
    expect((await type('repository', 'add', '~/nowhere')).err).toContain(`Tried to open ${join(home, 'nowhere')},`);
    cpSync(join(terminal.folder, 'twins/one'), join(home, 'mine'), { recursive: true });
    expect((await type('repository', 'add', '~/mine', '--json')).json.path).toBe(join(home, 'mine'));
    expect((await type('repository', 'remove', '~/mine')).code).toBe(0);
  });

  test('an unknown agent is refused with the names of the known ones', async () => {
    const refused = await type(
      'task',
      'add',
      '--repository',
      'my repository',
      '--title',
      't',
      '--prompt',
      'p',
      '--agent',
      'clawd',
      '--json',
    );
    expect(refused.code).toBe(1);
    expect(refused.json.error.message).toMatch(/claude.*goose.*echo/);
  });

  test.each(['x', '0', '-1', '1e9', ''])('serve takes no --idle-minutes %j', async (minutes) => {
    const refused = await type('serve', '--idle-minutes', minutes, '--json');
    expect(refused).toMatchObject({ code: 2, json: { error: { code: 'USAGE' } } });
  });

  test('a wrong call is exit code 2, with --json as one JSON value', async () => {
    expect((await type('task', 'show', '--json')).json.error.code).toBe('USAGE');
    expect((await type('frobnicate', '--json')).code).toBe(2);
    expect((await add('--prompt', 'p', '--priority', 'urgent')).err).toContain('high_priority, default, low_priority');
    expect((await type('task', 'show', '99999', '--json')).json.error.code).toBe('NOT_FOUND');
  });

  test('the prompt may come from standard input', async () => {
    const words = [
      'task',
      'add',
      '--repository',
      'my repository',
      '--title',
      't',
      '--prompt',
      '-',
      '--agent',
      'echo',
      '--json',
    ];
    expect((await terminal.type(words, { input: 'from a file' })).json.prompt).toBe('from a file');
  });

  test('a shell that completes is told what there is, and without a runtime which agents there are anyhow', async () => {
    const [newest] = (await type('task', 'list', '--json')).json;
    expect((await type('complete', 'tasks')).out).toContain(`${newest.id}\t${newest.title}\n`);
    const given = { name: () => 'agents' } as unknown as Given;
    const alone = (await completing.run(given, { attach: async () => null } as unknown as Surroundings)).json as {
      word: string;
    }[];
    const there = (await type('complete', 'agents', '--json')).json as { word: string }[];
    expect(alone.map(({ word }) => word)).toEqual(there.map(({ word }) => word));
    // A name with a blank would be two words of a line.
    expect((await type('complete', 'repositories')).out).not.toContain('my repository\t');
    expect(await type('complete', 'secrets')).toMatchObject({ code: 2 });
  });

  test('a key is named by its number or its name, and what could be two of them is refused with both', async () => {
    const make = async (name: string) =>
      (await type('key', 'create', name, '--type', 'observer', '--json')).json.key.id;
    const first = await make('nightly');
    expect((await type('key', 'create', String(first), '--type', 'observer')).err).toBe(
      'A name of digits alone would be taken for the number of a key. Put a letter into it.\n',
    );
    // One that was made when such a name was taken stays.
    const db = openDatabase({ file: terminal.config.folders.database });
    const old = { name: String(first), type: 'observer', expiresAt: null, by: 'person', at: Date.now() } as const;
    const { id: second } = insertKey(db, { ...old, secret: 'sy_of-the-old-one' });
    closeDatabase(db);
    const refused = await type('key', 'revoke', String(first));
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        `Key ${first}, nightly, .*Type: switchyard key revoke '#${first}'\n.*Key ${second}, ${first}, .*Type: switchyard key revoke '#${second}'\n$`,
      ),
    });
    expect((await type('key', 'rotate', 'nightly', '--json')).json.key.id).toBe(first);
    expect((await type('key', 'revoke', 'nightly')).out).toBe('The key nightly lets nobody in any more.\n');
    // The one that was revoked is not what a number is meant to be.
    expect((await type('key', 'revoke', String(first), '--json')).json.id).toBe(second);
    expect((await type('key', 'revoke', 'nihgtly')).err).toBe(
      'There is no key called nihgtly. Did you mean nightly?\n',
    );
    expect((await type('key', 'revoke', '999', '--json')).json.error.code).toBe('NOT_FOUND');
  });

  test('doctor says whether the main job can run', async () => {
    const { json, code } = await type('doctor', '--json');
    expect(json.findings.map((finding: { name: string }) => finding.name)).toEqual(
      expect.arrayContaining(['git', 'node', 'disk', 'data folder']),
    );
    expect(code).toBe(json.ok ? 0 : 1);
  });
});
