import { chownSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listBranches } from '../../../core/git/branches';
import type { Place } from '../../../core/git/checkout';
import { findGit } from '../../../core/git/git';
import { fallbackIdentity, readIdentity } from '../../../core/git/identity';
import { openRepository } from '../../../core/git/open';
import { resolveBranch } from '../../../core/git/resolve';
import { createBench, write } from './fixture';

const bench = createBench();

describe('opening a repository', () => {
  test.each([
    'with space',
    `with 'single' and "double" quotes`,
    'line\nbreak',
    'trailing newline\n',
    'ünï-cødé-日本語',
    '.leading-dot',
    '-leading-dash',
    '$(touch canary) `touch canary`',
    'back\\slash',
  ])('finds the top of one at %j', async (name) => {
    const place = await bench.repository(join('odd', name));
    expect(place.checkout.workTree).toBe(join(bench.folder, 'odd', name));
    const inside = join(place.checkout.workTree, 'deep', 'er');
    mkdirSync(inside, { recursive: true });
    const opened = await openRepository(bench.git, inside);
    expect(opened.path).toBe(place.checkout.workTree);
    expect(opened.head.kind).toBe('branch');
    expect(opened.defaultBranch).toBe('main');
    expect((await listBranches(place)).map((branch) => branch.checkedOutAt)).toEqual([place.checkout.workTree]);
  });

  test('resolves links to the real top', async () => {
    const place = await bench.repository();
    const link = join(bench.folder, 'link-to-it');
    symlinkSync(place.checkout.workTree, link);
    expect((await openRepository(bench.git, link)).path).toBe(place.checkout.workTree);
  });

  test('tells a missing path, a file, a plain folder and the git folder apart from a repository', async () => {
    const place = await bench.repository();
    const file = join(bench.folder, 'a-file');
    const plain = join(bench.folder, 'plain');
    writeFileSync(file, '');
    mkdirSync(plain);
    for (const [path, words] of [
      [join(bench.folder, 'missing'), /nothing there/],
      [file, /is a file/],
      [plain, /not in a git repository/],
      [place.checkout.gitDir, /inside the git folder/],
    ] as const) {
      await expect(openRepository(bench.git, path)).rejects.toMatchObject({
        code: 'NOT_A_REPOSITORY',
        message: expect.stringMatching(words),
      });
    }
  });

  test('refuses a bare repository, one without commits, and one whose files are elsewhere', async () => {
    const bare = join(bench.folder, 'bare.git');
    bench.plain(bench.folder, 'init', '-q', '--bare', bare);
    await expect(openRepository(bench.git, bare)).rejects.toMatchObject({ code: 'BARE_REPOSITORY' });
    const empty = join(bench.folder, 'empty');
    bench.plain(bench.folder, 'init', '-q', empty);
    await expect(openRepository(bench.git, empty)).rejects.toMatchObject({ code: 'NO_COMMITS' });
    const elsewhere = await bench.repository();
    bench.plain(elsewhere.checkout.workTree, 'config', 'core.worktree', bench.home);
    await expect(openRepository(bench.git, elsewhere.checkout.workTree)).rejects.toMatchObject({
      code: 'UNSUPPORTED_REPOSITORY',
    });
    const newer = await bench.repository();
    bench.plain(newer.checkout.workTree, 'config', 'core.repositoryFormatVersion', '1');
    bench.plain(newer.checkout.workTree, 'config', 'extensions.fromTheFuture', 'true');
    await expect(openRepository(bench.git, newer.checkout.workTree)).rejects.toMatchObject({
      code: 'UNSUPPORTED_REPOSITORY',
      message: expect.stringMatching(/fromthefuture/i),
    });
  });

  test.runIf(process.getuid?.() === 0)('says how to trust a repository of another user', async () => {
    const place = await bench.repository();
    chownSync(place.checkout.workTree, 12345, 12345);
    chownSync(place.checkout.gitDir, 12345, 12345);
    await expect(openRepository(bench.git, place.checkout.workTree)).rejects.toMatchObject({
      code: 'UNSUPPORTED_REPOSITORY',
      message: expect.stringMatching(/belongs to another user.*safe\.directory/s),
    });
  });

  test.each(['refs/tags/HEAD', 'refs/heads/HEAD', 'refs/remotes/HEAD/HEAD'])(
    'is not misled by a ref named %s',
    async (ref) => {
      const { checkout } = await bench.repository();
      const top = checkout.workTree;
      const oid = bench.plain(top, 'rev-parse', 'HEAD').trim();
      const other = bench.plain(top, 'commit-tree', '-m', 'Other', 'HEAD^{tree}').trim();
      bench.plain(top, 'update-ref', ref, other);
      // A file of that name may not be taken for the commit either.
      writeFileSync(join(top, 'HEAD^{commit}'), '');
      expect((await openRepository(bench.git, top)).head).toEqual({ kind: 'branch', branch: 'main', oid });
      bench.plain(top, 'checkout', '-q', '--detach', oid);
      expect((await openRepository(bench.git, top)).head).toEqual({ kind: 'detached', oid });
      bench.plain(top, 'symbolic-ref', 'HEAD', 'refs/heads/fresh');
      expect((await openRepository(bench.git, top)).head).toEqual({ kind: 'unborn', branch: 'fresh' });
    },
  );

  test('is not misled by a ref of that name that stands for another branch', async () => {
    const { checkout } = await bench.repository();
    const top = checkout.workTree;
    bench.plain(top, 'symbolic-ref', 'refs/heads/HEAD', 'refs/heads/main');
    bench.plain(top, 'symbolic-ref', 'HEAD', 'refs/heads/fresh');
    expect((await openRepository(bench.git, top)).head).toEqual({ kind: 'unborn', branch: 'fresh' });
  });

  test('tells a detached and an unborn HEAD', async () => {
    const place = await bench.repository();
    const top = place.checkout.workTree;
    bench.plain(top, 'checkout', '-q', '--detach');
    expect(await openRepository(bench.git, top)).toMatchObject({ head: { kind: 'detached' }, defaultBranch: null });
    bench.plain(top, 'checkout', '-q', '--orphan', 'fresh');
    expect(await openRepository(bench.git, top)).toMatchObject({
      head: { kind: 'unborn', branch: 'fresh' },
      defaultBranch: null,
    });
  });

  test('opens a linked worktree and a submodule with the folders that are theirs', async () => {
    const place = await bench.repository();
    const top = place.checkout.workTree;
    bench.plain(top, 'worktree', 'add', '-q', '-b', 'side', join(bench.folder, 'side'));
    const side = await openRepository(bench.git, join(bench.folder, 'side'));
    expect(side.checkout).toEqual({
      gitDir: join(place.checkout.commonDir, 'worktrees', 'side'),
      commonDir: place.checkout.commonDir,
      workTree: join(bench.folder, 'side'),
    });
    const outer = await bench.repository();
    bench.plain(outer.checkout.workTree, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', top, 'inner');
    const inner = await openRepository(bench.git, join(outer.checkout.workTree, 'inner'));
    const innerPlace: Place = { git: bench.git, checkout: inner.checkout, trusted: false };
    expect((await listBranches(innerPlace)).map((branch) => branch.checkedOutAt)).toEqual([inner.path]);
  });
});

test('a machine without git, and one with an old git, are told what to install', async () => {
  await expect(findGit({ PATH: '/nonexistent::relative' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const old = join(bench.folder, 'old');
  mkdirSync(old);
  writeFileSync(join(old, 'git'), '#!/bin/sh\necho git version 2.30.1\n', { mode: 0o755 });
  await expect(findGit({ PATH: old })).rejects.toMatchObject({
    code: 'UNSUPPORTED_REPOSITORY',
    message: expect.stringMatching(/2\.30\.1/),
  });
});

test('a branch that does not exist is answered with some that do', async () => {
  const place = await bench.repository();
  bench.plain(place.checkout.workTree, 'branch', 'develop');
  bench.plain(place.checkout.workTree, 'tag', 'v1');
  expect(await resolveBranch(place, 'develop')).toMatch(/^[0-9a-f]{40}$/);
  for (const name of ['v1', 'main~0', 'HEAD', '--all', 'refs/heads/main', '', '@{-1}', 'a\nb']) {
    await expect(resolveBranch(place, name)).rejects.toMatchObject({
      code: 'NO_SUCH_BRANCH',
      facts: { existing: ['develop', 'main'] },
    });
  }
});

test('a branch whose name looks like an option is a branch', async () => {
  const place = await bench.repository();
  const top = place.checkout.workTree;
  bench.plain(top, 'update-ref', 'refs/heads/--output=canary', 'HEAD');
  expect((await listBranches(place)).map((branch) => branch.name)).toContain('--output=canary');
  expect(await resolveBranch(place, '--output=canary')).toBe(bench.plain(top, 'rev-parse', 'HEAD').trim());
});

test('the identity is the one git sees for the repository, and null when there is none', async () => {
  const place = await bench.repository();
  expect(await readIdentity(place)).toEqual({ name: 'Ada Person', email: 'ada@example.test' });
  bench.plain(place.checkout.workTree, 'config', 'user.email', 'work@example.test');
  expect((await readIdentity(place))?.email).toBe('work@example.test');
  const nobody = join(bench.folder, 'nobody');
  write(nobody, 'file', '');
  const git = { ...bench.git, environment: { ...bench.environment, HOME: nobody } };
  const other = await bench.repository();
  expect(await readIdentity({ ...other, git })).toBeNull();
  expect(fallbackIdentity('sam', 'box')).toEqual({ name: 'sam', email: 'sam@box' });
});

test('a repository found before is found again without git, until anything that led to it changed', async () => {
  const { git, checkout } = await bench.repository();
  const top = checkout.workTree;
  let starts = 0;
  const counting: typeof git = {
    ...git,
    execute: (what) => {
      starts += 1;
      return git.execute(what);
    },
  };
  const open = async () => {
    starts = 0;
    const opened = await openRepository(counting, top);
    return { opened, starts };
  };
  const first = await open();
  expect(first.starts).toBeGreaterThan(0);
  expect(await open()).toEqual({ opened: first.opened, starts: 0 });
  // A commit and another branch are seen as they are.
  bench.plain(top, 'checkout', '-q', '-b', 'next');
  bench.plain(top, 'commit', '-q', '--allow-empty', '-m', 'Next');
  const next = await open();
  expect(next.opened.head).toEqual({
    kind: 'branch',
    branch: 'next',
    oid: bench.plain(top, 'rev-parse', 'HEAD').trim(),
  });
  expect(next.starts).toBe(0);
  const elsewhere = join(bench.folder, 'elsewhere');
  bench.plain(top, 'config', 'core.worktree', elsewhere);
  await expect(open()).rejects.toMatchObject({ code: expect.any(String) });
  bench.plain(top, 'config', '--unset', 'core.worktree');
  bench.plain(top, 'config', 'core.bare', 'true');
  await expect(open()).rejects.toMatchObject({ code: 'BARE_REPOSITORY' });
  bench.plain(top, 'config', 'core.bare', 'false');
  await open();
  // Another repository in its place is another one, even with the same configuration.
  renameSync(top, elsewhere);
  bench.plain(bench.folder, 'clone', '-q', elsewhere, top);
  expect((await open()).starts).toBeGreaterThan(0);
  await open();
  rmSync(join(top, '.git/HEAD'));
  await expect(open()).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' });
});
