import fs from 'node:fs';
import type { TranscriptBody, TranscriptEvent } from '../contract/transcript';
import { storeFailure } from './failure';
import { capBody } from './transcript-cap';
import { lastWhole, transcriptFile } from './transcript-file';
import { announceGrowth } from './transcript-follow';

/** A session's transcript, open for appending. One process has it open at a time. */
export interface Transcript {
  /**
   * Adds an event and gives it with its number; null when the file is full and the event was dropped. Throws DISK_FULL
   * or NOT_WRITABLE; then nothing of it is in the file.
   */
  append(body: TranscriptBody, at: number): TranscriptEvent | null;
  /** The number of the newest event; 0 when there is none. */
  last(): number;
  /** Closes the file, saying in it how many events were dropped, if any. Safe to call twice. */
  close(): void;
}

export interface TranscriptOptions {
  readonly folder: string;
  readonly session: number;
  /** Longer texts are cut and say so. 1 MiB unless given. */
  readonly maxEventBytes?: number;
  /** What comes after is dropped and counted. 256 MiB unless given. */
  readonly maxFileBytes?: number;
}

const mebibyte = 1024 * 1024;

/**
 * Opens a session's transcript and goes on after its last event. A last line that a crash left torn is cut off; every
 * whole event stays. Throws DISK_FULL or NOT_WRITABLE.
 */
export function openTranscript(options: TranscriptOptions): Transcript {
  const { folder, session, maxEventBytes = mebibyte, maxFileBytes = 256 * mebibyte } = options;
  const file = transcriptFile(folder, session);
  let fd = -1;
  let size = 0;
  let seq = 0;
  let dropped = 0;
  let lastAt = 0;
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_APPEND | fs.constants.O_CREAT, 0o600);
    ({ size, seq } = lastWhole(fd));
    fs.ftruncateSync(fd, size);
  } catch (error) {
    if (fd !== -1) fs.closeSync(fd);
    throw storeFailure(error, 'open', file);
  }

  /** The event as it will be in the file, and its line. */
  function compose(body: TranscriptBody, at: number): { readonly event: TranscriptEvent; readonly line: Buffer } {
    const event: TranscriptEvent = { seq: seq + 1, at, ...body };
    return { event, line: Buffer.from(`${JSON.stringify(event)}\n`) };
  }

  function write({ event, line }: { readonly event: TranscriptEvent; readonly line: Buffer }): TranscriptEvent {
    try {
      writeWhole(fd, line);
    } catch (error) {
      // Half a line would be joined to the next one; the file must end as it did.
      fs.ftruncateSync(fd, size);
      throw storeFailure(error, 'write to', file);
    }
    size += line.length;
    seq += 1;
    announceGrowth({ file, session, event });
    return event;
  }

  return {
    append(body, at) {
      lastAt = at;
      const whole = compose(body, at);
      const next = whole.line.length <= maxEventBytes ? whole : compose(capBody(body, maxEventBytes), at);
      if (dropped === 0 && size + next.line.length <= maxFileBytes) return write(next);
      if (dropped === 0) {
        write(compose(notice(`This transcript is full (${maxFileBytes} bytes); what follows is not kept.`), at));
      }
      dropped += 1;
      return null;
    },
    last: () => seq,
    close() {
      if (fd === -1) return;
      if (dropped > 0) write(compose(notice(`${dropped} events were not kept.`), lastAt));
      fs.closeSync(fd);
      fd = -1;
    },
  };
}

function notice(text: string): TranscriptBody {
  return { type: 'notice', level: 'warning', text };
}

function writeWhole(fd: number, line: Buffer): void {
  let written = 0;
  while (written < line.length) written += fs.writeSync(fd, line, written);
}
