import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Place } from '../../../core/git/checkout';
import { commitTree } from '../../../core/git/commit-tree';
import { patch } from '../../../core/git/diff';
import { readHunks } from '../../../core/git/hunks';
import { publish } from '../../../core/git/land';
import type { Stretches } from '../../../core/git/replace-lines';
import { takeBack, type Wanted } from '../../../core/git/take-back';
import { addWorktree } from '../../../core/git/worktree';
import { contents, createBench, identity, random, write } from './fixture';

const bench = createBench();
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261122);
const changes = process.env.SWITCHYARD_TEST_SETS === 'all' ? 60 : 2;
let count = 0;

interface Scene {
  readonly place: Place;
  readonly top: string;
  readonly branch: string;
  readonly base: string;
  git(...args: string[]): string;
  head(): string;
  commit(): void;
  /** Takes something back in branch and worktree; gives what kept it from being done. */
  take(wanted: Partial<Wanted> & { path: string }): Promise<string>;
  move(to: string): Promise<string>;
}

/** A task's worktree on a branch of its own, where a change is yet to be made. */
async function scene(files: Readonly<Record<string, string>>): Promise<Scene> {
  const place = await bench.repository(undefined, files);
  const branch = `switchyard/take-${++count}`;
  const base = bench.plain(place.checkout.workTree, 'rev-parse', 'HEAD').trim();
  const path = join(bench.folder, 'trees', `take-${count}`);
  const added = await addWorktree(place, { path, branch, startOid: base });
  if (added.kind !== 'added') throw new Error(added.kind);
  const top = added.checkout.workTree;
  const git = (...args: string[]) => bench.plain(top, ...args);
  const head = () => git('rev-parse', branch).trim();
  const move = async (to: string) => {
    const landing = { branch, oldOid: head(), newOid: to, reason: 'switchyard: test', hooks: false };
    const end = await publish({ ...place, checkout: added.checkout }, landing);
    return end.kind === 'in-the-way' ? `${end.kind}: ${end.files}` : end.kind;
  };
  return {
    ...{ place, top, branch, base, git, head, move },
    commit() {
      git('add', '-A');
      git('commit', '-q', '-m', 'Change');
    },
    async take({ path, oldPath = null, lines = null }) {
      const made = await takeBack(place, { base, head: head() }, { path, oldPath, lines });
      if (made.kind !== 'made') return made.kind;
      const message = `Take back part of ${path}`;
      return move(await commitTree(place, { tree: made.tree, parents: [head()], message, identity }));
    },
  };
}

/** The hunks of a file as the window shows them. */
async function shown({ place, base, head }: Scene, ...paths: string[]): Promise<Stretches[]> {
  const { patch: text } = await patch(place, { base, head: head(), paths });
  return readHunks(text).map(({ oldStart, oldCount, newStart, newCount }) => ({
    old: { start: oldStart, count: oldCount },
    new: { start: newStart, count: newCount },
  }));
}

describe('any change', () => {
  for (let at = 0; at < changes; at++) {
    test(`is taken back hunk by hunk until nothing is left, and each step undone byte for byte (seed ${seed + at})`, async () => {
      const { below, pick } = random(seed + at);
      const line = () => pick(['a', 'b', 'same', 'ünï', '\xff\xfe', '', '@@ -1 +1 @@', '-- x', '++ y', `${below(99)}`]);
      const end = () => pick(['\n', '\n', '\n', '\r\n']);
      const lines = Array.from({ length: 1 + below(80) }, () => line() + end());
      const closed = (text: string) => Buffer.from(pick([text, text.replace(/\r?\n$/, '')]), 'latin1');
      const before = closed(lines.join(''));
      const edited = lines.flatMap((each) => {
        const what = below(12);
        if (what === 0) return [];
        if (what === 1) return [each, line() + end()];
        return what === 2 ? [line() + end()] : [each];
      });
      const after = closed(edited.join('') || 'all gone');
      const here = await scene({ 'other.txt': 'other\n' });
      write(here.top, 'sub/file', before);
      here.commit();
      const base = here.head();
      const there = { ...here, base };
      write(here.top, 'sub/file', after);
      if (before.equals(after)) return;
      here.commit();
      const steps: { head: string; contents: unknown }[] = [];
      for (;;) {
        const hunks = await shown(there, 'sub/file');
        if (hunks.length === 0) break;
        steps.push({ head: here.head(), contents: contents(here.top) });
        const wanted = { path: 'sub/file', oldPath: null, lines: pick(hunks) };
        const made = await takeBack(here.place, { base, head: here.head() }, wanted);
        if (made.kind !== 'made') throw new Error(made.kind);
        const commit = { tree: made.tree, parents: [here.head()], message: 'Take back', identity };
        expect(await here.move(await commitTree(here.place, commit))).toBe('landed');
        expect(here.git('status', '--porcelain')).toBe('');
        expect(here.git('cat-file', '-s', 'HEAD:sub/file').trim()).toBe(
          `${contents(here.top)['sub/file']?.slice('file '.length).length}`,
        );
      }
      expect(contents(here.top)['sub/file']).toBe(`file ${before.toString('latin1')}`);
      expect(here.git('rev-parse', 'HEAD^{tree}')).toBe(here.git('rev-parse', `${base}^{tree}`));
      for (const step of steps.reverse()) {
        expect(await here.move(step.head)).toBe('landed');
        expect(contents(here.top)).toEqual(step.contents);
      }
      expect(here.git('status', '--porcelain')).toBe('');
    });
  }
});

describe('of one file', () => {
  const files = {
    'edit.txt': Array.from({ length: 40 }, (_, at) => `line ${at}\n`).join(''),
    'gone/leaves.txt': 'leaves\n',
    'old name.txt': 'one\ntwo\nthree\nfour\nfive\n',
    'run.sh': '#!/bin/sh\n',
    link: 'not yet a link\n',
    'was-file': 'file\n',
    'was-folder/inside': 'inside\n',
    'picture.bin': '\0one\0',
  };

  /** A change that touches files in every way one can. */
  async function changed(): Promise<Scene> {
    const here = await scene(files);
    const { top } = here;
    const swapped = files['edit.txt'].replace('line 2\n', 'two\n').replace('line 5\n', 'five\n');
    write(top, 'edit.txt', swapped.replace('line 30\n', '').replace(/\n$/, ''));
    write(top, 'new/deep file', 'new\n');
    rmSync(join(top, 'gone'), { recursive: true });
    rmSync(join(top, 'old name.txt'));
    write(top, 'moved/new name.txt', 'one\ntwo\nthree\nfour\n5\n');
    chmodSync(join(top, 'run.sh'), 0o755);
    rmSync(join(top, 'link'));
    symlinkSync('edit.txt', join(top, 'link'));
    rmSync(join(top, 'was-file'));
    write(top, 'was-file/now-folder', 'x\n');
    rmSync(join(top, 'was-folder'), { recursive: true });
    write(top, 'was-folder', 'now a file\n');
    write(top, 'picture.bin', '\0two\0');
    here.git('update-index', '--add', '--cacheinfo', `160000,${here.base},module`);
    mkdirSync(join(top, 'module'));
    here.commit();
    return here;
  }

  test('everything that became of it goes, whatever that is, and only that', async () => {
    const here = await changed();
    const all: readonly (readonly [string, string | null])[] = [
      ['new/deep file', null],
      ['gone/leaves.txt', null],
      ['moved/new name.txt', 'old name.txt'],
      ['run.sh', null],
      ['link', null],
      ['picture.bin', null],
      ['module', null],
      ['edit.txt', null],
    ];
    let left = here.git('diff-tree', '-r', '-M', '--name-only', here.base, here.branch).trim().split('\n').length;
    for (const [path, oldPath] of all) {
      const first = here.head();
      const before = contents(here.top);
      expect(await here.take({ path, oldPath }), path).toBe('landed');
      expect(here.git('status', '--porcelain', '--ignore-submodules=none'), path).toBe('');
      const now = here.git('diff-tree', '-r', '-M', '--name-only', here.base, here.branch).trim().split('\n').length;
      expect([path, now]).toEqual([path, --left]);
      const second = here.head();
      expect(await here.move(first), path).toBe('landed');
      expect(contents(here.top)).toEqual(before);
      expect(await here.move(second), path).toBe('landed');
    }
    // What is in the place of a folder, or the other way round, is taken back first.
    expect(await here.take({ path: 'was-file' })).toBe('occupied');
    expect(await here.take({ path: 'was-folder/inside' })).toBe('occupied');
    for (const path of ['was-file/now-folder', 'was-file', 'was-folder', 'was-folder/inside']) {
      expect(await here.take({ path }), path).toBe('landed');
    }
    expect(here.git('rev-parse', 'HEAD^{tree}')).toBe(here.git('rev-parse', `${here.base}^{tree}`));
    expect(contents(here.top)).toEqual(contents(here.place.checkout.workTree));
    expect(existsSync(join(here.top, 'module'))).toBe(false);
  });

  test('a hunk that is shown takes back every difference in it; lines of a file that came or moved leave the rest', async () => {
    const here = await changed();
    const hunks = await shown(here, 'edit.txt');
    expect(hunks).toHaveLength(3);
    const [joined] = hunks;
    expect(await here.take({ path: 'edit.txt', lines: joined ?? null })).toBe('landed');
    expect(await shown(here, 'edit.txt')).toHaveLength(2);
    expect(here.git('show', `${here.branch}:edit.txt`)).toContain('line 2\nline 3\nline 4\nline 5\n');
    // The change as it was shown is not the change as it is.
    expect(await here.take({ path: 'edit.txt', lines: joined ?? null })).toBe('not-there');
    expect(await here.take({ path: 'edit.txt', oldPath: 'link' })).toBe('not-there');
    expect(await here.take({ path: 'other' })).toBe('not-there');

    const renamed = { path: 'moved/new name.txt', oldPath: 'old name.txt' };
    const [moved] = await shown(here, renamed.oldPath, renamed.path);
    expect(await here.take({ ...renamed, lines: moved ?? null })).toBe('landed');
    expect(here.git('show', `${here.branch}:moved/new name.txt`)).toBe(files['old name.txt']);
    const [added] = await shown(here, 'new/deep file');
    expect(await here.take({ path: 'new/deep file', lines: added ?? null })).toBe('landed');
    expect(existsSync(join(here.top, 'new'))).toBe(false);
    const [deleted] = await shown(here, 'gone/leaves.txt');
    expect(await here.take({ path: 'gone/leaves.txt', lines: deleted ?? null })).toBe('landed');
    expect(contents(here.top)['gone/leaves.txt']).toBe('file leaves\n');
    for (const path of ['link', 'module']) {
      expect(await here.take({ path, lines: { old: { start: 1, count: 1 }, new: { start: 1, count: 1 } } })).toBe(
        'only-whole',
      );
    }
    expect(here.git('status', '--porcelain')).toBe('');
  });

  test('what somebody edited in that very file is in the way and stays; edits elsewhere are left alone', async () => {
    const here = await changed();
    write(here.top, 'edit.txt', 'mine\n');
    write(here.top, 'run.sh', 'mine too\n');
    write(here.top, 'gone/leaves.txt', 'untracked\n');
    const [before, head] = [contents(here.top), here.head()];
    expect(await here.take({ path: 'edit.txt' })).toBe('in-the-way: edit.txt');
    expect(await here.take({ path: 'gone/leaves.txt' })).toBe('in-the-way: gone/leaves.txt');
    expect([contents(here.top), here.head()]).toEqual([before, head]);
    expect(await here.take({ path: 'picture.bin' })).toBe('landed');
    expect(contents(here.top)).toEqual({ ...before, 'picture.bin': 'file \0one\0' });
  });

  test('no hook and no filter that an untrusted repository configures runs, nor one of a trusted one as the tree is made', async () => {
    const here = await scene({ '.gitattributes': '*.f filter=f\n', 'a.f': 'one\n' });
    const mark = join(bench.folder, `ran-${count}`);
    write(here.top, 'a.f', 'two\n');
    write(here.top, 'b.txt', 'two\n');
    here.commit();
    for (const name of ['clean', 'smudge']) here.git('config', `filter.f.${name}`, `touch ${mark}; cat`);
    for (const name of ['post-merge', 'post-checkout', 'reference-transaction', 'pre-commit', 'post-index-change']) {
      const hook = join(here.place.checkout.commonDir, 'hooks', name);
      mkdirSync(dirname(hook), { recursive: true });
      writeFileSync(hook, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    }
    expect(await here.take({ path: 'a.f' })).toBe('landed');
    const trusted = { ...here.place, trusted: true };
    const wanted = { path: 'b.txt', oldPath: null, lines: null };
    expect(await takeBack(trusted, { base: here.base, head: here.head() }, wanted)).toMatchObject({ kind: 'made' });
    expect(existsSync(mark)).toBe(false);
    // The control: git itself does run them here.
    execFileSync('git', ['checkout', '-q', '-b', 'x'], { cwd: here.top, env: bench.environment });
    expect(existsSync(mark)).toBe(true);
  });
});
