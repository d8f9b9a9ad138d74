import { lstat, mkdir, readFile, readlink, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onDisk, readIndexLine } from './capture';
import type { Place } from './checkout';
import { preparedIndex } from './lock';
import { splitNul } from './nul';
import { had, has, inPlaceOf, type Step, submodule } from './obstacles';
import { runGit } from './run';
import type { BytePath } from './trees';

/**
 * Brings a checkout's files and index from one commit to the next along the steps, then puts the prepared index in
 * place. Everything the steps do not name stays. The steps' paths must be free of edits, or be named in `kept`, whose
 * files are left as they are.
 */
export async function bringForward(
  place: Place,
  steps: readonly Step[],
  kept: ReadonlySet<BytePath> = new Set(),
): Promise<void> {
  const indexFile = preparedIndex(place.checkout);
  const sparse = await sparsePaths(place, indexFile, steps);
  const lines = steps.map((step) =>
    has(step) ? `${step.newMode} ${step.newOid} 0\t${step.path}\0` : `0 ${step.oldOid} 0\t${step.path}\0`,
  );
  // Leaving paths first, so that a file may take the place of a folder and the other way round.
  const ordered = [...lines.filter((line) => line.startsWith('0 ')), ...lines.filter((line) => !line.startsWith('0 '))];
  await runGit(place, ['update-index', '-z', '--add', '--replace', '--index-info'], {
    indexFile,
    input: Buffer.from(ordered.join(''), 'latin1'),
  });
  if (sparse.size > 0) {
    await runGit(place, ['update-index', '-z', '--skip-worktree', '--stdin'], { indexFile, input: bytes([...sparse]) });
  }

  const moving = steps.filter((step) => !kept.has(step.path) && !sparse.has(step.path));
  for (const step of moving) if (had(step) && !has(step)) await removeFile(place, step);
  const files = moving.filter((step) => has(step) && step.newMode !== submodule).map((step) => step.path);
  // Rules about line ends must be on disk before the files they speak of.
  const isRules = (path: BytePath) => path === '.gitattributes' || path.endsWith('/.gitattributes');
  for (const paths of [files.filter(isRules), files.filter((path) => !isRules(path))]) {
    if (paths.length === 0) continue;
    await runGit(place, ['checkout-index', '-f', '-q', '-u', '-z', '--stdin'], { indexFile, input: bytes(paths) });
  }
  for (const step of moving) {
    if (step.newMode === submodule) await mkdir(onDisk(place, step.path), { recursive: true });
  }
  await rename(indexFile, join(place.checkout.gitDir, 'index'));
}

/**
 * After a crash: the steps' paths whose files a person edited since. A file that is missing, has the bytes of either
 * commit, or is the beginning of the new ones, is the crash's doing and may be written again.
 */
export async function editedSince(place: Place, steps: readonly Step[]): Promise<Set<BytePath>> {
  const edited = new Set<BytePath>();
  const leaving = new Set<BytePath>();
  const files = steps.filter((step) => step.newMode !== submodule && step.oldMode !== submodule);
  // Leaving files first: only when they are untouched may something else take the place of their folder, or they of one.
  for (const step of files.filter((step) => !has(step))) {
    if (await isUntouched(place, step, new Set())) leaving.add(step.path);
    else edited.add(step.path);
  }
  for (const step of files.filter(has)) {
    if (!(await isUntouched(place, step, leaving))) edited.add(step.path);
  }
  return edited;
}

async function isUntouched(place: Place, step: Step, leaving: ReadonlySet<BytePath>): Promise<boolean> {
  const inPlace = await inPlaceOf(place, step.path, leaving);
  if (inPlace.length === 0) return true;
  if (inPlace.length > 1 || inPlace[0] !== step.path) return false;
  const target = onDisk(place, step.path);
  const isLink = (await lstat(target)).isSymbolicLink();
  const found = isLink ? await readlink(target, { encoding: 'buffer' }) : await readFile(target);
  for (const [mode, oid] of [
    [step.oldMode, step.oldOid],
    [step.newMode, step.newOid],
  ] as const) {
    if (/^0+$/.test(oid) || (mode === '120000') !== isLink) continue;
    const written = await asWritten(place, step.path, mode, oid);
    if (found.equals(written)) return true;
    // Git writes a file from its beginning, straight to its place.
    if (oid === step.newOid && found.length < written.length && found.equals(written.subarray(0, found.length))) {
      return true;
    }
    if (!isLink && oid === step.oldOid && (await storedAs(place, step.path, found)) === oid) return true;
  }
  return false;
}

/** The bytes git writes to disk for a blob: line ends and filters apply as they would there. */
async function asWritten(place: Place, path: BytePath, mode: string, oid: string): Promise<Buffer> {
  const name = Buffer.from(path, 'latin1').toString('utf8');
  const args = mode === '120000' ? ['cat-file', 'blob', oid] : ['cat-file', '--filters', `--path=${name}`, oid];
  return (await runGit(place, args, { maxBytes: 1 << 30 })).stdout;
}

/** The id git would store a file's bytes under. */
async function storedAs(place: Place, path: BytePath, content: Buffer): Promise<string> {
  const name = Buffer.from(path, 'latin1').toString('utf8');
  const { stdout } = await runGit(place, ['hash-object', '--stdin', `--path=${name}`], { input: content });
  return stdout.toString('utf8').trim();
}

/** The steps' paths that a sparse checkout leaves out. */
async function sparsePaths(place: Place, indexFile: string, steps: readonly Step[]): Promise<Set<BytePath>> {
  const { stdout } = await runGit(place, ['ls-files', '-z', '-v', '--stage'], { indexFile, maxBytes: 1 << 30 });
  const sparse = new Set(
    splitNul(stdout.toString('latin1'))
      .map(readIndexLine)
      .filter((entry) => entry.flag === 'S')
      .map((entry) => entry.path),
  );
  return new Set(steps.filter((step) => has(step) && sparse.has(step.path)).map((step) => step.path));
}

/** Removes a file that left, and the folders it leaves empty. */
async function removeFile(place: Place, step: Step): Promise<void> {
  if (step.oldMode === submodule) {
    // A submodule's files are its own; an empty folder is all that may go.
    await rmdir(onDisk(place, step.path)).catch(() => {});
  } else {
    const stats = await lstat(onDisk(place, step.path)).catch(() => null);
    if (stats?.isDirectory() === false) await rm(onDisk(place, step.path), { force: true });
  }
  for (let at = step.path.lastIndexOf('/'); at > 0; at = step.path.lastIndexOf('/', at - 1)) {
    const emptied = await rmdir(onDisk(place, step.path.slice(0, at))).then(
      () => true,
      () => false,
    );
    if (!emptied) return;
  }
}

function bytes(paths: readonly BytePath[]): Buffer {
  return Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1');
}
