import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Place } from './checkout';
import { gitError } from './git-error';
import { splitNul } from './nul';
import { readGit, runGit } from './run';

/** A file, link or submodule as a commit has it. */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
}

/** What a commit has at a path, with its size in bytes; null for nothing, and for a folder. */
export async function entryAt(
  place: Place,
  { commit, path }: { readonly commit: string; readonly path: string },
): Promise<(TreeEntry & { readonly size: number }) | null> {
  const { stdout } = await runGit(place, [
    'ls-tree',
    '-z',
    '-l',
    '--full-tree',
    '--end-of-options',
    commit,
    '--',
    path,
  ]);
  for (const line of splitNul(stdout)) {
    const [, mode, kind, oid, size, name] = /^(\d+) (\w+) ([0-9a-f]+) +(-|\d+)\t(.*)$/s.exec(line) ?? [];
    if (name !== path || mode === undefined || oid === undefined || kind === 'tree') continue;
    return { path, mode, oid, size: Number(size === '-' ? 0 : size) };
  }
  return null;
}

/** Which of some paths are files of a commit, in git's order. */
export async function filesAt(
  place: Place,
  { commit, paths }: { readonly commit: string; readonly paths: readonly string[] },
): Promise<string[]> {
  if (paths.length === 0) return [];
  const args = ['ls-tree', '-z', '--full-tree', '--end-of-options', commit, '--', ...paths];
  const { stdout } = await runGit(place, args);
  return splitNul(stdout).flatMap((line) => /^\d+ blob [0-9a-f]+\t(.*)$/s.exec(line)?.[1] ?? []);
}

/** A tree made of a commit's, with one file gone, one put in place, or both. */
export type Rewritten =
  | { readonly kind: 'made'; readonly tree: string }
  /** A file stands where a folder must be, or files where the file must be: putting it there would remove them. */
  | { readonly kind: 'occupied'; readonly path: string };

/** Makes a tree in the object database, by an index of its own. Runs no hook, which would take that for the checkout's. */
export async function rewriteTree(
  trustedOrNot: Place,
  commit: string,
  { remove, put }: { readonly remove: string | null; readonly put: TreeEntry | null },
): Promise<Rewritten> {
  const place = { ...trustedOrNot, trusted: false };
  const scratch = await mkdtemp(join(tmpdir(), 'switchyard-edit-'));
  const indexFile = join(scratch, 'index');
  try {
    await runGit(place, ['read-tree', '--end-of-options', commit], { indexFile });
    if (remove !== null) {
      const input = `0 ${'0'.repeat(commit.length)} 0\t${remove}\0`;
      await runGit(place, ['update-index', '-z', '--index-info'], { indexFile, input });
    }
    if (put !== null) {
      // Not by --index-info, which takes away whatever is in the way.
      const args = ['update-index', '--add', '--cacheinfo', `${put.mode},${put.oid},${put.path}`];
      const { exitCode, stderr } = await runGit(place, args, { indexFile, successExitCodes: [128] });
      if (exitCode !== 0 && stderr.includes('appears as both a file and as a directory')) {
        return { kind: 'occupied', path: put.path };
      }
      if (exitCode !== 0) throw gitError({ where: place, args, exitCode, stderr });
    }
    return { kind: 'made', tree: await readGit(place, ['write-tree'], { indexFile }) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
