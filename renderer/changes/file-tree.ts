import type { FileChange } from '../../core/contract/review';

/** A folder of the tree, with what is in it at any depth. Folders with nothing beside the next one are one row with that. */
interface FolderRow {
  readonly kind: 'folder';
  /** From the top of the repository. */
  readonly path: string;
  /** From the folder above it. */
  readonly name: string;
  readonly depth: number;
  readonly isFolded: boolean;
  readonly files: number;
  readonly additions: number;
  readonly deletions: number;
  /** All of its files are. */
  readonly isViewed: boolean;
  /** The file at hand is in it, and out of sight. */
  readonly hides: (path: string | null) => boolean;
}

interface FileRow {
  readonly kind: 'file';
  readonly file: FileChange;
  readonly name: string;
  readonly depth: number;
}

/** One row of the tree of a change's files. */
export type TreeRow = FolderRow | FileRow;

/** The files of a change as a tree, row by row. They come in the order in which their diffs are shown, and stay in it. */
export function treeOf(
  files: readonly FileChange[],
  folded: ReadonlySet<string>,
  viewed: ReadonlySet<string>,
): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const add = (within: readonly FileChange[], from: number, depth: number): void => {
    for (let at = 0; at < within.length; ) {
      const file = within[at] as FileChange;
      if (!file.path.includes('/', from)) {
        rows.push({ kind: 'file', file, name: file.path.slice(from), depth });
        at += 1;
        continue;
      }
      const first = file.path.slice(0, file.path.indexOf('/', from) + 1);
      let end = at + 1;
      while (within[end]?.path.startsWith(first)) end += 1;
      const inside = within.slice(at, end);
      const folder = deepest(first, inside);
      const path = folder.slice(0, -1);
      const isFolded = folded.has(path);
      rows.push({
        ...{ kind: 'folder', path, name: path.slice(from), depth, isFolded, files: inside.length },
        additions: inside.reduce((sum, { additions }) => sum + (additions ?? 0), 0),
        deletions: inside.reduce((sum, { deletions }) => sum + (deletions ?? 0), 0),
        isViewed: inside.every((one) => viewed.has(one.path)),
        hides: (one) => isFolded && one?.startsWith(folder) === true,
      });
      if (!isFolded) add(inside, folder.length, depth + 1);
      at += inside.length;
    }
  };
  add(files, 0, 0);
  return rows;
}

/** The folder all these files are in that has something beside one folder, from one they are all in. Both end in a slash. */
function deepest(folder: string, files: readonly FileChange[]): string {
  const [one] = files;
  const next = one?.path.indexOf('/', folder.length) ?? -1;
  if (one === undefined || next < 0) return folder;
  const below = one.path.slice(0, next + 1);
  return files.every(({ path }) => path.startsWith(below)) ? deepest(below, files) : folder;
}
