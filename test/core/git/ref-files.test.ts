import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Place } from '../../../core/git/checkout';
import { openRepository, readHead } from '../../../core/git/open';
import { headInFiles, refInFiles } from '../../../core/git/ref-files';
import { refOid } from '../../../core/git/resolve';
import { createBench } from './fixture';

const bench = createBench();

/** A place whose git counts how often it is started. */
async function counted(): Promise<{ readonly place: Place; readonly top: string; readonly starts: () => number }> {
  const made = await bench.repository();
  let starts = 0;
  const { execute } = made.git;
  const git: Place['git'] = {
    ...made.git,
    execute: (what) => {
      starts += 1;
      return execute(what);
    },
  };
  return { place: { ...made, git }, top: made.checkout.workTree, starts: () => starts };
}

const oidOf = (top: string, name: string) => bench.plain(top, 'rev-parse', name).trim();

describe('a ref is read from where git keeps it', () => {
  test('loose, packed, moved since, made since and deleted since, without starting git', async () => {
    const { place, top, starts } = await counted();
    const first = oidOf(top, 'HEAD');
    bench.plain(top, 'commit', '-q', '--allow-empty', '-m', 'Second');
    const second = oidOf(top, 'HEAD');
    for (const name of ['a', 'a-b', 'x/a', 'gone', 'näme']) bench.plain(top, 'branch', name, first);
    bench.plain(top, 'tag', 'a', second);
    const look = () =>
      Promise.all(
        ['a', 'a-b', 'x/a', 'gone', 'näme', 'none', 'x/none'].map((name) => refOid(place, `refs/heads/${name}`)),
      );
    expect(await look()).toEqual([first, first, first, first, first, null, null]);
    bench.plain(top, 'pack-refs', '--all', '--prune');
    expect(await look()).toEqual([first, first, first, first, first, null, null]);
    bench.plain(top, 'branch', '-f', 'a', second);
    bench.plain(top, 'branch', '-D', 'gone');
    bench.plain(top, 'branch', 'none', second);
    expect(await look()).toEqual([second, first, first, null, first, second, null]);
    expect(await refOid(place, 'refs/tags/a')).toBe(second);
    expect(starts()).toBe(0);
  });

  test('HEAD of each worktree is its own, on a branch and detached', async () => {
    const { place, top, starts } = await counted();
    const first = oidOf(top, 'HEAD');
    const beside = join(bench.folder, 'beside');
    bench.plain(top, 'worktree', 'add', '-q', '-b', 'other/one', beside);
    const { checkout } = await openRepository(bench.git, beside);
    expect(await readHead({ ...place, checkout })).toEqual({ kind: 'branch', branch: 'other/one', oid: first });
    bench.plain(beside, 'checkout', '-q', '--detach');
    expect(await readHead({ ...place, checkout })).toEqual({ kind: 'detached', oid: first });
    expect(await readHead(place)).toEqual({ kind: 'branch', branch: 'main', oid: first });
    expect(starts()).toBe(0);
  });

  test.each(['\u00a0', '\u3000', '\ufeff'])(
    'a name that ends in a blank beyond ASCII (%j) is another name',
    async (blank) => {
      const { place, top } = await counted();
      bench.plain(top, 'checkout', '-q', '-b', `main${blank}`);
      bench.plain(top, 'commit', '-q', '--allow-empty', '-m', 'There');
      expect(await readHead(place)).toEqual({ kind: 'branch', branch: `main${blank}`, oid: oidOf(top, 'HEAD') });
      bench.plain(top, 'checkout', '-q', '--orphan', `new${blank}`);
      expect(await readHead(place)).toEqual({ kind: 'unborn', branch: `new${blank}` });
    },
  );

  test('an object in a pack is looked for once', async () => {
    const { place, top, starts } = await counted();
    const first = oidOf(top, 'HEAD');
    bench.plain(top, 'gc', '-q', '--prune=now');
    for (const _ of [1, 2, 3]) expect(await readHead(place)).toMatchObject({ oid: first });
    expect(starts()).toBe(1);
  });
});

describe('git is asked about', () => {
  test('a branch that stands for another, and a ref to what is not there', async () => {
    const { place, top } = await counted();
    bench.plain(top, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/main');
    writeFileSync(join(top, '.git/refs/heads/broken'), `${'1'.repeat(40)}\n`);
    writeFileSync(join(top, '.git/refs/heads/empty'), '');
    for (const name of ['alias', 'broken', 'empty'])
      expect(await refInFiles(place, `refs/heads/${name}`)).toBe('unknown');
    expect(await refOid(place, 'refs/heads/alias')).toBe(oidOf(top, 'HEAD'));
    expect(await refOid(place, 'refs/heads/broken')).toBeNull();
  });

  test('names that are no names, and refs of one worktree alone', async () => {
    const { place, top } = await counted();
    writeFileSync(join(top, '.git', 'outside'), `${oidOf(top, 'HEAD')}\n`);
    const names = [
      'refs/heads/../../outside',
      'refs/heads/a..b',
      'refs/heads/.a',
      'refs/heads/a.lock',
      'refs/heads//a',
    ];
    for (const ref of [...names, 'refs/heads/a b', 'refs/bisect/bad', 'refs/worktree/a', 'HEAD', 'outside'])
      expect(await refInFiles(place, ref), ref).toBe('unknown');
  });

  test('what is a pipe or a link in the place of a ref, of HEAD or of the list', async () => {
    const { place, top } = await counted();
    const at = (...parts: string[]) => join(top, '.git', ...parts);
    writeFileSync(at('elsewhere'), readFileSync(at('refs/heads/main')));
    symlinkSync(at('elsewhere'), at('refs/heads/link'));
    execFileSync('mkfifo', [at('refs/heads/pipe'), at('packed-refs')]);
    for (const name of ['link', 'pipe', 'absent'])
      expect(await refInFiles(place, `refs/heads/${name}`)).toBe('unknown');
    rmSync(at('HEAD'));
    symlinkSync('refs/heads/main', at('HEAD'));
    expect(await headInFiles(place)).toBeNull();
  });

  test('refs that are kept in another way, and a HEAD without a commit', async () => {
    const { place, top } = await counted();
    bench.plain(top, 'checkout', '-q', '--orphan', 'new');
    expect(await headInFiles(place)).toBeNull();
    expect(await readHead(place)).toEqual({ kind: 'unborn', branch: 'new' });
    // As where they are kept in tables (gitrepository-layout(5), reftable).
    renameSync(join(top, '.git/refs'), join(top, '.git/old'));
    mkdirSync(join(top, '.git/refs'));
    writeFileSync(join(top, '.git/refs/heads'), 'this repository uses the reftable format\n');
    writeFileSync(join(top, '.git/HEAD'), 'ref: refs/heads/.invalid\n');
    expect(await headInFiles(place)).toBeNull();
    for (const ref of ['refs/heads/main', 'refs/switchyard/backup/a/1'])
      expect(await refInFiles(place, ref)).toBe('unknown');
  });
});
