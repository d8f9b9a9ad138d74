import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ending, endingSchema } from './protocol';

/** What a program prints, numbered by byte and only ever added to; its oldest part goes when there is too much. */
export interface Output {
  /** The number the next byte gets. */
  readonly end: number;
  /** Writes what it can: how much that was, and why the rest could not be written. */
  append(bytes: Buffer): { readonly written: number; readonly failure: NodeJS.ErrnoException | null };
  close(): void;
}

/** What is kept is kept in files of this size, so that the oldest can go while the newest grows. */
const usualPart = 8 * 1024 * 1024;

/** Makes the place for a program's output. Throws what the file system says, EEXIST when there is one already. */
export function createOutput(options: {
  readonly folder: string;
  readonly keepBytes: number;
  readonly partBytes?: number;
}): Output {
  const { folder, keepBytes } = options;
  const partBytes = Math.min(options.partBytes ?? usualPart, Math.ceil(keepBytes / 2));
  mkdirSync(folder, { mode: 0o700 });
  const parts = [0];
  let end = 0;
  let fd = openSync(partFile(folder, 0), 'a', 0o600);

  function next(): void {
    const opened = openSync(partFile(folder, end), 'a', 0o600);
    closeSync(fd);
    fd = opened;
    parts.push(end);
    // The second oldest begins where what would be left begins.
    while (parts[1] !== undefined && end - parts[1] >= keepBytes) {
      rmSync(partFile(folder, parts.shift() ?? 0), { force: true });
    }
  }

  return {
    get end() {
      return end;
    },
    append(bytes) {
      let written = 0;
      try {
        while (written < bytes.length) {
          const room = (parts.at(-1) ?? 0) + partBytes - end;
          if (room <= 0) {
            next();
            continue;
          }
          const count = writeSync(fd, bytes, written, Math.min(room, bytes.length - written));
          written += count;
          end += count;
        }
        return { written, failure: null };
      } catch (cause) {
        return { written, failure: cause as NodeJS.ErrnoException };
      }
    },
    close: () => closeSync(fd),
  };
}

/** Writes down how a program ended, whole or not at all. */
export function writeEnding(folder: string, ending: Ending): void {
  const file = endingFile(folder);
  writeFileSync(`${file}.new`, JSON.stringify(ending), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The files of an output by the number of their first byte, oldest first. */
export async function listParts(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return partsIn(names);
}

/** How many bytes of disk an output takes. */
export async function bytesKept(folder: string): Promise<number> {
  let sum = 0;
  for (const part of await listParts(folder)) {
    sum += await stat(partFile(folder, part)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return sum;
}

/** Where the part that begins with this byte is. */
export function partFile(folder: string, first: number): string {
  return join(folder, `${String(first).padStart(15, '0')}.bytes`);
}

/** The parts among these file names. */
function partsIn(names: readonly string[]): number[] {
  return names
    .filter((name) => /^\d{15}\.bytes$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((one, other) => one - other);
}

/** Where it stands how a program ended. */
export function endingFile(folder: string): string {
  return join(folder, 'ended.json');
}

/** What stands in that file, or null when it is no such thing. */
export function parseEnding(text: string): Ending | null {
  try {
    const read = endingSchema.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
