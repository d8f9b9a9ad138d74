import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leftFiles } from '../../../core/git/left-files';
import { claimReady, clearBegun, makeReady, moveReady, pristine } from '../../../core/git/ready';
import { reattachWorktree } from '../../../core/git/worktree';
import { contents, createBench, write } from './fixture';

const bench = createBench();

test('only a worktree that is in every way as it was made is handed out, on its branch at the commit wanted', async () => {
  const place = await bench.repository(undefined, { '.gitignore': '*.log\n', file: 'one\n', gone: 'x\n' });
  const { workTree: top } = place.checkout;
  const oid = bench.plain(top, 'rev-parse', 'HEAD').trim();
  const path = join(bench.folder, 'ready');
  const checkout = await makeReady(place, { path, oid });
  const made = { path, gitDir: checkout.gitDir, oid, leftFiles: '' };
  const git = (...args: string[]) => bench.plain(path, ...args);
  expect(await pristine(place, made)).toEqual(checkout);
  // It is nobody's worktree before it is claimed.
  expect(await reattachWorktree(place, path)).toBeNull();

  const link = readFileSync(join(path, '.git'), 'utf8');
  const other = await bench.repository('other');
  const theirs = await makeReady(other, {
    path: join(bench.folder, 'theirs'),
    oid: bench.plain(other.checkout.workTree, 'rev-parse', 'HEAD').trim(),
  });
  const ways: readonly (readonly [string, () => void, () => void])[] = [
    ['an edit', () => write(path, 'file', 'two\n'), () => git('checkout', '-q', 'file')],
    [
      'an edit git is to overlook',
      () => {
        git('update-index', '--assume-unchanged', 'file');
        write(path, 'file', 'two\n');
      },
      () => {
        git('update-index', '--no-assume-unchanged', 'file');
        git('checkout', '-q', 'file');
      },
    ],
    ['a new file', () => write(path, 'new', 'x'), () => rmSync(join(path, 'new'))],
    ['an ignored file', () => write(path, 'a.log', 'x'), () => rmSync(join(path, 'a.log'))],
    ['a missing file', () => rmSync(join(path, 'gone')), () => git('checkout', '-q', 'gone')],
    [
      'something staged',
      () => {
        write(path, 'file', 'two\n');
        git('add', 'file');
        git('show', 'HEAD:file');
      },
      () => {
        git('reset', '-q', '--', 'file');
        git('checkout', '-q', 'file');
      },
    ],
    [
      'a commit',
      () => git('commit', '-q', '--allow-empty', '-m', 'Mine'),
      () => git('checkout', '-q', '--detach', oid),
    ],
    ['a branch', () => git('checkout', '-q', '-b', 'mine'), () => git('checkout', '-q', '--detach', oid)],
    [
      'a merge under way',
      () => writeFileSync(join(checkout.gitDir, 'MERGE_HEAD'), oid),
      () => rmSync(join(checkout.gitDir, 'MERGE_HEAD')),
    ],
    [
      'settings of its own',
      () => writeFileSync(join(checkout.gitDir, 'config.worktree'), ''),
      () => rmSync(join(checkout.gitDir, 'config.worktree')),
    ],
    [
      'the link of another repository',
      () => writeFileSync(join(path, '.git'), `gitdir: ${theirs.gitDir}\n`),
      () => writeFileSync(join(path, '.git'), link),
    ],
  ];
  for (const [name, spoil, mend] of ways) {
    spoil();
    expect(await pristine(place, made), name).toBeNull();
    mend();
    expect(await pristine(place, made), `${name}, mended`).toEqual(checkout);
  }
  expect(await pristine(place, { ...made, gitDir: theirs.gitDir })).toBeNull();
  expect(await pristine(place, { ...made, path: top, gitDir: place.checkout.gitDir })).toBeNull();

  // What its repository's own setup left is looked through as well.
  write(path, 'deps/a.log', 'ignored');
  write(path, 'deps/b', 'new');
  const left = await leftFiles({ ...place, checkout });
  const setUp = { ...made, leftFiles: left ?? '' };
  expect(await pristine(place, setUp)).toEqual(checkout);
  expect(await pristine(place, made)).toBeNull();
  for (const [file, spoilt] of [
    ['deps/a.log', 'ignored, and edited'],
    ['deps/b', 'New'],
    ['c.log', 'another'],
  ] as const) {
    const before = contents(path)[file] === undefined ? null : readFileSync(join(path, file));
    write(path, file, spoilt);
    expect(await pristine(place, setUp), file).toBeNull();
    if (before === null) rmSync(join(path, file));
    else write(path, file, before);
  }
  write(path, 'file', 'edited');
  expect(await leftFiles({ ...place, checkout })).toBeNull();
  git('checkout', '-q', 'file');
  rmSync(join(path, 'deps'), { recursive: true });
  expect(await pristine(place, made)).toEqual(checkout);

  write(top, 'file', 'later\n');
  rmSync(join(top, 'gone'));
  bench.plain(top, 'add', '-A');
  bench.plain(top, 'commit', '-q', '-m', 'Later');
  const startOid = bench.plain(top, 'rev-parse', 'HEAD').trim();
  // A branch of that name is somebody's; nothing is changed then.
  bench.plain(top, 'branch', 'switchyard/taken', oid);
  expect(await claimReady(place, { checkout, from: oid, branch: 'switchyard/taken', startOid })).toBeNull();
  expect(await pristine(place, made)).toEqual(checkout);
  expect(await claimReady(place, { checkout, from: oid, branch: 'switchyard/new', startOid })).toEqual(checkout);
  expect(contents(path)).toEqual({ '.gitignore': 'file *.log\n', file: 'file later\n' });
  expect([git('status', '--porcelain'), git('symbolic-ref', 'HEAD'), git('rev-parse', 'HEAD')]).toEqual([
    '',
    'refs/heads/switchyard/new\n',
    `${startOid}\n`,
  ]);
  expect(await reattachWorktree(place, path)).toEqual(checkout);
  // What is somebody's now is never handed out again.
  expect(await pristine(place, made)).toBeNull();
});

test('one that moves to another commit has what that has, and one that was only begun goes unless something is in it', async () => {
  const place = await bench.repository('moving', { file: 'one\n', gone: 'x\n' });
  const { workTree: top } = place.checkout;
  const from = bench.plain(top, 'rev-parse', 'HEAD').trim();
  write(top, 'file', 'two\n');
  rmSync(join(top, 'gone'));
  bench.plain(top, 'commit', '-qam', 'Next');
  const to = bench.plain(top, 'rev-parse', 'HEAD').trim();
  const path = join(bench.folder, 'moved');
  const checkout = await makeReady(place, { path, oid: from });
  await moveReady(place, { checkout, from, to });
  expect(bench.plain(path, 'status', '--porcelain')).toBe('');
  expect(bench.plain(path, 'rev-parse', 'HEAD').trim()).toBe(to);
  expect(readFileSync(join(path, 'file'), 'utf8')).toBe('two\n');
  // Nothing that is in no commit is written over.
  write(path, 'gone', 'mine\n');
  await expect(moveReady(place, { checkout, from: to, to: from })).rejects.toMatchObject({ code: 'GIT_FAILED' });
  expect(readFileSync(join(path, 'gone'), 'utf8')).toBe('mine\n');

  rmSync(join(path, '.git'));
  await clearBegun(place, path);
  expect(readFileSync(join(path, 'gone'), 'utf8')).toBe('mine\n');
  expect(bench.plain(top, 'worktree', 'list')).toContain('/moved ');
  // A removal that was killed had moved all of it aside.
  renameSync(path, `${path}.removing`);
  await clearBegun(place, path);
  expect(bench.plain(top, 'worktree', 'list')).not.toContain('/moved ');
  expect(existsSync(`${path}.removing`)).toBe(false);
});
