import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keepUnder, listBackupRefs } from '../../../core/git/backup-refs';
import { createBench } from './fixture';

const bench = createBench();

test('what could not be kept is not taken for kept, and keeping it twice is no error', async () => {
  const place = await bench.repository();
  const { workTree, commonDir } = place.checkout;
  const oid = bench.plain(workTree, 'rev-parse', 'HEAD').trim();
  const ref = 'refs/switchyard/backup/7/123';
  const lock = join(commonDir, `${ref}.lock`);
  mkdirSync(join(lock, '..'), { recursive: true });
  writeFileSync(lock, '');
  await expect(keepUnder(place, { ref, oid })).rejects.toMatchObject({ code: 'GIT_FAILED' });
  rmSync(lock);
  await keepUnder(place, { ref, oid });
  await keepUnder(place, { ref, oid });
  expect(await listBackupRefs(place)).toEqual([{ ref, oid }]);
});
