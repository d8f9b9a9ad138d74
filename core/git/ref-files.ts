import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from './checkout';
import { known } from './known';
import { readPlainFile } from './plain-file';
import { runGit } from './run';

/** A ref, or HEAD, is one line. */
const mostOfRef = 1_024;

/** A longer list of refs is git's to read. */
const mostOfPacked = 1024 * 1024;

/**
 * What a full ref name points at, by the files git keeps refs in (gitrepository-layout(5)): null when there is none, `unknown`
 * when git must be asked. It is asked for whatever is not plainly so: refs of one worktree alone, refs that stand for others,
 * another way of keeping them, names that are no names, objects that are not there.
 */
export async function refInFiles(place: Place, ref: string): Promise<string | null | 'unknown'> {
  if (!isShared(ref)) return 'unknown';
  const { commonDir } = place.checkout;
  const loose = await readPlainFile(join(commonDir, ref), { mostBytes: mostOfRef, follow: false });
  if (loose === 'unknown') return 'unknown';
  if (loose !== 'absent') return ofObject(place, withoutEnd(loose.toString('latin1')));
  // Packed refs are read after the loose one was not there: whoever packs writes the list before the file goes.
  const packed = await readPlainFile(join(commonDir, 'packed-refs'), { mostBytes: mostOfPacked, follow: false });
  if (packed === 'unknown') return 'unknown';
  const oid = packed === 'absent' ? null : findPacked(packed, ref);
  if (oid !== null) return ofObject(place, oid);
  // Where refs are kept in tables, a file takes the place of this folder.
  return (await isFolder(join(commonDir, 'refs', 'heads'))) ? null : 'unknown';
}

/** What HEAD of a checkout says, by its file: the ref it stands for, or the object itself; null when git must be asked. */
export async function headInFiles(
  place: Place,
): Promise<{ readonly ref: string; readonly oid: string } | { readonly ref: null; readonly oid: string } | null> {
  const content = await readPlainFile(join(place.checkout.gitDir, 'HEAD'), { mostBytes: mostOfRef, follow: false });
  if (typeof content === 'string') return null;
  const text = withoutEnd(content.toString('utf8'));
  const ref = /^ref: (refs\/heads\/.+)$/.exec(text)?.[1] ?? null;
  const oid = ref === null ? await ofObject(place, text) : await refInFiles(place, ref);
  return oid === null || oid === 'unknown' ? null : { ref, oid };
}

/** A line without the blanks and line ends git does not count. Those beyond ASCII are part of a name. */
export function withoutEnd(text: string): string {
  return text.replace(/[ \t\n\v\f\r]+$/, '');
}

/** Refs all checkouts share, with names as git-check-ref-format(1) has them. */
function isShared(ref: string): boolean {
  return (
    /^refs\/(heads|tags|remotes|switchyard)\/[^\s~^:?*[\\\p{Cc}]+$/u.test(ref) &&
    !ref.includes('..') &&
    !ref.includes('@{') &&
    ref.split('/').every((part) => part !== '' && !part.startsWith('.') && !/(\.lock|\.)$/.test(part))
  );
}

/** The id that stands before a name in the list of packed refs. */
function findPacked(packed: Buffer, ref: string): string | null {
  const at = packed.indexOf(` ${ref}\n`);
  if (at === -1) return null;
  return packed.toString('latin1', packed.lastIndexOf(0x0a, at) + 1, at);
}

/** The id, if it is one and git has the object: a ref to nothing is git's to explain. */
async function ofObject(place: Place, oid: string): Promise<string | 'unknown'> {
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(oid)) return 'unknown';
  const loose = join(place.checkout.commonDir, 'objects', oid.slice(0, 2), oid.slice(2));
  const isThere = (await lstat(loose).catch(() => null))?.isFile() || (await isPacked(place, oid));
  return isThere ? oid : 'unknown';
}

async function isPacked(place: Place, oid: string): Promise<boolean> {
  const args = ['rev-parse', '--quiet', '--verify', '--end-of-options', `${oid}^{object}`];
  const ask = async () => (await runGit(place, args, { successExitCodes: [1, 128] })).exitCode === 0 || null;
  return (await known(place, `object ${oid}`, ask)) ?? false;
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null))?.isDirectory() ?? false;
}
