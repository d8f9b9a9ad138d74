import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Place } from '../../../core/git/checkout';
import { completeLanding, previewLanding, publish } from '../../../core/git/land';
import type { Landing } from '../../../core/git/lock';
import { makeMerge } from '../../../core/git/merge';
import { programArgs } from '../../support/programs';
import { until } from '../../support/until';
import { contents, createBench, identity, write } from './fixture';
import type { KillPoint } from './landing-process';

const bench = createBench();

const files = {
  'same.txt': 'same\n',
  'edit.txt': 'one\ntwo\n',
  'gone/leaves.txt': 'leaves\n',
  'was-file': 'file\n',
  'was-folder/inside': 'inside\n',
  'run.sh': '#!/bin/sh\n',
  link: 'not yet a link\n',
  'mine.txt': 'mine\n',
};

/** A repository and a change on a side branch that touches files in every way a change can. */
async function prepared(): Promise<{ place: Place; top: string; landing: Landing }> {
  const place = await bench.repository(undefined, files);
  const top = place.checkout.workTree;
  const oldOid = bench.plain(top, 'rev-parse', 'HEAD').trim();
  const side = `${top}-side`;
  bench.plain(top, 'worktree', 'add', '-q', '--detach', side);
  write(side, 'edit.txt', 'one\ntwo\nthree\n');
  write(side, 'new/deep/file', 'new\n');
  write(side, 'line\nbreak "quoted"', 'odd\n');
  rmSync(join(side, 'gone'), { recursive: true });
  rmSync(join(side, 'was-file'));
  write(side, 'was-file/now-folder', 'x\n');
  rmSync(join(side, 'was-folder'), { recursive: true });
  write(side, 'was-folder', 'now a file\n');
  chmodSync(join(side, 'run.sh'), 0o755);
  rmSync(join(side, 'link'));
  symlinkSync('edit.txt', join(side, 'link'));
  bench.plain(side, 'add', '-A');
  bench.plain(side, 'commit', '-q', '-m', 'Change');
  const newOid = bench.plain(side, 'rev-parse', 'HEAD').trim();
  return { place, top, landing: { branch: 'main', oldOid, newOid } };
}

/** Everything that may not change when nothing may be touched. */
function everything(top: string): unknown {
  return [
    contents(top),
    bench.plain(top, '--no-optional-locks', 'status', '--porcelain=v2', '-z', '--branch'),
    readFileSync(join(top, '.git/index')).toString('latin1'),
    bench.plain(top, 'for-each-ref'),
    bench.plain(top, 'stash', 'list'),
    ['MERGE_HEAD', 'index.lock', 'switchyard-landing', 'switchyard-index'].filter((name) =>
      existsSync(join(top, '.git', name)),
    ),
  ];
}

/** What a checkout must be once the change has landed and nothing else was there. */
function expectLanded(top: string, landing: Landing, more: Record<string, string> = {}): void {
  expect(contents(top)).toEqual({ ...contents(`${top}-side`), ...more });
  expect(bench.plain(top, 'rev-parse', 'HEAD', 'main').trim().split('\n')).toEqual([landing.newOid, landing.newOid]);
  for (const name of ['index.lock', 'switchyard-landing', 'switchyard-index', 'switchyard-index.lock']) {
    expect(existsSync(join(top, '.git', name)), name).toBe(false);
  }
}

describe('publishing to a branch', () => {
  test('sees an edit of the same length made in the second the file was written', async () => {
    const { place, top, landing } = await prepared();
    bench.plain(top, 'config', 'core.trustctime', 'false');
    const second = new Date('2026-01-01T00:00:00Z');
    const settle = (...names: string[]) => {
      for (const name of names) utimesSync(join(top, name), second, second);
    };
    settle('edit.txt');
    bench.plain(top, 'update-index', '--refresh');
    write(top, 'edit.txt', 'ONE\ntwo\n');
    settle('edit.txt', '.git/index');
    const before = everything(top);
    expect(await publish(place, landing)).toMatchObject({ kind: 'in-the-way', files: ['edit.txt'] });
    expect(everything(top)).toEqual(before);
  });

  test('moves it by compare-and-set when it is checked out nowhere', async () => {
    const { place, top, landing } = await prepared();
    bench.plain(top, 'checkout', '-q', '-b', 'elsewhere');
    const before = contents(top);
    expect(await publish(place, landing)).toMatchObject({ kind: 'landed', checkout: null });
    expect(bench.plain(top, 'rev-parse', 'main').trim()).toBe(landing.newOid);
    expect(contents(top)).toEqual(before);
    expect(await publish(place, landing)).toEqual({ kind: 'moved', now: landing.newOid });
  });

  test('brings the clean checkout that has it along', async () => {
    const { place, top, landing } = await prepared();
    expect(await publish(place, landing)).toMatchObject({ kind: 'landed', checkout: top });
    expectLanded(top, landing);
    expect(bench.plain(top, 'status', '--porcelain')).toBe('');
  });

  test('brings another worktree that has it along, not only the main checkout', async () => {
    const { place, top, landing } = await prepared();
    bench.plain(top, 'checkout', '-q', '--detach');
    const other = `${top}-other`;
    bench.plain(top, 'worktree', 'add', '-q', other, 'main');
    expect(await publish(place, landing)).toMatchObject({ kind: 'landed', checkout: other });
    expect(contents(other)).toEqual(contents(`${top}-side`));
    expect(bench.plain(other, 'status', '--porcelain')).toBe('');
  });

  test('leaves edits, staged and untracked files, ignored files and the stash as they are, byte for byte', async () => {
    const { place, top, landing } = await prepared();
    write(top, 'same.txt', 'to be stashed\n');
    bench.plain(top, 'stash', '-q');
    write(top, '.git/info/exclude', '*.ignored\n');
    const mine = {
      'same.txt': 'edited\r\nby hand\0',
      'mine.txt': 'staged\n',
      'untracked/one': 'u',
      'secret.ignored': 'i',
      'added.txt': 'staged as new\n',
      'gone/mine too': 'beside a file that leaves',
    };
    write(top, 'mine.txt', 'staged\n');
    write(top, 'added.txt', 'staged as new\n');
    bench.plain(top, 'add', 'mine.txt', 'added.txt');
    for (const [path, content] of Object.entries(mine)) write(top, path, content);
    const before = bench.plain(top, 'status', '--porcelain=v1', '-z', '-uall');
    const stash = bench.plain(top, 'stash', 'list', '-p');
    expect(await previewLanding(place, landing)).toEqual({ busy: null, checkout: top, inTheWay: [] });
    expect(await publish(place, landing)).toMatchObject({ kind: 'landed', checkout: top });
    expectLanded(
      top,
      landing,
      Object.fromEntries(Object.entries(mine).map(([path, content]) => [path, `file ${content}`])),
    );
    expect(bench.plain(top, 'status', '--porcelain=v1', '-z', '-uall')).toBe(before);
    expect(bench.plain(top, 'stash', 'list', '-p')).toBe(stash);
  });

  test.each<[string, (top: string) => void, string[]]>([
    ['an edited file', (top) => write(top, 'edit.txt', 'mine\n'), ['edit.txt']],
    [
      'a staged file',
      (top) => {
        write(top, 'edit.txt', 'mine\n');
        bench.plain(top, 'add', 'edit.txt');
      },
      ['edit.txt'],
    ],
    ['an edit to a file that leaves', (top) => write(top, 'gone/leaves.txt', 'mine\n'), ['gone/leaves.txt']],
    ['a deleted file', (top) => unlinkSync(join(top, 'edit.txt')), ['edit.txt']],
    ['a removal that is staged', (top) => void bench.plain(top, 'rm', '-q', 'edit.txt'), ['edit.txt']],
    ['a changed bit', (top) => chmodSync(join(top, 'edit.txt'), 0o755), ['edit.txt']],
    ['an untracked file where a new one goes', (top) => write(top, 'new/deep/file', 'mine'), ['new/deep/file']],
    ['an untracked file equal to the new one', (top) => write(top, 'new/deep/file', 'new\n'), ['new/deep/file']],
    ['an untracked file where a folder goes', (top) => write(top, 'new', 'mine'), ['new']],
    ['an untracked link where a folder goes', (top) => symlinkSync('/tmp', join(top, 'new')), ['new']],
    ['an untracked folder where a file goes', (top) => write(top, 'new/deep/file/mine', 'x'), ['new/deep/file/mine']],
    ['an untracked file in a folder a file replaces', (top) => write(top, 'was-folder/mine', 'x'), ['was-folder/mine']],
    [
      'an ignored file git itself would overwrite',
      (top) => {
        write(top, '.git/info/exclude', 'new\n');
        write(top, 'new/deep/file', 'secret');
      },
      ['new/deep/file'],
    ],
    [
      'an edit hidden by a flag',
      (top) => {
        bench.plain(top, 'update-index', '--assume-unchanged', 'edit.txt');
        write(top, 'edit.txt', 'hidden');
      },
      ['edit.txt'],
    ],
    [
      'an edit hidden as sparse',
      (top) => {
        bench.plain(top, 'update-index', '--skip-worktree', 'edit.txt');
        write(top, 'edit.txt', 'hidden');
      },
      ['edit.txt'],
    ],
    ['an odd name', (top) => write(top, 'line\nbreak "quoted"', 'mine'), ['line\nbreak "quoted"']],
  ])('touches nothing when %s stands in the way', async (_, dirty, expected) => {
    const { place, top, landing } = await prepared();
    dirty(top);
    const before = everything(top);
    expect(await previewLanding(place, landing)).toEqual({ busy: null, checkout: top, inTheWay: expected });
    expect(everything(top)).toEqual(before);
    expect(await publish(place, landing)).toEqual({ kind: 'in-the-way', checkout: top, files: expected });
    expect(everything(top)).toEqual(before);
  });

  test('refuses when the branch moved after the change was shown', async () => {
    const { place, top, landing } = await prepared();
    bench.plain(top, 'commit', '-q', '--allow-empty', '-m', 'Meanwhile');
    const before = everything(top);
    const now = bench.plain(top, 'rev-parse', 'main').trim();
    expect(await publish(place, landing)).toEqual({ kind: 'moved', now });
    expect(everything(top)).toEqual(before);
    bench.plain(top, 'checkout', '-q', '--detach');
    expect(await publish(place, landing)).toEqual({ kind: 'moved', now });
    bench.plain(top, 'branch', '-D', 'main');
    expect(await publish(place, landing)).toEqual({ kind: 'moved', now: null });
  });

  test.each<[string, (top: string) => void]>([
    ['a merge', (top) => write(top, '.git/MERGE_HEAD', `${bench.plain(top, 'rev-parse', 'HEAD')}`)],
    ['a cherry-pick', (top) => write(top, '.git/CHERRY_PICK_HEAD', `${bench.plain(top, 'rev-parse', 'HEAD')}`)],
    ['a rebase of the branch', (top) => write(top, '.git/rebase-merge/head-name', 'refs/heads/main\n')],
    ['another git command', (top) => writeFileSync(join(top, '.git/index.lock'), '')],
  ])('waits for the person when %s is going on in the checkout', async (_, begin) => {
    const { place, top, landing } = await prepared();
    begin(top);
    const before = everything(top);
    expect(await publish(place, landing)).toMatchObject({
      kind: 'busy',
      checkout: top,
      reason: expect.stringMatching(/\.$/),
    });
    expect(everything(top)).toEqual(before);
  });

  test('names submodules whose commit changed and leaves their files alone', async () => {
    const inner = await bench.repository();
    const place = await bench.repository();
    const top = place.checkout.workTree;
    bench.plain(top, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner.checkout.workTree, 'inner');
    bench.plain(top, 'commit', '-q', '-m', 'With a submodule');
    const oldOid = bench.plain(top, 'rev-parse', 'HEAD').trim();
    const side = `${top}-side`;
    bench.plain(top, 'worktree', 'add', '-q', '--detach', side);
    bench.plain(inner.checkout.workTree, 'commit', '-q', '--allow-empty', '-m', 'Inner moved');
    const innerOid = bench.plain(inner.checkout.workTree, 'rev-parse', 'HEAD').trim();
    bench.plain(side, 'update-index', '--cacheinfo', `160000,${innerOid},inner`);
    bench.plain(side, 'commit', '-q', '-m', 'Move it');
    const landing = { branch: 'main', oldOid, newOid: bench.plain(side, 'rev-parse', 'HEAD').trim() };
    write(top, 'inner/readme.txt', 'edited in the submodule');
    expect(await publish(place, landing)).toMatchObject({ kind: 'landed', submodules: ['inner'] });
    expect(readFileSync(join(top, 'inner/readme.txt'), 'utf8')).toBe('edited in the submodule');
    expect(bench.plain(top, 'ls-files', '-s', 'inner')).toContain(innerOid);
  });

  test('converts line ends by the rules that land with the change', async () => {
    const place = await bench.repository(undefined, { 'a.txt': 'a\n', 'z.txt': 'z\n' });
    const top = place.checkout.workTree;
    const oldOid = bench.plain(top, 'rev-parse', 'HEAD').trim();
    bench.plain(top, 'worktree', 'add', '-q', '--detach', `${top}-side`);
    write(`${top}-side`, '.gitattributes', '*.txt text eol=crlf\n');
    write(`${top}-side`, 'a.txt', 'a\nb\n');
    write(`${top}-side`, 'sub/new.txt', 'n\n');
    bench.plain(`${top}-side`, 'add', '-A');
    bench.plain(`${top}-side`, 'commit', '-q', '-m', 'Rules');
    const landing = { branch: 'main', oldOid, newOid: bench.plain(`${top}-side`, 'rev-parse', 'HEAD').trim() };
    expect(await publish(place, landing)).toMatchObject({ kind: 'landed' });
    expect(contents(top)).toMatchObject({ 'a.txt': 'file a\r\nb\r\n', 'sub/new.txt': 'file n\r\n' });
    expect(bench.plain(top, 'status', '--porcelain')).toBe('');
  });

  test('runs post-merge for a trusted repository and not for another', async () => {
    for (const trusted of [true, false]) {
      const { place, top, landing } = await prepared();
      write(top, '.git/hooks/post-merge', '#!/bin/sh\ntouch "$GIT_DIR/fired"\nexit 3\n');
      chmodSync(join(top, '.git/hooks/post-merge'), 0o755);
      const result = await publish({ ...place, trusted }, landing);
      expect(existsSync(join(top, '.git/fired'))).toBe(trusted);
      expect(result.kind === 'landed' && result.notices.length).toBe(trusted ? 1 : 0);
    }
  });
});

describe('a landing cut short', () => {
  const dead = () => {
    // A process that is certainly over: its number was given and returned.
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    return { pid, started: 'another boot:1' };
  };

  /** Leaves the checkout as a kill would after each step of `publish`. */
  function leave(
    top: string,
    landing: Landing,
    upTo: 'note' | 'lock' | 'index' | 'branch' | 'files' | 'swap' | 'unlock',
  ): void {
    const gitDir = join(top, '.git');
    const steps = ['note', 'lock', 'index', 'branch', 'files', 'swap', 'unlock'];
    const reached = (step: string) => steps.indexOf(step) <= steps.indexOf(upTo);
    const note = join(gitDir, 'switchyard-landing');
    writeFileSync(note, JSON.stringify({ ...landing, owner: dead() }));
    if (reached('lock')) linkSync(note, join(gitDir, 'index.lock'));
    if (reached('index')) writeFileSync(join(gitDir, 'switchyard-index'), readFileSync(join(gitDir, 'index')));
    if (reached('branch')) bench.plain(top, 'update-ref', 'refs/heads/main', landing.newOid, landing.oldOid);
    if (reached('files')) {
      // Half the files: one new, one gone, one cut off, one missing, the rest old.
      write(top, 'edit.txt', 'one\ntwo\nthree\n');
      rmSync(join(top, 'gone'), { recursive: true });
      write(top, 'new/deep/file', 'new\n');
      truncateSync(join(top, 'new/deep/file'), 2);
      rmSync(join(top, 'run.sh'));
      writeFileSync(join(gitDir, 'switchyard-index.lock'), '');
    }
    if (reached('swap')) {
      for (const [path, content] of Object.entries(contents(`${top}-side`))) {
        if (content.startsWith('link ') || path === 'mine.txt' || path === 'same.txt') continue;
        if (path === 'was-folder') rmSync(join(top, path), { recursive: true, force: true });
        if (path.startsWith('was-file/')) rmSync(join(top, 'was-file'), { recursive: true, force: true });
        write(top, path, content.replace(/^\w+ /, ''));
        chmodSync(join(top, path), content.startsWith('executable') ? 0o755 : 0o644);
      }
      rmSync(join(top, 'link'));
      symlinkSync('edit.txt', join(top, 'link'));
      rmSync(join(gitDir, 'switchyard-index.lock'));
      rmSync(join(gitDir, 'switchyard-index'));
      writeFileSync(
        join(gitDir, 'index'),
        readFileSync(join(gitDir, 'worktrees', `${top.split('/').pop()}-side`, 'index')),
      );
    }
    if (reached('unlock')) rmSync(join(gitDir, 'index.lock'));
  }

  test.each(['note', 'lock', 'index'] as const)(
    'before the branch moved (after the %s) is taken back',
    async (step) => {
      const { place, top, landing } = await prepared();
      write(top, 'mine.txt', 'my edit\n');
      const before = everything(top);
      leave(top, landing, step);
      expect(await completeLanding(place, landing)).toEqual({ kind: 'not-landed' });
      expect(everything(top)).toEqual(before);
      expect(await completeLanding(place, landing)).toEqual({ kind: 'not-landed' });
      expect(await publish(place, landing)).toMatchObject({ kind: 'landed' });
      expectLanded(top, landing, { 'mine.txt': 'file my edit\n' });
    },
  );

  test.each(['branch', 'files', 'swap', 'unlock'] as const)(
    'after the branch moved (after the %s) is finished',
    async (step) => {
      const { place, top, landing } = await prepared();
      write(top, 'mine.txt', 'my edit\n');
      write(top, 'untracked', 'u');
      leave(top, landing, step);
      const more = { 'mine.txt': 'file my edit\n', untracked: 'file u' };
      for (let again = 0; again < 2; again++) {
        expect(await completeLanding(place, landing)).toMatchObject({ kind: 'landed', checkout: top });
        expectLanded(top, landing, more);
        expect(bench.plain(top, 'status', '--porcelain')).toBe(' M mine.txt\n?? untracked\n');
      }
    },
  );

  test('keeps what the person wrote after the crash', async () => {
    const { place, top, landing } = await prepared();
    leave(top, landing, 'files');
    write(top, 'edit.txt', 'rewritten by hand after the crash\n');
    expect(await completeLanding(place, landing)).toMatchObject({ kind: 'landed' });
    expectLanded(top, landing, { 'edit.txt': 'file rewritten by hand after the crash\n' });
    expect(bench.plain(top, 'status', '--porcelain')).toBe(' M edit.txt\n');
  });

  test('keeps a file the person put where a folder goes, and one in a folder a file replaces', async () => {
    const { place, top, landing } = await prepared();
    leave(top, landing, 'branch');
    write(top, 'was-file', 'rewritten\n');
    write(top, 'was-folder/inside', 'rewritten\n');
    expect(await completeLanding(place, landing)).toMatchObject({ kind: 'landed' });
    expect(contents(top)).toMatchObject({ 'was-file': 'file rewritten\n', 'was-folder/inside': 'file rewritten\n' });
    expect(contents(top)).toMatchObject({ 'new/deep/file': 'file new\n', 'run.sh': 'executable #!/bin/sh\n' });
  });

  test('is finished first when another change is published', async () => {
    const { place, top, landing } = await prepared();
    leave(top, landing, 'files');
    bench.plain(`${top}-side`, 'commit', '-q', '--allow-empty', '-m', 'Next');
    const next = {
      branch: 'main',
      oldOid: landing.newOid,
      newOid: bench.plain(`${top}-side`, 'rev-parse', 'HEAD').trim(),
    };
    expect(await publish(place, next)).toMatchObject({ kind: 'landed' });
    expectLanded(top, next);
  });

  test('of an owner that lives, and a lock that is not ours, are left alone', async () => {
    const { place, top, landing } = await prepared();
    const gitDir = join(top, '.git');
    leave(top, landing, 'files');
    writeFileSync(
      join(gitDir, 'switchyard-landing'),
      JSON.stringify({ ...landing, owner: { pid: process.ppid, started: null } }),
    );
    const before = contents(top);
    expect(await completeLanding(place, landing)).toMatchObject({ kind: 'busy' });
    expect(await publish(place, landing)).toMatchObject({ kind: 'busy' });
    expect(contents(top)).toEqual(before);
    // The same, its owner gone, but the lock now another git's.
    writeFileSync(join(gitDir, 'switchyard-landing'), JSON.stringify({ ...landing, owner: dead() }));
    rmSync(join(gitDir, 'index.lock'));
    writeFileSync(join(gitDir, 'index.lock'), 'another git');
    expect(await completeLanding(place, landing)).toMatchObject({ kind: 'busy' });
    expect(readFileSync(join(gitDir, 'index.lock'), 'utf8')).toBe('another git');
    expect(contents(top)).toEqual(before);
  });

  test('tells a branch that went another way, or on from there', async () => {
    const { place, top, landing } = await prepared();
    bench.plain(top, 'commit', '-q', '--allow-empty', '-m', 'Another way');
    expect(await completeLanding(place, landing)).toMatchObject({ kind: 'moved' });
    bench.plain(top, 'reset', '-q', '--hard', landing.newOid);
    bench.plain(top, 'commit', '-q', '--allow-empty', '-m', 'On from there');
    expect(await completeLanding(place, landing)).toMatchObject({ kind: 'landed', checkout: top });
  });

  test('whose git still is about to move the branch is finished once that has', async () => {
    const { place, top, landing } = await prepared();
    leave(top, landing, 'index');
    // A git that outlived who started it, held up before it lets go of the branch.
    const hook = join(top, '.git/hooks/reference-transaction');
    write(top, '.git/hooks/reference-transaction', `#!/bin/sh\nwhile ! [ -e '${top}/.git/go' ]; do sleep 0.02; done\n`);
    chmodSync(hook, 0o755);
    const args = ['update-ref', '--no-deref', 'refs/heads/main', landing.newOid, landing.oldOid];
    const late = spawn('git', args, { cwd: top, env: bench.environment, stdio: 'ignore' });
    await until(() => existsSync(join(top, '.git/refs/heads/main.lock')));
    const done = completeLanding(place, landing);
    setTimeout(() => write(top, '.git/go', ''), 300);
    expect(await done).toMatchObject({ kind: 'landed', checkout: top });
    expectLanded(top, landing, {});
    if (late.exitCode === null) await once(late, 'exit');
  });

  test('a real kill before or in any git of it is always finished or taken back', async () => {
    const run = async (point: KillPoint | null) => {
      const made = await prepared();
      write(made.top, 'mine.txt', 'my edit\n');
      const given = [made.place, made.landing, point].map((value) => JSON.stringify(value));
      const ended = spawnSync(process.execPath, programArgs('landing', ...given), {
        env: bench.environment,
        encoding: 'utf8',
      });
      return { ...made, ended };
    };
    const whole = Number((await run(null)).ended.stdout);
    expect(whole).toBeGreaterThan(4);
    const ends = { landed: 0, 'not-landed': 0 };
    for (let at = 0; at < whole * 2; at++) {
      const { place, top, landing, ended } = await run({ git: (at >> 1) + 1, when: at % 2 ? 'during' : 'before' });
      expect(ended.signal).toBe('SIGKILL');
      const done = await completeLanding(place, landing);
      if (done.kind !== 'landed' && done.kind !== 'not-landed') throw new Error(done.kind);
      ends[done.kind]++;
      if (done.kind === 'not-landed') expect(await publish(place, landing)).toMatchObject({ kind: 'landed' });
      expectLanded(top, landing, { 'mine.txt': 'file my edit\n' });
      expect(bench.plain(top, 'status', '--porcelain')).toBe(' M mine.txt\n');
    }
    // Kills that are all on one side of the branch's move would prove nothing.
    expect(Math.min(ends.landed, ends['not-landed']), JSON.stringify(ends)).toBeGreaterThan(0);
  }, 120_000);
});

test('forty merges that conflict leave no file, index or ref changed', async () => {
  const place = await bench.repository(undefined, { shared: 'base\n', other: 'x\n' });
  const top = place.checkout.workTree;
  const base = bench.plain(top, 'rev-parse', 'HEAD').trim();
  write(top, 'shared', 'ours\n');
  bench.plain(top, 'commit', '-q', '-am', 'Ours');
  const baseOid = bench.plain(top, 'rev-parse', 'HEAD').trim();
  write(top, 'other', 'dirty\n');
  const heads = Array.from({ length: 40 }, (_, number) => {
    const blob = bench.plain(top, 'hash-object', '-w', '--stdin-paths').trim();
    expect(blob).toBe('');
    write(bench.folder, 'theirs', `theirs ${number}\n`);
    const oid = bench.plain(top, 'hash-object', '-w', join(bench.folder, 'theirs')).trim();
    const env = join(bench.folder, 'theirs-index');
    rmSync(env, { force: true });
    const tree = spawnSync(
      'sh',
      ['-c', `git read-tree ${base} && git update-index --cacheinfo 100644,${oid},shared && git write-tree`],
      {
        cwd: top,
        env: { ...bench.environment, GIT_INDEX_FILE: env },
        encoding: 'utf8',
      },
    ).stdout.trim();
    return bench.plain(top, 'commit-tree', '-p', base, '-m', `Theirs ${number}`, tree).trim();
  });
  const before = everything(top);
  for (const [number, headOid] of heads.entries()) {
    const strategy = number % 2 ? 'merge' : 'squash';
    expect(await makeMerge(place, { strategy, baseOid, headOid, message: 'm', identity })).toEqual({
      kind: 'conflict',
      conflicts: [{ path: 'shared', kind: 'content', about: 'Both changed the same lines.' }],
    });
  }
  expect(everything(top)).toEqual(before);
}, 60_000);
