import fs from 'node:fs';
import path from 'node:path';
import { CodedError } from '../contract/errors';
import type { HeardMessage } from './bus';
import { firstOf, openRingFile, type RingFile, readAfter, writeWhole } from './ring-file';

/** The newest messages, in two files beside each other: the one that grows, and the full one before it. */
export interface Ring {
  /** Adds messages after those there are. Throws DISK_FULL or NOT_WRITABLE; then none of them is there. */
  append(messages: readonly HeardMessage[]): void;
  /** Some of the messages after a number, oldest first; none only when there are none. */
  read(after: number): readonly HeardMessage[];
  /** The highest number of those that are not there any more; 0 when all are. */
  lost(): number;
  /** The numbers of the oldest message that is there and of the newest; 0 when there is none. */
  first(): number;
  last(): number;
  /** The highest number that may have been given to a message before the ring was opened. */
  readonly given: number;
  /** Closes the files. */
  close(): void;
}

/**
 * How far numbers go on after the machine was started anew. What was written in the half minute before may be lost with its power,
 * and a follower that has heard it must not wait for numbers that come a second time: this is more than can be published in that.
 */
const leap = 10_000_000;

const lineEnd = 0x0a;

/**
 * Opens the ring in a folder, and goes on after its last message. A line that a crash left torn is cut off. Throws DISK_FULL or
 * NOT_WRITABLE.
 */
export function openRing(options: {
  readonly folder: string;
  /** How large both files may be together. */
  readonly mostBytes: number;
  /** When the machine was started. */
  readonly bootedAt: number;
}): Ring {
  const { folder, mostBytes, bootedAt } = options;
  const places = {
    newer: path.join(folder, 'messages.jsonl'),
    older: path.join(folder, 'messages.before.jsonl'),
    next: path.join(folder, 'messages.next.jsonl'),
  };
  const open = () => {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const writtenAt = Math.max(...[places.newer, places.older].map(writtenLast));
    const before = fs.existsSync(places.older) ? openRingFile(places.older, 0) : undefined;
    return { writtenAt, before, growing: openRingFile(places.newer, before?.last ?? 0) };
  };
  const opened = failing('open', folder, open);
  let older: RingFile | undefined = opened.before;
  let newer: RingFile = opened.growing;
  // A file that a power cut emptied held messages, too; where there is none, none was ever told.
  const given = opened.writtenAt === 0 || opened.writtenAt >= bootedAt ? newer.last : newer.last + leap;

  /** Puts an empty file in the place of the full one, which takes that of the older. Where it cannot be made, both stay. */
  function turnOver(): void {
    fs.rmSync(places.next, { force: true });
    const next = openRingFile(places.next, newer.last);
    try {
      // Moved already where only the second move failed before.
      if (fs.existsSync(places.newer)) fs.renameSync(places.newer, places.older);
      fs.renameSync(places.next, places.newer);
    } catch (cause) {
      fs.closeSync(next.fd);
      throw cause;
    }
    if (older !== undefined) fs.closeSync(older.fd);
    older = newer;
    newer = next;
  }

  return {
    given,
    append: (messages) =>
      failing('write to', places.newer, () => {
        if (newer.size > mostBytes / 2) turnOver();
        const lines = linesOf(messages);
        try {
          // Half a line of what could not be written before, if it could not be cut off then.
          if (newer.torn) cut(newer);
          writeWhole(newer.fd, lines);
        } catch (cause) {
          newer.torn = true;
          cut(newer);
          throw cause;
        }
        newer.size += lines.length;
        newer.last = messages.at(-1)?.seq ?? newer.last;
      }),
    read(after) {
      for (const file of [older, newer]) {
        const found = file === undefined || after >= file.last ? [] : readAfter(file, after);
        if (found.length > 0) return found;
      }
      return [];
    },
    lost: () => (older ?? newer).after,
    first: () => (older && firstOf(older)) ?? firstOf(newer) ?? 0,
    last: () => (newer.size === newer.start && older === undefined ? 0 : newer.last),
    close() {
      for (const file of [older, newer]) if (file !== undefined) fs.closeSync(file.fd);
    },
  };
}

/** The messages as lines, in one piece. */
function linesOf(messages: readonly HeardMessage[]): Buffer {
  let length = messages.length;
  for (const { frame } of messages) length += frame.length;
  const lines = Buffer.allocUnsafe(length);
  let at = 0;
  for (const { frame } of messages) {
    at += frame.copy(lines, at);
    lines[at] = lineEnd;
    at += 1;
  }
  return lines;
}

function cut(file: RingFile): void {
  fs.ftruncateSync(file.fd, file.size);
  file.torn = false;
}

function writtenLast(file: string): number {
  try {
    return fs.statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

function failing<T>(tried: string, file: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      const message = `Could not ${tried} ${file}: the disk is full. Nothing was half written; free some space and try again.`;
      throw new CodedError('DISK_FULL', message, { facts: { file }, cause });
    }
    if (code === undefined) throw cause;
    const message = `Could not ${tried} ${file} (${code}). Make the folder writable for you, or set SWITCHYARD_HOME to another one.`;
    throw new CodedError('NOT_WRITABLE', message, { facts: { file, reason: code }, cause });
  }
}
