import fs from 'node:fs';
import path from 'node:path';
import type { TranscriptEvent } from '../contract/transcript';

/** How much of the end is read at once to find the last whole line. */
const tailBytes = 64 * 1024;

/** The file of a session's transcript: one JSON event a line. */
export function transcriptFile(folder: string, session: number): string {
  return path.join(folder, `${session}.jsonl`);
}

/** The event in a line of a transcript, or undefined when the line is none. */
export function parseEvent(line: string): TranscriptEvent | undefined {
  if (line === '') return undefined;
  try {
    const event = JSON.parse(line) as TranscriptEvent;
    return Number.isInteger(event.seq) ? event : undefined;
  } catch {
    return undefined;
  }
}

/** The number of the newest event of a session's transcript; 0 when there is none. */
export function newestEvent(folder: string, session: number): number {
  let fd: number;
  try {
    fd = fs.openSync(transcriptFile(folder, session), 'r');
  } catch {
    return 0;
  }
  try {
    return lastWhole(fd).seq;
  } finally {
    fs.closeSync(fd);
  }
}

/** Where the last whole event of an open transcript ends, and its number. Reads from the end: a transcript may be large. */
export function lastWhole(fd: number): { readonly size: number; readonly seq: number } {
  let end = fs.fstatSync(fd).size;
  let tail = Buffer.alloc(0);
  let start = end;
  for (;;) {
    const newline = tail.lastIndexOf(0x0a);
    const before = newline === -1 ? -1 : tail.lastIndexOf(0x0a, newline - 1);
    if (newline > 0 && (before !== -1 || start === 0)) {
      const event = parseEvent(tail.toString('utf8', before + 1, newline));
      end = start + newline + 1;
      if (event !== undefined) return { size: end, seq: event.seq };
      // A power cut can leave a line of the right length with nothing in it: it counts as torn, too.
      tail = tail.subarray(0, before + 1);
      continue;
    }
    if (start === 0) return { size: 0, seq: 0 };
    const length = Math.min(tailBytes, start);
    const chunk = Buffer.alloc(length);
    fs.readSync(fd, chunk, 0, length, start - length);
    start -= length;
    tail = Buffer.concat([chunk, tail]);
  }
}
