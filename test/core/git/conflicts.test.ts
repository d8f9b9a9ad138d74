import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { conflictSchema } from '../../../core/contract/review';
import { previewMerge } from '../../../core/git/merge';
import { createBench, write } from './fixture';

const bench = createBench();

test('each file that conflicts is told with its kind and what happened to it on either side', async () => {
  const lines = Array.from({ length: 20 }, (_, at) => `${at}\n`).join('');
  const names = ['both', 'goes', 'stays', 'was', 'binary', 'fine'];
  const place = await bench.repository(undefined, Object.fromEntries(names.map((name) => [name, `${name}\n${lines}`])));
  const top = place.checkout.workTree;
  const commit = (branch: string, files: Readonly<Record<string, string>>) => {
    for (const [path, content] of Object.entries(files)) write(top, path, content);
    bench.plain(top, 'add', '-A');
    bench.plain(top, 'commit', '-q', '-m', branch);
    return bench.plain(top, 'rev-parse', 'HEAD').trim();
  };
  bench.plain(top, 'checkout', '-q', '-b', 'side');
  rmSync(join(top, 'goes'));
  bench.plain(top, 'mv', 'was', 'is by side');
  const side = { both: 'side', stays: 'side', added: 'side', binary: 'a\0b', fine: 'side', 'path/in': 'side' };
  const headOid = commit('side', side);
  bench.plain(top, 'checkout', '-q', 'main');
  rmSync(join(top, 'stays'));
  bench.plain(top, 'mv', 'was', 'is by main');
  const main = { both: 'main', goes: 'main', added: 'main', binary: 'a\0c', path: 'main' };
  const baseOid = commit('main', main);

  const preview = await previewMerge(place, { baseOid, headOid });
  if (preview.kind !== 'conflict') throw new Error(preview.kind);
  for (const conflict of preview.conflicts) conflictSchema.parse(conflict);
  const told = Object.fromEntries(preview.conflicts.map(({ path, kind, about }) => [path, [kind, about]]));
  const renamed = ['rename/rename', 'was renamed to is by main in the base and to is by side in this change.'];
  expect(told).toEqual({
    both: ['content', 'Both changed the same lines.'],
    added: ['add/add', 'Both added it, each in its own way.'],
    goes: ['modify/delete', 'This change deletes it, and the base went on changing it.'],
    stays: ['modify/delete', 'The base deleted it, and this change goes on changing it.'],
    binary: ['binary', 'Both changed it, and a binary file cannot be merged by lines.'],
    path: ['file/directory', expect.stringContaining('directory in the way of path from the base')],
    was: renamed,
    'is by main': renamed,
    'is by side': renamed,
  });
});
