/**
 * Frames that are to be sent one after the other. Whoever sends the same frames in the same order shares their bytes, which are joined
 * once: a hundred followers of one subject cost hardly more than one.
 */
export interface Batch {
  /** The bytes of all its frames. */
  readonly bytes: number;
  /** The text of the last frame, and what was to be sent before it; both null of an empty batch. */
  readonly text: Buffer | null;
  readonly before: Batch | null;
  /** What was first put after it, and what goes on after it was sent. Only `append` and `rest` write them. */
  next: Batch | null;
  rest: Batch | null;
  /** Only `joined` writes it. */
  whole: Buffer | null;
}

/** A batch of no frames. */
export function emptyBatch(): Batch {
  return { bytes: 0, text: null, before: null, next: null, rest: null, whole: null };
}

/** The batch with one more text frame. Two who append the same Buffer to the same batch get the same batch. */
export function append(batch: Batch, text: Buffer): Batch {
  const { next } = batch;
  if (next !== null && next.text === text) return next;
  const bytes = batch.bytes + headerLength(text.length) + text.length;
  const appended: Batch = { bytes, text, before: batch, next: null, rest: null, whole: null };
  if (next === null) batch.next = appended;
  return appended;
}

/** The empty batch with which everybody goes on who has sent this one. */
export function rest(batch: Batch): Batch {
  batch.rest ??= emptyBatch();
  return batch.rest;
}

/** The bytes of a batch as WebSocket frames of a server, the same Buffer for everybody. */
export function joined(batch: Batch): Buffer {
  if (batch.whole !== null) return batch.whole;
  const whole = Buffer.allocUnsafe(batch.bytes);
  let end = whole.length;
  for (let one: Batch | null = batch; one !== null && one.text !== null; one = one.before) {
    const { text } = one;
    end -= text.length;
    text.copy(whole, end);
    end -= headerLength(text.length);
    writeHeader(whole, end, text.length);
  }
  batch.whole = whole;
  return whole;
}

function headerLength(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
}

/** A whole text message in one frame, not masked, as RFC 6455 has a server send it. */
function writeHeader(whole: Buffer, at: number, length: number): void {
  whole[at] = 0x81;
  if (length < 126) whole[at + 1] = length;
  else if (length < 65_536) {
    whole[at + 1] = 126;
    whole.writeUInt16BE(length, at + 2);
  } else {
    whole[at + 1] = 127;
    whole.writeUInt32BE(0, at + 2);
    whole.writeUInt32BE(length, at + 6);
  }
}
