import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Place } from '../../../core/git/checkout';
import { newObject, writeObjects } from '../../../core/git/objects';
import { openRepository } from '../../../core/git/open';
import { createBench } from './fixture';

const bench = createBench();

async function repositoryOf(format: string): Promise<Place> {
  const path = join(bench.folder, format);
  bench.plain(bench.folder, 'init', '-q', '-b', 'main', `--object-format=${format}`, path);
  bench.plain(path, 'commit', '-q', '--allow-empty', '-m', 'First');
  return { git: bench.git, checkout: (await openRepository(bench.git, path)).checkout, trusted: false };
}

const who = 'Somebody <somebody@localhost> 0 +0000';
const commitOf = (tree: string, ...parents: readonly string[]) =>
  Buffer.from(
    `tree ${tree}\n${parents.map((oid) => `parent ${oid}\n`).join('')}author ${who}\ncommitter ${who}\n\nKept\n`,
  );

test.each(['sha1', 'sha256'])(
  'objects of every size and kind are stored under the ids git gives them: %s',
  async (format) => {
    const place = await repositoryOf(format);
    const top = place.checkout.workTree;
    const head = bench.plain(top, 'rev-parse', 'HEAD').trim();
    const blobs = [0, 1, 15, 16, 17, 2_047, 2_048, 300_000].map((size) => newObject('blob', randomBytes(size), head));
    const entries = blobs.map(({ oid }, at) => [Buffer.from(`100644 ${at}\0`), Buffer.from(oid, 'hex')]);
    const tree = newObject('tree', Buffer.concat(entries.flat()), head);
    const commit = newObject('commit', commitOf(tree.oid, head), head);
    await writeObjects(place, [...blobs, tree, commit]);
    // Once more: what is there already is no reason to fail.
    await writeObjects(place, [...blobs, tree, commit, commit]);
    bench.plain(top, 'update-ref', 'refs/heads/kept', commit.oid);
    expect(bench.plain(top, 'fsck', '--strict', '--no-dangling')).toBe('');
    expect(bench.plain(top, 'rev-parse', 'kept^', 'kept^{tree}').split('\n')).toEqual([head, tree.oid, '']);
    expect(bench.plain(top, 'ls-tree', '-r', '-l', 'kept').match(/\d+(?=\t)/g)).toEqual(
      blobs.map(({ content }) => String(content.length)),
    );
  },
);

test('an object that names one nobody has is refused, and so is a malformed one', async () => {
  const place = await bench.repository();
  const top = place.checkout.workTree;
  const head = bench.plain(top, 'rev-parse', 'HEAD').trim();
  const tree = bench.plain(top, 'rev-parse', 'HEAD^{tree}').trim();
  for (const content of [
    commitOf(tree, '1'.repeat(40)),
    commitOf('1'.repeat(40), head),
    commitOf(tree, tree),
    Buffer.from(`tree ${tree}\n\nBy nobody\n`),
  ]) {
    await expect(writeObjects(place, [newObject('commit', content, head)])).rejects.toMatchObject({
      code: 'GIT_FAILED',
    });
  }
  await writeObjects(place, [newObject('commit', commitOf(tree, head), head)]);
  await writeObjects(place, []);
});
