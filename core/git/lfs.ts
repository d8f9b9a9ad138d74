import type { Place } from './checkout';
import { runGit } from './run';

const firstLine = 'version https://git-lfs.github.com/spec/v1\n';

/** Which of the blobs are pointers of Git LFS. Only small ones are read: a pointer is about 130 bytes. */
export async function lfsPointers(place: Place, oids: readonly string[]): Promise<ReadonlySet<string>> {
  const pointers = new Set<string>();
  if (oids.length === 0) return pointers;
  const lines = (some: readonly string[]) => some.map((oid) => `${oid}\n`).join('');
  const sizes = await runGit(place, ['cat-file', '--batch-check=%(objectname) %(objectsize)'], { input: lines(oids) });
  const small = sizes.stdout
    .toString('utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, size]) => Number(size) > 100 && Number(size) < 1024)
    .map(([oid = '']) => oid);
  if (small.length === 0) return pointers;
  const { stdout } = await runGit(place, ['cat-file', '--batch'], { input: lines(small) });
  let at = 0;
  for (const oid of small) {
    const start = stdout.indexOf('\n', at) + 1;
    const size = Number(stdout.subarray(at, start).toString('utf8').trim().split(' ')[2]);
    if (stdout.subarray(start, start + firstLine.length).toString('utf8') === firstLine) pointers.add(oid);
    at = start + size + 1;
  }
  return pointers;
}
