import { expect, test } from 'vitest';
import type { Place } from '../../../core/git/checkout';
import { makeMerge, previewMerge } from '../../../core/git/merge';
import { replay } from '../../../core/git/replay';
import { contents, createBench, write } from './fixture';

const bench = createBench();
const identity = { name: 'Petra Person', email: 'petra@example.test' };
const lines = (...changed: readonly string[]) =>
  Array.from({ length: 30 }, (_, at) => `${changed[at] ?? `line ${at}`}\n`).join('');

/** A repository whose branch `side` is made by `work`, and whose main then has another commit, touching `main.txt`. */
async function diverged(work: (commit: Commit, top: string) => void, onMain = (_top: string) => {}): Promise<Diverged> {
  const place = await bench.repository(undefined, { 'a.txt': lines(), 'main.txt': 'x\n' });
  const top = place.checkout.workTree;
  const commit: Commit = (message, files = {}) => {
    for (const [path, content] of Object.entries(files)) write(top, path, content);
    bench.plain(top, 'add', '-A');
    bench.plain(top, 'commit', '-q', '--allow-empty', '-m', message, '--author', 'Agnes Agent <agnes@example.test>');
    return bench.plain(top, 'rev-parse', 'HEAD').trim();
  };
  bench.plain(top, 'checkout', '-q', '-b', 'side');
  work(commit, top);
  bench.plain(top, 'checkout', '-q', 'main');
  onMain(top);
  const baseOid = commit('Main moved', { 'main.txt': 'y\n' });
  return { place, top, baseOid, headOid: bench.plain(top, 'rev-parse', 'side').trim() };
}

type Commit = (message: string, files?: Readonly<Record<string, string>>) => string;
interface Diverged {
  readonly place: Place;
  readonly top: string;
  readonly baseOid: string;
  readonly headOid: string;
}

async function reasonOf({ place, baseOid, headOid }: Diverged): Promise<string> {
  const preview = await previewMerge(place, { baseOid, headOid });
  if (preview.kind !== 'clean') throw new Error(preview.kind);
  const done = await replay(place, { baseOid, headOid, tree: preview.tree });
  const made = await makeMerge(place, { strategy: 'rebase', baseOid, headOid, message: '', identity });
  expect(made.kind === 'not-rebasable' ? made.reason : made.kind).toBe(done.kind === 'refused' ? done.reason : 'made');
  return done.kind === 'refused' ? done.reason : '';
}

test('a rebase makes the same commits on the new base as git does, by the same authors, committed by the person', async () => {
  const at = await diverged((commit) => {
    commit('One\n\nwith a bödy\n\n  and an indented line', { 'a.txt': lines('first') });
    commit('Nothing in it');
    commit('Two', { 'a.txt': lines('first', 'second'), 'sub/new': 'new\n' });
    // What main brings by itself leaves nothing to be done again.
    commit('The same as main', { 'main.txt': 'y\n' });
  });
  const { place, top, baseOid, headOid } = at;
  const before = contents(top);
  const made = await makeMerge(place, { strategy: 'rebase', baseOid, headOid, message: 'unused', identity });
  if (made.kind !== 'made') throw new Error(made.kind);
  expect(contents(top)).toEqual(before);
  const log = (range: string, format: string) => bench.plain(top, 'log', '--reverse', `--format=${format}`, range);
  // Git's own rebase of the very same branch, with other committers and times only.
  bench.plain(top, 'checkout', '-q', '-b', 'by-git', 'side');
  bench.plain(top, 'rebase', '-q', '--no-reapply-cherry-picks', '--empty=drop', 'main');
  const format = '%T %an <%ae> %ad%n%B%n--';
  expect(log(`${baseOid}..${made.oid}`, format)).toBe(log('main..by-git', format));
  expect(log(`${baseOid}..${made.oid}`, '%s|%cn <%ce>').trim().split('\n')).toEqual(
    ['One', 'Nothing in it', 'Two'].map((subject) => `${subject}|Petra Person <petra@example.test>`),
  );
  expect(bench.plain(top, 'rev-parse', `${made.oid}~3`).trim()).toBe(baseOid);
  expect(bench.plain(top, 'rev-parse', `${made.oid}^{tree}`).trim()).toBe(made.tree);
});

test('a base that only has to move is given the commits as they are', async () => {
  const { place, top, headOid } = await diverged((commit) => void commit('One', { 'a.txt': lines('first') }));
  const baseOid = bench.plain(top, 'merge-base', 'main', 'side').trim();
  const made = await makeMerge(place, { strategy: 'rebase', baseOid, headOid, message: '', identity });
  expect(made).toMatchObject({ kind: 'made', oid: headOid });
});

test('what cannot be replayed one by one says why, and leaves merging as it was', async () => {
  const merging = await diverged((commit, top) => {
    commit('One', { 'a.txt': lines('first') });
    bench.plain(top, 'checkout', '-q', '-b', 'other', 'main');
    commit('Other', { 'other.txt': 'other\n' });
    bench.plain(top, 'checkout', '-q', 'side');
    bench.plain(top, 'merge', '-q', '--no-edit', 'other');
  });
  expect(await reasonOf(merging)).toMatch(/^The branch has a merge commit, [0-9a-f]{10} \(Merge branch 'other'/);

  const conflicting = await diverged(
    (commit) => {
      commit('One way', { 'a.txt': lines('one way') });
      commit('And back', { 'a.txt': lines() });
    },
    (top) => write(top, 'a.txt', lines('another way')),
  );
  expect(await reasonOf(conflicting)).toMatch(
    /^The commit [0-9a-f]{10} \(One way\) conflicts with the base by itself, though the branch as a whole does not\.$/,
  );

  const { place, baseOid, headOid } = conflicting;
  const preview = await previewMerge(place, { baseOid, headOid });
  const tree = preview.kind === 'clean' ? preview.tree : '';
  expect(await replay(place, { baseOid, headOid, tree, limit: 1 })).toEqual({
    kind: 'refused',
    reason: 'The branch has more commits than the 1 that are done again one by one.',
  });
});
