import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import type { TranscriptEvent } from '../contract/transcript';
import { parseEvent } from './transcript-file';

/** An event of a transcript and where its line is. */
export interface PlacedEvent {
  readonly event: TranscriptEvent;
  readonly begin: number;
  readonly end: number;
}

/** Some milliseconds of work for whoever reads them into an index. */
const sliceBytes = 8 * 1024;

/** The size of a transcript in bytes; null when there is none. */
export async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await fs.stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** How many bytes before a place tell it from the same place of another file. */
const tailBytes = 512;

/** A mark of what stands before a byte of a transcript, by which a file that was cut and written on is known. */
export async function tailMark(file: string, before: number): Promise<string> {
  const handle = await fs.open(file, 'r');
  try {
    const length = Math.min(tailBytes, before);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, before - length);
    return createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex').slice(0, 32);
  } finally {
    await handle.close();
  }
}

/** The whole events of a transcript from a byte on, a slice at a time; none when there is nothing whole. */
export async function* readSlices(file: string, from: number): AsyncGenerator<readonly PlacedEvent[], void, void> {
  const handle = await fs.open(file, 'r');
  try {
    let offset = from;
    let length = sliceBytes;
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, offset);
      const whole = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
      if (whole === 0) {
        if (bytesRead < length) return;
        // A line longer than the slice.
        length *= 2;
        continue;
      }
      yield eventsOf(buffer.subarray(0, whole), offset);
      offset += whole;
      length = sliceBytes;
    }
  } finally {
    await handle.close();
  }
}

function eventsOf(lines: Buffer, offset: number): readonly PlacedEvent[] {
  const events: PlacedEvent[] = [];
  for (let begin = 0; begin < lines.length; ) {
    const end = lines.indexOf(0x0a, begin) + 1;
    const event = parseEvent(lines.toString('utf8', begin, end - 1));
    if (event !== undefined) events.push({ event, begin: offset + begin, end: offset + end });
    begin = end;
  }
  return events;
}
