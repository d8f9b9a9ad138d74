import { readdirSync, readFileSync } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorsFolder } from './errors';
import { endingFile, listParts, parseEnding, partFile } from './output';
import type { Ending } from './protocol';

/** A stretch of what a program printed. */
export interface Bytes {
  /** The number of its first byte: later than asked for when what came before is no longer kept. */
  readonly from: number;
  readonly bytes: Buffer;
}

/**
 * At most `limit` bytes of an output from byte `from` on, none when it has not come that far. A program that goes on
 * printing, and a host that removes what is old, do not disturb it.
 */
export async function readBytes(folder: string, from: number, limit: number): Promise<Bytes> {
  // A part may go between the look and the reading; the next look finds what is left.
  for (let tries = 0; tries < 5; tries += 1) {
    const parts = await listParts(folder);
    const oldest = parts[0];
    if (oldest === undefined) return { from, bytes: Buffer.alloc(0) };
    const start = Math.max(from, oldest);
    const at = parts.filter((part) => part <= start).at(-1) ?? oldest;
    const read = await readPart(partFile(folder, at), start - at, limit);
    if (read === null) continue;
    const following = parts[parts.indexOf(at) + 1];
    // A part that is followed by another is full; whoever asks for its end is given the beginning of the next.
    if (read.length === 0 && following !== undefined) return readBytes(folder, following, limit);
    return { from: start, bytes: read };
  }
  return { from, bytes: Buffer.alloc(0) };
}

/** The first byte that is kept and the one that comes next; both 0 when there is no such output. */
export async function extentOf(folder: string): Promise<{ readonly first: number; readonly end: number }> {
  const parts = await listParts(folder);
  const [first = 0] = parts;
  const last = parts.at(-1) ?? 0;
  const size = parts.length === 0 ? 0 : (await stat(partFile(folder, last)).catch(() => ({ size: 0 }))).size;
  return { first, end: last + size };
}

/** The end of what a program on pipes printed to stderr, as far as it can be read. */
export function readErrors(folder: string, limit: number): Buffer {
  try {
    const errors = errorsFolder(folder);
    const parts = readdirSync(errors).sort().slice(-2);
    return Buffer.concat(parts.map((part) => readFileSync(join(errors, part)))).subarray(-limit);
  } catch {
    return Buffer.alloc(0);
  }
}

/** How the program ended, when its host lived to write that down. */
export async function readEnding(folder: string): Promise<Ending | null> {
  return parseEnding(await readFile(endingFile(folder), 'utf8').catch(() => ''));
}

async function readPart(file: string, at: number, limit: number): Promise<Buffer | null> {
  try {
    const handle = await open(file, 'r');
    try {
      const buffer = Buffer.allocUnsafe(limit);
      const { bytesRead } = await handle.read(buffer, 0, limit, at);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
