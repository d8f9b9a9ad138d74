import fs from 'node:fs/promises';
import type { TranscriptEvent } from '../contract/transcript';
import { parseEvent, transcriptFile } from './transcript-file';

/** Who is told, in this process, that a file has grown. */
const followers = new Map<string, Set<() => void>>();

const chunkBytes = 256 * 1024;

/** Tells every follower of this transcript in this process that it has grown. */
export function announceGrowth(file: string): void {
  for (const tell of followers.get(file) ?? []) tell();
}

/**
 * The transcript after `after` (0 for all), in batches, and on as it grows, until the signal is aborted. Everything is
 * read from the file, in order, from where the last batch ended, so that nothing is lost or told twice; appending only
 * says when to read. A transcript that does not exist yet is waited for.
 */
export async function* followTranscript(options: {
  readonly folder: string;
  readonly session: number;
  readonly after: number;
  readonly signal: AbortSignal | undefined;
}): AsyncGenerator<TranscriptEvent[], void, void> {
  const { after, signal } = options;
  const file = transcriptFile(options.folder, options.session);
  const growth = listen(file, signal);
  let handle: fs.FileHandle | undefined;
  let offset = 0;
  let length = chunkBytes;
  try {
    while (!signal?.aborted) {
      // Asked for before looking: what is appended meanwhile must lead to another look.
      const more = growth.next();
      handle ??= await open(file);
      const chunk = handle === undefined ? Buffer.alloc(0) : await readChunk(handle, offset, length);
      const end = chunk.lastIndexOf(0x0a) + 1;
      if (end === 0) {
        // Either a line longer than the chunk, or one that is not whole yet and may still be taken back.
        if (chunk.length === length) length *= 2;
        else await more;
        continue;
      }
      offset += end;
      length = chunkBytes;
      const events = chunk
        .toString('utf8', 0, end)
        .split('\n')
        .flatMap((line) => parseEvent(line) ?? [])
        .filter((event) => event.seq > after);
      if (events.length > 0) yield events;
    }
  } finally {
    growth.close();
    await handle?.close();
  }
}

async function open(file: string): Promise<fs.FileHandle | undefined> {
  try {
    return await fs.open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readChunk(handle: fs.FileHandle, offset: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

interface Growth {
  /** Resolves at the next growth, or when the signal is aborted. */
  next(): Promise<void>;
  close(): void;
}

function listen(file: string, signal: AbortSignal | undefined): Growth {
  let wake = () => {};
  const tell = () => wake();
  const told = followers.get(file) ?? new Set();
  followers.set(file, told.add(tell));
  signal?.addEventListener('abort', tell);
  return {
    next: () =>
      new Promise((resolve) => {
        wake = resolve;
        if (signal?.aborted) resolve();
      }),
    close() {
      signal?.removeEventListener('abort', tell);
      told.delete(tell);
      if (told.size === 0) followers.delete(file);
    },
  };
}
