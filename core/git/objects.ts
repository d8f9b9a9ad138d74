import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { Place } from './checkout';
import { runGit } from './run';

/** An object to be stored, under the id git will know it by. */
export interface NewObject {
  readonly oid: string;
  readonly kind: keyof typeof kinds;
  readonly content: Buffer;
}

/** The numbers by which a pack tells them apart. */
const kinds = { commit: 1, tree: 2, blob: 3 } as const;

/** Makes an object of a repository whose ids look like the one given. Stores nothing. */
export function newObject(kind: NewObject['kind'], content: Buffer, like: string): NewObject {
  const oid = hashOf(like).update(`${kind} ${content.length}\0`).update(content).digest('hex');
  return { oid, kind, content };
}

/**
 * Stores objects of any kind with one command, those that are stored already among them. Throws GIT_FAILED when one of
 * them is malformed, or names an object that neither is stored nor among them; with `asIs` it is stored all the same, under
 * names too that only other file systems would misread.
 */
export async function writeObjects(
  place: Place,
  objects: readonly NewObject[],
  { asIs = false }: { readonly asIs?: boolean } = {},
): Promise<void> {
  // Git refuses to be given the same one twice.
  const each = [...new Map(objects.map((object) => [object.oid, object])).values()];
  const [first] = each;
  if (first === undefined) return;
  const count = Buffer.alloc(4);
  count.writeUInt32BE(each.length);
  const parts: Buffer[] = [Buffer.from('PACK\0\0\0\x02', 'latin1'), count];
  for (const { kind, content } of each) parts.push(headerOf(kind, content.length), await compressed(content));
  const sum = hashOf(first.oid);
  for (const part of parts) sum.update(part);
  const args = ['unpack-objects', '-q', ...(asIs ? [] : ['--strict'])];
  await runGit(place, args, { input: Buffer.concat([...parts, sum.digest()]) });
}

const compressed = promisify(deflate);

function hashOf(oid: string) {
  return createHash(oid.length === 64 ? 'sha256' : 'sha1');
}

/** An object's kind and size as a pack has them: four bits of the size first, then seven at a time. */
function headerOf(kind: NewObject['kind'], size: number): Buffer {
  const bytes = [(kinds[kind] << 4) | (size % 16)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(rest % 128);
  }
  return Buffer.from(bytes.map((byte, at) => (at < bytes.length - 1 ? byte | 0x80 : byte)));
}
