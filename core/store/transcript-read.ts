import fs from 'node:fs/promises';
import type { TranscriptEvent } from '../contract/transcript';
import { parseEvent, transcriptFile } from './transcript-file';

const chunkBytes = 256 * 1024;

/** A place in a transcript, from which it is read on. */
export interface TranscriptReader {
  /** The next events, a batch at a time; null when there is no further whole one yet. */
  next(): Promise<TranscriptEvent[] | null>;
  close(): Promise<void>;
}

/**
 * Reads a session's transcript from after `after` (0 for all), a chunk at a time: it may be far larger than what fits in
 * memory comfortably. A transcript that does not exist has no events yet.
 */
export function transcriptReader(options: {
  readonly folder: string;
  readonly session: number;
  readonly after: number;
}): TranscriptReader {
  const { after } = options;
  const file = transcriptFile(options.folder, options.session);
  let handle: fs.FileHandle | undefined;
  let offset = 0;
  return {
    async next() {
      handle ??= await open(file);
      if (handle === undefined) return null;
      for (let length = chunkBytes; ; ) {
        const chunk = await readChunk(handle, offset, length);
        const end = chunk.lastIndexOf(0x0a) + 1;
        if (end === 0) {
          // Either a line longer than the chunk, or one that is not whole yet and may still be taken back.
          if (chunk.length < length) return null;
          length *= 2;
          continue;
        }
        offset += end;
        length = chunkBytes;
        const events = eventsAfter(chunk.toString('utf8', 0, end), after);
        if (events.length > 0) return events;
      }
    },
    async close() {
      await handle?.close();
    },
  };
}

/** What a session's transcript holds now after `after`, in batches. */
export async function* readTranscript(options: {
  readonly folder: string;
  readonly session: number;
  readonly after: number;
}): AsyncGenerator<TranscriptEvent[], void, void> {
  const reader = transcriptReader(options);
  try {
    for (let batch = await reader.next(); batch !== null; batch = await reader.next()) yield batch;
  } finally {
    await reader.close();
  }
}

function eventsAfter(text: string, after: number): TranscriptEvent[] {
  const lines = text.split('\n').filter((line) => line !== '');
  // Numbers only rise, so the last line tells whether the others need to be looked into.
  const last = parseEvent(lines.at(-1) ?? '');
  if (last !== undefined && last.seq <= after) return [];
  return lines.flatMap((line) => parseEvent(line) ?? []).filter((event) => event.seq > after);
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
