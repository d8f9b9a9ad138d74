import { lstat, readdir } from 'node:fs/promises';
import { onDisk, readable, readIndexLine } from './capture';
import type { Place } from './checkout';
import type { Landing } from './lock';
import { splitNul } from './nul';
import { runGit } from './run';
import type { BytePath } from './trees';

/** One path that differs between the two commits of a landing. */
export interface Step {
  readonly path: BytePath;
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldOid: string;
  readonly newOid: string;
}

/** The mode of a submodule. */
export const submodule = '160000';
const nothing = '000000';

/** Whether the path has a file before, and after. */
export const had = (step: Step) => step.oldMode !== nothing;
export const has = (step: Step) => step.newMode !== nothing;

/** Every path that differs between the two commits. */
export async function stepsOf(place: Place, { oldOid, newOid }: Landing): Promise<Step[]> {
  const { stdout } = await runGit(
    place,
    ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', '--end-of-options', oldOid, newOid],
    { maxBytes: 1 << 30 },
  );
  const parts = splitNul(stdout.toString('latin1'));
  const steps: Step[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [oldMode = '', newMode = '', from = '', to = ''] = (parts[at] ?? '').slice(1).split(' ');
    steps.push({ path: parts[at + 1] ?? '', oldMode, newMode, oldOid: from, newOid: to });
  }
  return steps;
}

/**
 * The paths in a checkout that stand in the way of a landing: edited, staged or untracked there and changed by it.
 * Ignored files count as well; git itself would overwrite them. `indexFile` is a copy of the index and is refreshed.
 */
export async function obstaclesTo(place: Place, steps: readonly Step[], indexFile: string): Promise<string[]> {
  const [listed, edited] = await Promise.all([
    runGit(place, ['ls-files', '-z', '-v', '--stage'], { indexFile, maxBytes: 1 << 30 }),
    editedFiles(place, indexFile),
  ]);
  const index = new Map(
    splitNul(listed.stdout.toString('latin1')).map((line) => {
      const entry = readIndexLine(line);
      return [entry.path, entry] as const;
    }),
  );
  const leaving = new Set(steps.filter((step) => !has(step)).map((step) => step.path));
  const obstacles = new Set<BytePath>();

  for (const step of steps) {
    const { path } = step;
    const entry = index.get(path);
    if (entry === undefined) {
      if (had(step)) {
        // Its removal is staged. That agrees with a removal, as long as no untracked file took its place.
        if (has(step) || (await present(place, path))) obstacles.add(path);
      } else {
        for (const found of await inPlaceOf(place, path, leaving)) obstacles.add(found);
      }
      continue;
    }
    const isOld = had(step) && entry.mode === step.oldMode && entry.oid === step.oldOid;
    const isNew = has(step) && entry.mode === step.newMode && entry.oid === step.newOid;
    if (entry.stage !== '0' || !(isOld || isNew)) obstacles.add(path);
    else if (entry.flag !== 'H') {
      // Flags hide edits from git's comparison. A sparse path without a file hides nothing; all else might.
      if (entry.flag !== 'S' || (await present(place, path))) obstacles.add(path);
    } else if (step.oldMode === submodule) {
      if (step.newMode !== submodule && (await filesBeneath(place, path)).length > 0) obstacles.add(path);
    } else if (edited.has(path)) obstacles.add(path);
  }
  return [...obstacles].map(readable).sort();
}

/** The files that are not what the index says; it is refreshed first where it calls one edited that is only newer. */
async function editedFiles(place: Place, indexFile: string): Promise<ReadonlySet<BytePath>> {
  const ask = async () => {
    const args = ['diff-files', '-z', '--name-only', '--ignore-submodules=dirty'];
    return new Set(splitNul((await runGit(place, args, { indexFile })).stdout.toString('latin1')));
  };
  const differing = await ask();
  if (differing.size === 0) return differing;
  await runGit(place, ['update-index', '-q', '--refresh'], { indexFile, successExitCodes: [1] });
  return ask();
}

/**
 * What is on disk where a file is to be, but for what is leaving anyway: the path itself, files beneath it, or a file
 * where a folder must be.
 */
export async function inPlaceOf(place: Place, path: BytePath, leaving: ReadonlySet<BytePath>): Promise<BytePath[]> {
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const folder = path.slice(0, at);
    const stats = await lstat(onDisk(place, folder)).catch(() => null);
    if (stats === null) return [];
    if (!stats.isDirectory()) return leaving.has(folder) ? [] : [folder];
  }
  const stats = await lstat(onDisk(place, path)).catch(() => null);
  if (stats === null) return [];
  if (!stats.isDirectory()) return [path];
  return (await filesBeneath(place, path)).filter((file) => !leaving.has(file));
}

async function filesBeneath(place: Place, path: BytePath): Promise<BytePath[]> {
  const files: BytePath[] = [];
  for (const name of await readdir(onDisk(place, path), { encoding: 'latin1' }).catch(() => [])) {
    const child = `${path}/${name}`;
    const stats = await lstat(onDisk(place, child)).catch(() => null);
    if (stats?.isDirectory()) files.push(...(await filesBeneath(place, child)));
    else files.push(child);
  }
  return files;
}

async function present(place: Place, path: BytePath): Promise<boolean> {
  return lstat(onDisk(place, path)).then(
    () => true,
    () => false,
  );
}
