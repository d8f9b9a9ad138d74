import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Place } from '../../../core/git/checkout';
import { finishWorktree } from '../../../core/git/finish';
import { filesIn, type PutBackPlan, planPutBack, putBack } from '../../../core/git/put-back';
import { restoreSnapshot } from '../../../core/git/restore';
import { snapshotWorktree } from '../../../core/git/snapshot';
import { addWorktree } from '../../../core/git/worktree';
import { randomFrom } from '../../support/random';
import { asTrusted, contents, createBench, dirtyNames, soil, write } from './fixture';

const bench = createBench();
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261121);
const trees = process.env.SWITCHYARD_TEST_SETS === 'all' ? 100 : 3;
let count = 0;

interface Scene {
  readonly place: Place;
  readonly workTree: string;
  readonly branch: string;
  keep(also?: string): Promise<Awaited<ReturnType<typeof snapshotWorktree>>>;
  back(to: string): Promise<PutBackPlan>;
  git(...args: string[]): string;
}

async function scene(
  files?: Readonly<Record<string, string>>,
  configuration: Record<string, string> = {},
): Promise<Scene> {
  const made = await bench.repository(undefined, files);
  const top = made.checkout.workTree;
  for (const [key, value] of Object.entries(configuration)) bench.plain(top, 'config', key, value);
  // What is stored must be what the conversion makes of it; else a file is edited or not depending on its age.
  bench.plain(top, 'add', '--renormalize', '.');
  bench.plain(top, 'commit', '-q', '--allow-empty', '-m', 'Converted');
  const trusted = { ...made, trusted: true };
  const branch = `switchyard/back-${++count}`;
  const path = join(bench.folder, 'trees', `back-${count}`);
  const added = await addWorktree(trusted, { path, branch, startOid: bench.plain(top, 'rev-parse', 'HEAD').trim() });
  if (added.kind !== 'added') throw new Error(added.kind);
  await finishWorktree(asTrusted(trusted, added.checkout));
  const place = { ...made, checkout: added.checkout };
  const { workTree } = added.checkout;
  let at = 0;
  const keep = async (also?: string) =>
    snapshotWorktree(place, {
      ref: `refs/switchyard/checkpoint/${count}/${++at}`,
      at,
      ignored: false,
      also: also === undefined ? [] : await filesIn(place, also),
      // As whoever goes back keeps it: HEAD may be somewhere else.
      keep: [bench.plain(top, 'rev-parse', `refs/heads/${branch}`).trim()],
    });
  return {
    ...{ place, workTree, branch, keep },
    back: async (to) => {
      const plan = await planPutBack(place, { to, from: await keep(to), branch });
      if (plan.kind === 'planned') await putBack(place, plan);
      return plan;
    },
    git: (...args) => bench.plain(workTree, ...args),
  };
}

/**
 * Files, index entries with their stages and flags, HEAD, and what is under way. Not what git says is edited: of a file
 * whose line ends it converts that depends on its age.
 */
function stateOf({ workTree, git, place }: Scene): unknown {
  const index = git('ls-files', '--stage', '-v', '-z');
  const merging = existsSync(join(place.checkout.gitDir, 'MERGE_HEAD'));
  return [
    contents(workTree),
    index,
    readFileSync(join(place.checkout.gitDir, 'HEAD'), 'utf8'),
    git('rev-parse', 'HEAD'),
    merging,
  ];
}

/** More of what agents do: commits, nested repositories, names that are no text, folders where files were. */
function stir({ workTree, git }: Scene, from: number): void {
  soil({ plain: bench.plain }, workTree, from);
  const random = randomFrom(from);
  if (random() < 0.4) {
    git('add', '-A');
    git('commit', '-q', '--allow-empty', '--no-verify', '-m', 'By the agent');
  }
  if (random() < 0.3)
    writeFileSync(Buffer.concat([Buffer.from(`${workTree}/raw-`), Buffer.from([0xff, 0xfe])]), `${random()}`);
  if (random() < 0.3) {
    rmSync(join(workTree, 'nested'), { recursive: true, force: true });
    mkdirSync(join(workTree, 'nested'));
    bench.plain(join(workTree, 'nested'), 'init', '-q', '-b', 'inner');
    write(workTree, 'nested/inside.txt', `${random()}`);
    bench.plain(join(workTree, 'nested'), 'add', '-A');
    bench.plain(join(workTree, 'nested'), 'commit', '-q', '-m', 'Inner');
  }
  if (random() < 0.2) rmSync(join(workTree, 'nested'), { recursive: true, force: true });
  soil({ plain: bench.plain }, workTree, from + 1);
}

const files = Object.fromEntries(
  dirtyNames.map((name, number) => [name, number % 2 ? 'one\ntwo\n' : `file ${number}\r\nx\r\n`]),
);

test.each([
  ['plain', {}, {}],
  [
    'with line ends converted and a filter',
    { 'core.autocrlf': 'input', 'filter.loud.clean': 'tr a-z A-Z', 'filter.loud.smudge': 'tr A-Z a-z' },
    { '.gitattributes': '*.txt text eol=crlf\na* filter=loud\n' },
  ],
])(
  'random dirty trees go back and forth byte for byte: %s',
  async (_, configuration, more) => {
    let naive = 0;
    for (let number = 0; number < trees; number++) {
      const from = seed + number * 10;
      const made = await scene({ ...files, ...more }, configuration);
      stir(made, from);
      const one = await made.keep();
      const first = stateOf(made);
      stir(made, from + 5);
      const two = await made.keep(one.ref);
      const second = stateOf(made);
      expect(second, `seed ${from}`).not.toEqual(first);
      expect(await made.back(one.ref), `seed ${from}`).toMatchObject({ kind: 'planned' });
      expect(stateOf(made), `seed ${from}`).toEqual(first);
      expect(await made.back(two.ref), `seed ${from}`).toMatchObject({ kind: 'planned' });
      expect(stateOf(made), `seed ${from}`).toEqual(second);
      expect(await made.back(one.ref), `seed ${from}`).toMatchObject({ kind: 'planned' });
      expect(stateOf(made), `seed ${from}`).toEqual(first);
      // The control: what git itself offers for it leaves untracked files, bytes or the index otherwise.
      await made.back(two.ref);
      try {
        made.git('read-tree', '--reset', '-u', one.oid);
      } catch {
        // Where it refuses it did not put the tree back either.
      }
      if (JSON.stringify(stateOf(made)) !== JSON.stringify(first)) naive++;
    }
    expect(naive).toBe(trees);
  },
  300_000,
);

test('what git ignores is left alone, and comes back whole where a checkpoint once had it', async () => {
  const made = await scene({ 'app.txt': 'one\n', '.gitignore': 'ignored/\n' });
  const { workTree } = made;
  write(workTree, 'ignored/cache', 'cache 1');
  write(workTree, 'build.log', 'log 1');
  const one = await made.keep();
  write(workTree, '.gitignore', 'build.log\n');
  write(workTree, 'build.log', 'log 2');
  write(workTree, 'ignored/cache', 'cache 2');
  write(workTree, 'new.txt', 'new');
  const two = await made.keep(one.ref);
  expect(await made.back(one.ref)).toMatchObject({ kind: 'planned' });
  // Without its rule the cache is no ignored file in the second state; by the rules of the first it is, and stays.
  expect(contents(workTree)).toMatchObject({ 'ignored/cache': 'file cache 2', 'build.log': 'file log 1' });
  expect(existsSync(join(workTree, 'new.txt'))).toBe(false);
  expect(await made.back(two.ref)).toMatchObject({ kind: 'planned' });
  expect(contents(workTree)).toMatchObject({ 'build.log': 'file log 2', 'new.txt': 'file new' });
});

test('nothing is touched while an ignored folder stands in the way, a rebase is under way, or somebody writes', async () => {
  const made = await scene({ 'app.txt': 'one\n' });
  const { workTree } = made;
  write(workTree, 'dist', 'a file');
  const one = await made.keep();
  rmSync(join(workTree, 'dist'));
  write(workTree, 'dist/out.js', 'built');
  write(workTree, '.gitignore', 'dist/\n');
  const before = stateOf(made);
  expect(await made.back(one.ref)).toEqual({ kind: 'in-the-way', paths: ['dist'] });
  expect(stateOf(made)).toEqual(before);

  rmSync(join(workTree, 'dist'), { recursive: true });
  const from = await made.keep(one.ref);
  write(workTree, 'late.txt', 'written after the snapshot');
  expect(await planPutBack(made.place, { to: one.ref, from, branch: made.branch })).toEqual({ kind: 'changed' });
  expect(contents(workTree)['late.txt']).toBe('file written after the snapshot');

  mkdirSync(join(made.place.checkout.gitDir, 'rebase-merge'));
  expect(await made.back(one.ref)).toEqual({ kind: 'rebasing' });
});

test('the branch goes back with its files, and a merge that was under way is under way again', async () => {
  const made = await scene({ 'app.txt': 'one\n' });
  const { workTree, git, branch } = made;
  const start = git('rev-parse', 'HEAD').trim();
  git('checkout', '-q', '-b', 'other');
  write(workTree, 'app.txt', 'theirs\n');
  git('commit', '-q', '-am', 'Theirs');
  git('checkout', '-q', branch);
  write(workTree, 'app.txt', 'ours\n');
  git('commit', '-q', '-am', 'Ours');
  const ours = git('rev-parse', 'HEAD').trim();
  const clean = await made.keep();
  expect(() => git('merge', 'other')).toThrow();
  const merging = await made.keep();
  const state = stateOf(made);
  await made.back(clean.ref);
  expect(git('status', '--porcelain')).toBe('');
  await made.back(merging.ref);
  expect(stateOf(made)).toEqual(state);
  await made.back(clean.ref);

  git('checkout', '-q', '--detach', start);
  const detached = await made.keep();
  await made.back(clean.ref);
  expect([git('symbolic-ref', 'HEAD').trim(), git('rev-parse', branch).trim()]).toEqual([`refs/heads/${branch}`, ours]);
  await made.back(detached.ref);
  expect(git('rev-parse', 'HEAD', branch).trim().split('\n')).toEqual([start, ours]);
});

test('a branch or HEAD that somebody moves meanwhile is left where it is, and what it is at is kept first', async () => {
  const made = await scene({ 'app.txt': 'one\n' });
  const { workTree, git, branch, place } = made;
  const start = git('rev-parse', 'HEAD').trim();
  const one = await made.keep();
  write(workTree, 'app.txt', 'two\n');
  git('add', '-A');
  const from = await made.keep(one.ref);
  const commit = () => {
    git('commit', '-q', '--allow-empty', '-m', 'Meanwhile');
    return git('rev-parse', 'HEAD').trim();
  };
  // No file changes by that.
  commit();
  const way = { to: one.ref, branch };
  expect(await planPutBack(place, { ...way, from })).toEqual({ kind: 'changed' });

  const plan = async () => {
    const planned = await planPutBack(place, { ...way, from: await made.keep(one.ref) });
    if (planned.kind !== 'planned') throw new Error(planned.kind);
    return planned;
  };
  const early = await plan();
  const late = commit();
  await expect(putBack(place, early)).rejects.toMatchObject({ code: 'CONFLICT', facts: { now: late } });
  expect(git('rev-parse', branch).trim()).toBe(late);
  expect(await made.back(one.ref)).toMatchObject({ kind: 'planned' });
  expect(git('rev-parse', 'HEAD', branch).trim().split('\n')).toEqual([start, start]);
  expect(git('for-each-ref', '--contains', late, 'refs/switchyard')).not.toBe('');

  // The same of a HEAD that was on no branch, and where it is to be on none.
  git('checkout', '-q', '--detach');
  const detached = await made.keep();
  commit();
  const offBranch = await planPutBack(place, { to: detached.ref, from: await made.keep(), branch });
  if (offBranch.kind !== 'planned') throw new Error(offBranch.kind);
  const later = commit();
  await expect(putBack(place, offBranch)).rejects.toMatchObject({ code: 'CONFLICT', facts: { now: later } });
  git('checkout', '-q', '--orphan', 'unborn-2');
  expect(await made.back(detached.ref)).toMatchObject({ kind: 'planned' });
  expect(git('rev-parse', 'HEAD').trim()).toBe(start);
});

test('a branch without a commit that has one by now is said before anything is written', async () => {
  const made = await scene({ 'app.txt': 'one\n' });
  const { workTree, git, branch } = made;
  const start = await made.keep();
  git('checkout', '-q', '--orphan', 'unborn');
  write(workTree, 'new.txt', 'new');
  const unborn = await made.keep();
  git('add', '-A');
  git('commit', '-q', '-m', 'Born');
  rmSync(join(workTree, 'new.txt'));
  const before = stateOf(made);
  expect(await made.back(unborn.ref)).toEqual({ kind: 'moved-on', branch: 'unborn' });
  expect(stateOf(made)).toEqual(before);
  expect(await made.back(start.ref)).toMatchObject({ kind: 'planned' });
  expect(git('symbolic-ref', 'HEAD').trim()).toBe(`refs/heads/${branch}`);
});

test.each([
  ['above the worktree', (at: Crafting) => at.tree(`040000 tree ${at.tree(at.file)}\t..`)],
  ['in git’s own folder', (at: Crafting) => at.tree(`040000 tree ${at.tree(at.file)}\t.git`)],
  ['in git’s own folder by another case', (at: Crafting) => at.tree(`040000 tree ${at.tree(at.file)}\t.GIT`)],
  [
    'through a link',
    (at: Crafting) => at.tree(`120000 blob ${at.blob(at.elsewhere)}\tlink\n040000 tree ${at.tree(at.file)}\tlink`),
  ],
  ['over the worktree’s own .git', (at: Crafting) => at.nested('.git')],
  ['as the .git of a folder above', (at: Crafting) => at.nested('../.git')],
  ['as a git folder by another name', (at: Crafting) => at.nested('hooks')],
])('a state that somebody made to write %s is neither put back nor restored', async (_, craft) => {
  const made = await scene({ 'app.txt': 'one\n' });
  const { workTree, git } = made;
  const kept = await made.keep();
  const run = (input: string, ...args: string[]) =>
    execFileSync('git', args, { cwd: workTree, env: bench.environment, encoding: 'utf8', input }).trim();
  const blob = (text: string) => run(text, 'hash-object', '-w', '--stdin');
  const tree = (entries: string) => run(`${entries}\n`, 'mktree');
  const parents = (oid: string) => git('rev-list', '--parents', '-n', '1', oid).trim().split(' ').slice(1);
  const commit = (of: string, above: string[]) => run('', 'commit-tree', of, ...above.flatMap((oid) => ['-p', oid]));
  const above = parents(kept.oid);
  const rest = above.at(-1) ?? '';
  const file = `100644 blob ${blob('evil')}\tevil`;
  const nested = (path: string) => {
    const state = { ...JSON.parse(git('cat-file', 'blob', `${rest}:state.json`)), gitFolders: [path] };
    const entries = git('ls-tree', rest)
      .trim()
      .split('\n')
      .filter((line) => !line.endsWith('\tstate.json'));
    const all = [...entries, `100644 blob ${blob(JSON.stringify(state))}\tstate.json`].join('\n');
    const folder = commit(tree(file), []);
    return commit(git('rev-parse', `${kept.oid}^{tree}`).trim(), [...above.slice(0, -1), commit(tree(all), [folder])]);
  };
  const crafted = craft({ blob, tree, nested, file, elsewhere: bench.folder });
  const isCommit = git('cat-file', '-t', crafted).trim() === 'commit';
  const oid = isCommit ? crafted : commit(crafted, above);
  const before = stateOf(made);
  const refused = { code: 'GIT_FAILED', message: expect.stringContaining('no place for a file of a worktree') };
  const { branch, place } = made;
  await expect(planPutBack(place, { to: oid, from: kept, branch })).rejects.toMatchObject(refused);
  await expect(restoreSnapshot(place, { ref: oid })).rejects.toMatchObject(refused);
  expect(stateOf(made)).toEqual(before);
});

/** Objects as no git command but the plainest would make them. */
interface Crafting {
  readonly file: string;
  readonly elsewhere: string;
  blob(text: string): string;
  tree(entries: string): string;
  /** A kept state whose nested repository has its `.git` there. */
  nested(path: string): string;
}
