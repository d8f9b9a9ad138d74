import type { Place } from './checkout';
import { type ChangedFile, changedFile, patch, type Range } from './diff';
import { readHunks } from './hunks';
import { hunksWithin, replaceLines, type Stretches } from './replace-lines';
import { runGit } from './run';
import { type Rewritten, rewriteTree } from './tree-entry';

/** What of a change is to be taken back: one file by the name it has now, or had; of it some lines, or all. */
export interface Wanted {
  readonly path: string;
  /** The former name of a renamed file. */
  readonly oldPath: string | null;
  /** A hunk as it is shown, context and all; null for whatever became of the file. */
  readonly lines: Stretches | null;
}

/** What came of asking for a tree without a part of a change. */
export type TakenBack =
  | Rewritten
  /** The change does nothing to this file, or nothing in these lines. */
  | { readonly kind: 'not-there' }
  /** Lines of it cannot be taken back, only all of it; `reason` is a clause. */
  | { readonly kind: 'only-whole'; readonly reason: string };

/** The most of a file's content that is read. */
const maxBytes = 16 * 1024 * 1024;

/** Makes the tree the later commit would have without a part of the change, in the object database. */
export async function takeBack(place: Place, range: Range, wanted: Wanted): Promise<TakenBack> {
  const file = await changedFile(place, { ...range, path: wanted.path });
  if (file === null || file.oldPath !== wanted.oldPath) return { kind: 'not-there' };
  if (wanted.lines === null) return whole(place, range.head, file);
  const sides = [file.oldMode, file.newMode].filter((mode) => !isNothing(mode));
  if (!sides.every(isRegular)) return { kind: 'only-whole', reason: 'it is no regular file on both sides' };
  const names = file.oldPath === null ? [file.path] : [file.oldPath, file.path];
  const { patch: text, truncated } = await patch(place, { ...range, paths: names, context: 0, maxBytes });
  if (truncated) return { kind: 'only-whole', reason: 'its difference is too large' };
  const hunks = hunksWithin(readHunks(text), wanted.lines);
  if (hunks.length === 0) return { kind: 'not-there' };
  // A file that came or went is all one hunk; without it the file is not empty, but gone, or back.
  if (sides.length < 2) return whole(place, range.head, file);
  const [before, after] = await Promise.all([contentOf(place, file.oldOid), contentOf(place, file.newOid)]);
  if (before === null || after === null) return { kind: 'only-whole', reason: 'it is too large' };
  const content = replaceLines({ old: before, new: after }, hunks);
  const put = { path: file.path, mode: file.newMode, oid: await storeContent(place, content) };
  return rewriteTree(place, range.head, { remove: null, put });
}

/** Stores bytes as they are, through no filter, and gives their id. */
export async function storeContent(place: Place, content: Buffer): Promise<string> {
  const { stdout } = await runGit(place, ['hash-object', '-w', '-t', 'blob', '--stdin'], { input: content });
  return stdout.toString('utf8').trim();
}

/** The bytes of an object; null when they are too many. */
async function contentOf(place: Place, oid: string): Promise<Buffer | null> {
  const { stdout, truncated } = await runGit(place, ['cat-file', 'blob', oid], { maxBytes, truncate: true });
  return truncated ? null : stdout;
}

/** Whether a mode is that of a file with content of its own. */
export function isRegular(mode: string): boolean {
  return mode.startsWith('100');
}

const isNothing = (mode: string) => /^0+$/.test(mode);

async function whole(place: Place, head: string, file: ChangedFile): Promise<Rewritten> {
  const path = file.oldPath ?? file.path;
  const put = isNothing(file.oldMode) ? null : { path, mode: file.oldMode, oid: file.oldOid };
  const remove = put === null || path !== file.path ? file.path : null;
  return rewriteTree(place, head, { remove, put });
}
