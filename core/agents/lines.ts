import type { Readable } from 'node:stream';

const newline = 0x0a;

/** How `readLines` treats what it reads. */
export interface LineLimits {
  /** A longer line is dropped, so that no agent can fill the memory. Default 16 MiB. */
  readonly maximumBytes?: number;
  /** Told once for each dropped line, with the bytes seen of it. */
  readonly onDropped?: (bytes: number) => void;
}

/**
 * The lines of a byte stream, without their newline, decoded as UTF-8; a last line without a newline counts. Reads
 * only as fast as it is iterated, so a slow reader slows the writer down instead of filling the memory. Ends when the
 * stream ends or is destroyed.
 */
export async function* readLines(stream: Readable, limits: LineLimits = {}): AsyncGenerator<string, void, undefined> {
  const maximumBytes = limits.maximumBytes ?? 16 * 1024 * 1024;
  let parts: Buffer[] = [];
  let size = 0;

  const take = (): string | null => {
    const line = size > maximumBytes ? null : Buffer.concat(parts).toString('utf8');
    if (line === null) limits.onDropped?.(size);
    parts = [];
    size = 0;
    return line;
  };
  const add = (piece: Buffer) => {
    size += piece.length;
    if (size > maximumBytes) parts = [];
    else if (piece.length > 0) parts.push(piece);
  };

  for await (const chunk of untilDestroyed(stream)) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      add(chunk.subarray(start, end));
      start = end + 1;
      const line = take();
      if (line !== null) yield line;
    }
    add(chunk.subarray(start));
  }
  if (size > 0) {
    const line = take();
    if (line !== null) yield line;
  }
}

/** A stream that is destroyed on purpose has ended; that is no error for its reader. */
async function* untilDestroyed(stream: Readable): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    if (!stream.destroyed) throw error;
  }
}
