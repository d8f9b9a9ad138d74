import type { Client } from '../client';
import { bytesOf } from '../text/base64';

/** Where a viewer of a terminal has come to, and what it does with what comes. */
export interface Viewer {
  /** The number of the next byte. */
  at: number;
  /** Shows bytes. Resolves when there is room for more. */
  show(bytes: Uint8Array): Promise<void>;
  /** Called when what comes is not what was asked for, because it is not kept any more. */
  skipped(from: number): void;
  /** Called when everything that was printed so far has been handed over. */
  caughtUp(): void;
}

/**
 * Brings a viewer what a terminal's program prints, from where it is on, until there is nothing more or the signal is
 * aborted. The next stretch is asked for when the last has been taken, so a slow viewer is never given more than it can
 * take and one that is gone costs nothing. Begun again after a broken connection it goes on with the next byte.
 */
export async function feed(
  terminals: Client['terminals'],
  terminal: number,
  viewer: Viewer,
  signal: AbortSignal,
): Promise<void> {
  for (let wait = false; !signal.aborted; ) {
    const read = await terminals.read({ terminal, from: viewer.at, wait }, { signal });
    if (signal.aborted) return;
    if (read.from > viewer.at) viewer.skipped(read.from);
    const bytes = bytesOf(read.bytes);
    viewer.at = read.from + bytes.length;
    if (bytes.length > 0) await viewer.show(bytes);
    if (viewer.at >= read.end) viewer.caughtUp();
    if (read.over) return;
    wait = viewer.at >= read.end;
  }
}

/** How much of the end of a long output is shown at first. */
const tail = 2 * 1024 * 1024;

/** Where a new viewer begins: at the first byte, or, when much was printed, so that it sees the end at once. */
export async function beginning(
  terminals: Client['terminals'],
  terminal: number,
  signal: AbortSignal,
): Promise<{ readonly at: number; readonly end: number }> {
  const { end } = await terminals.read({ terminal, from: Number.MAX_SAFE_INTEGER, wait: false }, { signal });
  return { at: Math.max(0, end - tail), end };
}
