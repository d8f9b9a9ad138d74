import type { FileChange } from '../contract/review';
import type { ChangeSize } from '../contract/task';
import type { Place } from './checkout';
import { known } from './known';
import { lfsPointers } from './lfs';
import { splitNul } from './nul';
import { runGit } from './run';

/** Two commits to compare. */
export interface Range {
  readonly base: string;
  readonly head: string;
}

/** The commit two have in common; null when their histories are unrelated. */
export async function mergeBase(place: Place, one: string, other: string): Promise<string | null> {
  return known(place, `merge-base ${one} ${other}`, async () => {
    const args = ['merge-base', '--end-of-options', one, other];
    const { stdout, exitCode } = await runGit(place, args, { successExitCodes: [1] });
    return exitCode === 0 ? stdout.toString('utf8').trim() : null;
  });
}

/** Whether one commit is another's ancestor, or the same: then it is what both have in common. They are named by their whole ids. */
export async function isAncestor(place: Place, ancestor: string, descendant: string): Promise<boolean> {
  return (await mergeBase(place, ancestor, descendant)) === ancestor;
}

const comparing = ['--no-ext-diff', '--no-textconv', '--no-color', '--submodule=short', '--ignore-submodules=none'];

const statuses: Readonly<Record<string, FileChange['status']>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  C: 'copied',
  T: 'type-changed',
  U: 'unmerged',
};

/** The files that differ between two commits, renames followed, with what a person should know before reading on. */
export async function listChanges(place: Place, { base, head }: Range): Promise<FileChange[]> {
  const { raw, counts } = await changesBetween(place, { base, head });
  const blobs = raw.filter((change) => change.newMode.startsWith('100')).map((change) => change.newOid);
  const pointers = await known(place, `pointers ${base} ${head}`, () => lfsPointers(place, blobs));
  return raw.map(({ oldOid: _, newOid, ...change }) => {
    const count = counts.get(change.path) ?? { additions: 0, deletions: 0 };
    return {
      ...change,
      ...count,
      content: contentOf({ newMode: change.newMode, newOid }),
      binary: count.additions === null,
      note: noteOf(change, pointers.has(newOid)),
    };
  });
}

/** A file as a later commit has it: its lines counted, null for a binary one, and what stands for its content and mode. */
export type FileVersion = Pick<FileChange, 'path' | 'status' | 'additions' | 'deletions'> & {
  readonly content: string;
};

/** The files that differ between two commits, as the later one has them. */
export async function listVersions(place: Place, range: Range): Promise<readonly FileVersion[]> {
  const { raw, counts } = await changesBetween(place, range);
  return raw.map(({ path, status, newMode, newOid }) => {
    const { additions, deletions } = counts.get(path) ?? { additions: 0, deletions: 0 };
    return { path, status, additions, deletions, content: contentOf({ newMode, newOid }) };
  });
}

function contentOf({ newMode, newOid }: Pick<ChangedFile, 'newMode' | 'newOid'>): string {
  return `${newMode} ${newOid}`;
}

async function changesBetween(place: Place, { base, head }: Range): Promise<ReturnType<typeof readChanges>> {
  const { stdout } = await runGit(place, [
    'diff-tree',
    ...['-r', '-z', '-M', '--raw', '--numstat', '--no-abbrev', ...comparing],
    ...['--end-of-options', base, head],
  ]);
  return readChanges(splitNul(stdout));
}

/** One file of a change with what it is on both sides; modes and ids of zeros where it is not. */
export type ChangedFile = Pick<FileChange, 'path' | 'oldPath' | 'status' | 'oldMode' | 'newMode'> & {
  readonly oldOid: string;
  readonly newOid: string;
};

/**
 * The files that stand in the later of two commits and got or lost a line that fits an extended regular expression. What the
 * repository says of their sorts does not count: any file is lines here.
 */
export async function listChangesOf(
  place: Place,
  { base, head, lines, signal }: Range & { readonly lines: string; readonly signal: AbortSignal },
): Promise<readonly ChangedFile[]> {
  const args = ['diff-tree', '-r', '-z', '-M', '--raw', '--no-abbrev', '--text', '--diff-filter=d', `-G${lines}`];
  const { stdout } = await runGit(place, [...args, ...comparing, '--end-of-options', base, head], { signal });
  return readChanges(splitNul(stdout)).raw;
}

/** What became of one file between two commits, by the name it has now, or had when it is gone; null for nothing. */
export async function changedFile(
  place: Place,
  { base, head, path }: Range & { readonly path: string },
): Promise<ChangedFile | null> {
  const { stdout } = await runGit(place, [
    ...['diff-tree', '-r', '-z', '-M', '--raw', '--no-abbrev', ...comparing, '--end-of-options', base, head],
  ]);
  return readChanges(splitNul(stdout)).raw.find((file) => file.path === path) ?? null;
}

/** The files that left their place between two commits, by the name they had: their new name, or null for one that is gone. */
export async function listRenames(place: Place, { base, head }: Range): Promise<ReadonlyMap<string, string | null>> {
  const { stdout } = await runGit(place, [
    ...['diff-tree', '-r', '-z', '-M', '--raw', '--no-abbrev', '--diff-filter=DR', ...comparing],
    ...['--end-of-options', base, head],
  ]);
  return new Map(
    readChanges(splitNul(stdout)).raw.map((file) =>
      file.oldPath === null ? [file.path, null] : [file.oldPath, file.path],
    ),
  );
}

/** How large the difference between two commits is. Lines of binary files do not count. */
export async function changeSize(place: Place, { base, head }: Range): Promise<ChangeSize> {
  const { stdout } = await runGit(place, [
    'diff-tree',
    ...['-r', '-z', '-M', '--numstat', ...comparing, '--end-of-options', base, head],
  ]);
  return sizeOfFiles([...readChanges(splitNul(stdout)).counts.values()]);
}

/** How large a change of these files is. */
export function sizeOfFiles(files: readonly Count[]): ChangeSize {
  return {
    files: files.length,
    additions: files.reduce((sum, file) => sum + (file.additions ?? 0), 0),
    deletions: files.reduce((sum, file) => sum + (file.deletions ?? 0), 0),
  };
}

/** How a patch is made, where it is not by the defaults. */
export interface PatchOptions {
  readonly paths?: readonly string[];
  readonly context?: number;
  readonly maxBytes?: number;
  /** Leaves out what differs only in white space, or in empty lines. Its hunks are not those of the true difference. */
  readonly ignoreWhitespace?: boolean;
}

/**
 * The difference between two commits as a patch, for all files or those named (of a renamed file name both paths).
 * Around each difference stand `context` lines that are alike. Beyond `maxBytes` it is cut after a whole line.
 */
export async function patch(place: Place, range: Range & PatchOptions): Promise<{ patch: string; truncated: boolean }> {
  const { base, head, paths = [], context = 3, maxBytes = 16 * 1024 * 1024, ignoreWhitespace = false } = range;
  const { stdout, truncated } = await runGit(
    place,
    [
      'diff-tree',
      ...['-r', '-M', '-p', `--unified=${context}`, '--full-index', '--src-prefix=a/', '--dst-prefix=b/', ...comparing],
      ...(ignoreWhitespace ? ['--ignore-all-space', '--ignore-blank-lines'] : []),
      ...['--end-of-options', base, head, '--', ...paths],
    ],
    { maxBytes, truncate: true },
  );
  const end = truncated ? stdout.lastIndexOf('\n') + 1 : stdout.length;
  return { patch: stdout.subarray(0, end).toString('utf8'), truncated };
}

type Count = { readonly additions: number | null; readonly deletions: number | null };

/** Reads `--raw --numstat -z`: each entry's header, then its path, or both paths of a rename. */
function readChanges(parts: readonly string[]): { raw: ChangedFile[]; counts: Map<string, Count> } {
  const raw: ChangedFile[] = [];
  const counts = new Map<string, Count>();
  const rest = parts[Symbol.iterator]();
  const next = () => String(rest.next().value ?? '');
  for (const part of rest) {
    if (part.startsWith(':')) {
      const [oldMode = '', newMode = '', oldOid = '', newOid = '', letter = ''] = part.slice(1).split(' ');
      const status = statuses[letter.charAt(0)] ?? 'modified';
      const first = next();
      const moved = status === 'renamed' || status === 'copied';
      raw.push({
        path: moved ? next() : first,
        oldPath: moved ? first : null,
        status,
        oldMode,
        newMode,
        oldOid,
        newOid,
      });
    } else {
      const [additions = '', deletions = '', ...name] = part.split('\t');
      let path = name.join('\t');
      if (path === '') {
        next();
        path = next();
      }
      counts.set(path, { additions: countOf(additions), deletions: countOf(deletions) });
    }
  }
  return { raw, counts };
}

function countOf(text: string): number | null {
  return text === '-' ? null : Number(text);
}

function noteOf(change: Pick<FileChange, 'oldMode' | 'newMode'>, pointer: boolean): string | null {
  const modes = [change.oldMode, change.newMode];
  if (modes.includes('160000')) return 'A submodule: the lines name the commit it stands at, not its files.';
  if (modes.includes('120000')) return 'A symbolic link: the line is where it points.';
  if (pointer) return 'Kept in Git LFS: the lines are a pointer, not the file.';
  return null;
}
