import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Place } from '../../../core/git/checkout';
import { isAncestor, listChanges, mergeBase, patch } from '../../../core/git/diff';
import { makeMerge } from '../../../core/git/merge';
import { treeOf } from '../../../core/git/resolve';
import { createBench, identity, write } from './fixture';

const bench = createBench();

interface Change {
  readonly place: Place;
  readonly top: string;
  readonly base: string;
  readonly head: string;
  /** A commit on the same base that changes something else. */
  readonly mask: string;
}

const oid = (top: string, name = 'HEAD') => bench.plain(top, 'rev-parse', name).trim();

/** What an agent's branch really holds, and what it would rather have the person see. */
async function change(): Promise<Change> {
  const place = await bench.repository();
  const top = place.checkout.workTree;
  const base = oid(top);
  const commit = (file: string) => {
    bench.plain(top, 'checkout', '-q', '--detach', base);
    write(top, file, `${file}\n`);
    bench.plain(top, 'add', '-A');
    bench.plain(top, 'commit', '-q', '-m', file);
    return oid(top);
  };
  const [head, mask] = [commit('evil.txt'), commit('good.txt')];
  bench.plain(top, 'checkout', '-q', 'main');
  return { place, top, base, head, mask };
}

async function seen({ place, base, head }: Change) {
  return {
    files: (await listChanges(place, { base, head })).map(({ path }) => path),
    patch: (await patch(place, { base, head })).patch.includes('+evil.txt'),
    tree: await treeOf(place, head),
    mergeBase: await mergeBase(place, base, head),
    ancestor: await isAncestor(place, base, head),
    squashed: await squashed({ place, base, head }),
  };
}

/** The tree that would land. */
async function squashed({ place, base, head }: Pick<Change, 'place' | 'base' | 'head'>): Promise<string | null> {
  const made = await makeMerge(place, { strategy: 'squash', baseOid: base, headOid: head, message: 'm', identity });
  return made.kind === 'made' ? made.tree : null;
}

/** What git in a terminal says the commit's tree is. */
const plainTree = ({ top, head }: Change) => oid(top, `${head}^{tree}`);

test('a commit is what its id says, though another is to be taken for it', async () => {
  const made = await change();
  const { top, head, mask } = made;
  const before = await seen(made);
  expect(before).toMatchObject({ files: ['evil.txt'], patch: true });
  bench.plain(top, 'replace', head, mask);
  expect(plainTree(made)).not.toBe(before.tree);
  expect(await seen(made)).toEqual(before);
});

test('a commit has the parents it was made with, whatever is grafted on it', async () => {
  const made = await change();
  const { top, base, head } = made;
  const before = await seen(made);
  write(top, '.git/info/grafts', `${head}\n`);
  expect(bench.plain(top, 'rev-list', head).trim().split('\n')).toEqual([head]);
  expect(await seen(made)).toEqual(before);
  write(top, '.git/info/grafts', `${base} ${head}\n`);
  expect(await seen(made)).toEqual(before);
});

test('a commit is read from its object, not from what was written down about many', async () => {
  const made = await change();
  const { top, head, mask } = made;
  const before = await seen(made);
  bench.plain(top, 'tag', 'kept', head);
  bench.plain(top, 'commit-graph', 'write', '--reachable');
  const file = join(top, '.git/objects/info/commit-graph');
  const graph = readFileSync(file);
  const at = graph.indexOf(Buffer.from(before.tree, 'hex'));
  Buffer.from(oid(top, `${mask}^{tree}`), 'hex').copy(graph, at);
  // The file is written without leave to write.
  writeFileSync(`${file}.false`, graph);
  renameSync(`${file}.false`, file);
  expect(bench.plain(top, 'log', '-1', '--format=%T', head).trim()).not.toBe(before.tree);
  expect(await seen(made)).toEqual(before);
});
