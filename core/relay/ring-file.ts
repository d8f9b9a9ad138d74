import fs from 'node:fs';
import type { Published } from '../contract/relay';
import type { HeardMessage } from './bus';
import { framed } from './frame';

/** One file of the ring: a header line, then one message a line. */
export interface RingFile {
  readonly fd: number;
  /** The highest number before this file. */
  readonly after: number;
  /** Where its header ends. */
  readonly start: number;
  size: number;
  /** The number of its last message; that before the file when it has none. */
  last: number;
  /** Something after its size may be left of a write that failed. */
  torn: boolean;
}

/** How much of a file is read at once; more where a single message is longer. */
const pieceBytes = 256 * 1024;
/** How much is read to find a line. */
const lookBytes = 64 * 1024;
const newline = 0x0a;

/**
 * Opens a file of the ring, or makes it, for messages after this number. A line that a crash left torn is cut off, and a file that
 * is none of the ring's begins anew.
 */
export function openRingFile(path: string, after: number): RingFile {
  const { O_RDWR, O_APPEND, O_CREAT } = fs.constants;
  const fd = fs.openSync(path, O_RDWR | O_APPEND | O_CREAT, 0o600);
  try {
    const header = readHeader(fd);
    if (header === undefined) {
      fs.ftruncateSync(fd, 0);
      const line = Buffer.from(`${JSON.stringify({ ring: 1, after })}\n`);
      writeWhole(fd, line);
      return { fd, after, start: line.length, size: line.length, last: after, torn: false };
    }
    const whole = lastWhole(fd, header.start);
    fs.ftruncateSync(fd, whole.size);
    return { fd, ...header, size: whole.size, last: whole.seq ?? header.after, torn: false };
  } catch (cause) {
    fs.closeSync(fd);
    throw cause;
  }
}

/** Some of the messages with a number over `after`, oldest first; none only when there are none. */
export function readAfter(file: RingFile, after: number): HeardMessage[] {
  let from = placeBefore(file, after);
  let length = pieceBytes;
  while (from < file.size) {
    const piece = readAt(file.fd, from, Math.min(length, file.size - from));
    const end = piece.lastIndexOf(newline) + 1;
    if (end === 0) {
      if (from + piece.length >= file.size) return [];
      length *= 2;
      continue;
    }
    const found = messagesIn(piece.subarray(0, end)).filter(({ seq }) => seq > after);
    if (found.length > 0) return found;
    from += end;
  }
  return [];
}

/** The number of a file's first message, or undefined. */
export function firstOf(file: RingFile): number | undefined {
  return lineFrom(file, file.start)?.seq;
}

/** Writes all of it, or throws. */
export function writeWhole(fd: number, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) written += fs.writeSync(fd, bytes, written);
}

/** A place at the begin of a line, not far before the first message with a number over `after`. */
function placeBefore(file: RingFile, after: number): number {
  let low = file.start;
  let high = file.size;
  while (high - low > lookBytes) {
    const middle = Math.floor((low + high) / 2);
    const line = lineFrom(file, middle);
    if (line === undefined || line.at >= high || line.seq > after) high = middle;
    else low = line.at;
  }
  return low;
}

/** The first message that begins at this place or after it. */
function lineFrom(file: RingFile, place: number): { readonly at: number; readonly seq: number } | undefined {
  // From the byte before, which ends a line when the place begins one.
  let from = place - 1;
  while (from < file.size) {
    const piece = readAt(file.fd, from, Math.min(lookBytes, file.size - from));
    const end = piece.indexOf(newline);
    if (end === -1) {
      if (from + piece.length >= file.size) return undefined;
      from += piece.length;
      continue;
    }
    const number = /^\{"seq":(\d{1,16}),/.exec(piece.toString('latin1', end + 1, end + 40));
    if (number !== null) return { at: from + end + 1, seq: Number(number[1]) };
    from += end + 1;
  }
  return undefined;
}

function messagesIn(lines: Buffer): HeardMessage[] {
  const found: HeardMessage[] = [];
  let begin = 0;
  while (begin < lines.length) {
    const end = lines.indexOf(newline, begin);
    const message = parse(lines.subarray(begin, end));
    if (message !== undefined) found.push(message);
    begin = end + 1;
  }
  return found;
}

function readHeader(fd: number): { readonly after: number; readonly start: number } | undefined {
  const head = readAt(fd, 0, Math.min(100, fs.fstatSync(fd).size));
  const header = /^\{"ring":1,"after":(\d{1,16})\}\n/.exec(head.toString('latin1'));
  return header === null ? undefined : { after: Number(header[1]), start: header[0].length };
}

/** Where the last whole message of a file ends, and its number. Read from the end: a file may be large. */
function lastWhole(fd: number, start: number): { readonly size: number; readonly seq?: number } {
  let end = fs.fstatSync(fd).size;
  let from = end;
  let tail = Buffer.alloc(0);
  for (;;) {
    const last = tail.lastIndexOf(newline);
    const before = last <= 0 ? -1 : tail.lastIndexOf(newline, last - 1);
    if (last !== -1 && (before !== -1 || from === start)) {
      const message = parse(tail.subarray(before + 1, last));
      end = from + last + 1;
      if (message !== undefined) return { size: end, seq: message.seq };
      // A power cut can leave a line of the right length with nothing in it: it counts as torn, too.
      tail = tail.subarray(0, before + 1);
      continue;
    }
    if (from === start) return { size: start };
    const length = Math.min(lookBytes, from - start);
    from -= length;
    tail = Buffer.concat([readAt(fd, from, length), tail]);
  }
}

function parse(line: Buffer): HeardMessage | undefined {
  try {
    const message = JSON.parse(line.toString()) as Published;
    return Number.isInteger(message.seq) && typeof message.subject === 'string'
      ? framed(message.seq, message.subject, line, () => message)
      : undefined;
  } catch {
    return undefined;
  }
}

function readAt(fd: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const got = fs.readSync(fd, bytes, filled, length - filled, from + filled);
    if (got === 0) break;
    filled += got;
  }
  return bytes.subarray(0, filled);
}
