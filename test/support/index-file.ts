import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the entries of an index begin, and where in one its path does (gitformat-index(5), version 2). */
const [entries, path] = [12, 62] as const;

/**
 * Has the index of a copied repository say of its files what the system says of the copies, which are others by their times and
 * numbers. `git update-index --refresh` does the same, and would be started for each of the many hundred.
 */
export function refreshIndex(repository: string): void {
  const file = join(repository, '.git', 'index');
  const index = readFileSync(file);
  if (index.readUInt32BE(4) !== 2) throw new Error(`The index of ${repository} is not of version 2.`);
  for (let left = index.readUInt32BE(8), at = entries; left > 0; left -= 1) {
    const end = index.indexOf(0, at + path);
    const stats = lstatSync(Buffer.concat([Buffer.from(`${repository}/`), index.subarray(at + path, end)]), {
      bigint: true,
    });
    const second = 1_000_000_000n;
    const times = [stats.ctimeNs, stats.mtimeNs].flatMap((time) => [time / second, time % second]);
    const numbers = [...times, stats.dev, stats.ino];
    for (const [place, number] of numbers.entries()) index.writeUInt32BE(Number(number & 0xffff_ffffn), at + place * 4);
    // Between them are the mode, and after them owner and size.
    for (const [place, number] of [stats.uid, stats.gid, stats.size].entries())
      index.writeUInt32BE(Number(number & 0xffff_ffffn), at + 28 + place * 4);
    at += (end - at + 8) & ~7;
  }
  const sum = index.length - 20;
  createHash('sha1').update(index.subarray(0, sum)).digest().copy(index, sum);
  writeFileSync(file, index);
}
