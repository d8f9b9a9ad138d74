import { expect, test } from 'vitest';
import type { Place } from '../../../core/git/checkout';
import { joinCommits, restackOnto } from '../../../core/git/restack';
import { createBench, write } from './fixture';

const bench = createBench();
const identity = { name: 'Petra Person', email: 'petra@example.test' };
const lines = (...changed: readonly string[]) =>
  Array.from({ length: 12 }, (_, at) => `${changed[at] ?? `line ${at}`}\n`).join('');

interface Stacked {
  readonly place: Place;
  readonly git: (...args: string[]) => string;
  readonly commit: (message: string, files: Readonly<Record<string, string>>) => string;
  readonly a: string;
  readonly b: string;
}

/** `main`, `a` on it with two commits, and `b` on `a` with two. */
async function stacked(): Promise<Stacked> {
  const place = await bench.repository(undefined, { 'a.txt': lines(), 'other.txt': 'x\n' });
  const top = place.checkout.workTree;
  const git = (...args: string[]) => bench.plain(top, ...args).trim();
  const commit = (message: string, files: Readonly<Record<string, string>>) => {
    for (const [path, content] of Object.entries(files)) write(top, path, content);
    git('add', '-A');
    git('commit', '-q', '-m', message);
    return git('rev-parse', 'HEAD');
  };
  git('checkout', '-q', '-b', 'a');
  commit('A one', { 'a.txt': lines('first') });
  const a = commit('A two', { 'of-a.txt': 'a\n' });
  git('checkout', '-q', '-b', 'b');
  commit('B one', { 'a.txt': lines('first', 'second by b') });
  const b = commit('B two', { 'of-b.txt': 'b\n' });
  return { place, git, commit, a, b };
}

const subjects = (git: Stacked['git'], range: string) => git('log', '--format=%s', '--reverse', range).split('\n');

test('a branch follows the one below it through new commits, squashes, rewrites and going back, with its own commits only', async () => {
  const { place, git, commit, a, b } = await stacked();
  const bring = async (from: string, onto: string, head = b) =>
    restackOnto(place, { from, onto, head, mayHold: true, message: 'Take it\n', identity });
  const brought = async (from: string, onto: string) => {
    const made = await bring(from, onto);
    if (made.kind !== 'made') throw new Error(made.kind);
    expect(git('merge-base', onto, made.oid)).toBe(onto);
    expect(subjects(git, `${onto}..${made.oid}`)).toEqual(['B one', 'B two']);
    return git('show', `${made.oid}:a.txt`);
  };
  expect(await bring(a, a)).toEqual({ kind: 'there' });

  git('checkout', '-q', 'a');
  const more = commit('A three', { 'more.txt': 'more\n' });
  expect(`${await brought(a, more)}\n`).toBe(lines('first', 'second by b'));

  // Squashed on a main that has moved on: git's own merge base would be the old main, and see A's change twice.
  git('checkout', '-q', 'main');
  commit('Main moved', { 'other.txt': 'y\n' });
  git('merge', '-q', '--squash', 'a');
  const squashed = commit('A squashed', {});
  expect(`${await brought(a, squashed)}\n`).toBe(lines('first', 'second by b'));

  // Rewritten.
  git('checkout', '-q', '-B', 'a2', 'main~1');
  const rewritten = commit('A anew', { 'a.txt': lines('first', ...Array(9).fill(undefined), 'eleventh') });
  expect(`${await brought(a, rewritten)}\n`).toBe(
    lines('first', 'second by b', ...Array(8).fill(undefined), 'eleventh'),
  );

  // Back to an older commit: what B brought of the newer one goes.
  const back = await bring(a, `${git('rev-parse', 'a~2')}`);
  if (back.kind !== 'made') throw new Error(back.kind);
  expect(git('ls-tree', '--name-only', back.oid).split('\n')).not.toContain('of-a.txt');

  // One without commits of its own is simply where the other is.
  expect(await bring(a, squashed, a)).toEqual({ kind: 'made', oid: squashed });
});

test('what conflicts is told by file, and merging the commit that is named brings the branch there', async () => {
  const { place, git, commit, a, b } = await stacked();
  git('checkout', '-q', '-B', 'a2', 'main');
  const onto = commit('A otherwise', { 'a.txt': lines('first', 'second by a') });
  const wanted = { from: a, onto, mayHold: true, message: 'Take it\n', identity };
  const found = await restackOnto(place, { ...wanted, head: b });
  if (found.kind !== 'conflict') throw new Error(found.kind);
  expect(found.conflicts).toEqual([{ path: 'a.txt', kind: 'content', about: 'Both changed the same lines.' }]);
  git('checkout', '-q', 'b');
  git('merge', '-q', '-X', 'ours', '--no-edit', found.toMerge);
  const resolved = git('rev-parse', 'HEAD');
  expect(await restackOnto(place, { ...wanted, from: found.toMerge, head: resolved })).toEqual({ kind: 'there' });
  expect(git('merge-base', onto, resolved)).toBe(onto);
  // What was only of the old A is not there any more, though B never touched it.
  expect(git('ls-tree', '--name-only', resolved).split('\n')).not.toContain('of-a.txt');

  // Somebody who merges what it is to stand on itself, and resolves that, has said what is to become of both.
  git('reset', '-q', '--hard', b);
  git('merge', '-q', '-X', 'ours', '--no-edit', onto);
  write(place.checkout.workTree, 'a.txt', lines('first', 'by both'));
  git('commit', '-q', '-a', '--amend', '--no-edit');
  const byHand = { ...wanted, head: git('rev-parse', 'HEAD') };
  expect(await restackOnto(place, byHand)).toEqual({ kind: 'there' });
  // Not where what it began at is to go from it.
  expect(await restackOnto(place, { ...byHand, mayHold: false })).toMatchObject({ kind: 'conflict' });
});

test('a branch taken off another loses that change also when it had merged what it is brought onto', async () => {
  const { place, git, commit, a } = await stacked();
  git('checkout', '-q', 'main');
  const onto = commit('Main moved', { 'other.txt': 'y\n' });
  git('checkout', '-q', 'b');
  git('merge', '-q', '--no-edit', 'main');
  const wanted = { from: a, onto, head: git('rev-parse', 'b'), mayHold: false, message: 'Take main\n', identity };
  const found = await restackOnto(place, wanted);
  const merged = found.kind === 'conflict' ? found.toMerge : '';
  git('merge', '-q', '-X', 'ours', '--no-edit', merged || (found.kind === 'made' ? found.oid : ''));
  expect(git('ls-tree', '--name-only', 'HEAD').split('\n')).not.toContain('of-a.txt');
});

test('a branch with a merge of its own is merged instead of replayed', async () => {
  const { place, git, commit, a } = await stacked();
  git('checkout', '-q', '-b', 'side', 'b~1');
  commit('Side', { 'side.txt': 's\n' });
  git('checkout', '-q', 'b');
  git('merge', '-q', '--no-edit', 'side');
  const head = git('rev-parse', 'HEAD');
  git('checkout', '-q', 'a');
  const onto = commit('A three', { 'more.txt': 'more\n' });
  const made = await restackOnto(place, { from: a, onto, head, mayHold: true, message: 'Take A\n', identity });
  if (made.kind !== 'made') throw new Error(made.kind);
  expect(git('log', '-1', '--format=%s %P', made.oid)).toBe(`Take A ${head} ${onto}`);
});

test('several changes are put together in one commit, one that holds the others is taken as it is, and two that conflict are named', async () => {
  const { place, git, commit, a, b } = await stacked();
  const join = (...oids: string[]) => joinCommits(place, { oids, message: 'Together\n', identity });
  expect(await join(a, b, a)).toEqual({ kind: 'joined', oid: b });
  git('checkout', '-q', '-b', 'c', 'main');
  const c = commit('C', { 'of-c.txt': 'c\n' });
  const joined = await join(a, c);
  if (joined.kind !== 'joined') throw new Error(joined.kind);
  expect(git('rev-list', '--parents', '-1', joined.oid)).toBe(`${joined.oid} ${a} ${c}`);
  const d = commit('D', { 'a.txt': lines('first by d') });
  expect(await join(a, d)).toMatchObject({ kind: 'conflict', pair: [a, d], conflicts: [{ path: 'a.txt' }] });
});
