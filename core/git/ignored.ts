import { constants } from 'node:fs';
import { access, lstat, readdir } from 'node:fs/promises';
import { type BytePath, type Entry, onDisk, readable, storeFiles } from './capture';
import type { Place } from './checkout';
import { runGit, splitNul } from './run';

/** The ignored files of a checkout, as far as they are small: settings, keys and notes rather than what a build made. */
export interface Ignored {
  readonly files: readonly Entry[];
  /** The files and folders that are not kept, for people. A folder is kept whole or not at all. */
  readonly notKept: readonly string[];
}

/** How much of the ignored files is kept, in all. */
const most = { bytes: 5 * 1024 * 1024, files: 2_000 };

/** Stores the ignored files of a checkout, the smallest files and folders first, until the most is reached. */
export async function captureIgnored(place: Place, scratch: string): Promise<Ignored> {
  const args = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory'];
  const { stdout } = await runGit(place, args, { maxBytes: 1 << 30 });
  const found = [];
  for (const name of withoutParents(splitNul(stdout.toString('latin1')))) {
    const path = name.replace(/\/$/, '');
    const weight: Weight = { bytes: 0, files: [], fits: true };
    await weigh(place, path, weight);
    found.push({ name, weight });
  }
  const files: BytePath[] = [];
  const notKept: string[] = [];
  let bytes = 0;
  for (const { name, weight } of found.sort((one, other) => one.weight.bytes - other.weight.bytes)) {
    const fits = bytes + weight.bytes <= most.bytes && files.length + weight.files.length <= most.files;
    if (!weight.fits || !fits) {
      notKept.push(readable(name));
      continue;
    }
    bytes += weight.bytes;
    files.push(...weight.files);
  }
  return { files: await storeFiles(place, scratch, files.sort()), notKept: notKept.sort() };
}

/** Git names some folders beside what is in them; what is in them says it all. The names come sorted. */
function withoutParents(names: readonly BytePath[]): BytePath[] {
  return names.filter((name, at) => !(name.endsWith('/') && names[at + 1]?.startsWith(name)));
}

interface Weight {
  bytes: number;
  readonly files: BytePath[];
  /** False as soon as it is too much, or holds what cannot be stored; then nobody looks further. */
  fits: boolean;
}

async function weigh(place: Place, path: BytePath, weight: Weight): Promise<void> {
  const stats = await lstat(onDisk(place, path)).catch(() => null);
  if (stats?.isDirectory()) {
    const names = await readdir(onDisk(place, path), { encoding: 'latin1' }).catch(() => null);
    if (names === null) weight.fits = false;
    for (const name of names ?? []) {
      // Git keeps no file under that name, so a repository in here would come back without its commits.
      if (name.toLowerCase() === '.git') weight.fits = false;
      if (!weight.fits) return;
      await weigh(place, `${path}/${name}`, weight);
    }
    return;
  }
  if (stats?.isFile() || stats?.isSymbolicLink()) {
    weight.bytes += stats.size;
    weight.files.push(path);
    const legible = stats.isSymbolicLink() || (await mayRead(place, path));
    weight.fits &&= legible && weight.bytes <= most.bytes && weight.files.length <= most.files;
  }
}

function mayRead(place: Place, path: BytePath): Promise<boolean> {
  return access(onDisk(place, path), constants.R_OK).then(
    () => true,
    () => false,
  );
}
