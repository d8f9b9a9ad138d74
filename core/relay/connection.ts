import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { append, type Batch, emptyBatch, joined, rest } from './batch';
import { type Bounds, createAllowance } from './bounds';
import type { Heard } from './bus';

/** Somebody at the other end of a WebSocket. */
export interface Connection {
  /** Sends a text that must not be left out. Who does not take many of them is hung up on. */
  send(text: Buffer | string): void;
  /** Sends what a subscription heard, or leaves it out while too much is not taken, and says so once it is. */
  tell(heard: Heard): void;
  /** Resolves when there is room for more, or nobody there any more. */
  room(): Promise<void>;
  /** Asks whether the other side lives; called at regular times. Who does not say so twice is hung up on. */
  beat(): void;
  /** Says goodbye, with everything that was sent before it. Nothing that comes afterwards is heard. */
  close(code: number, reason: string): void;
  /** Hangs up without a word. */
  drop(): void;
}

/** What is sent within one turn of the event loop, by all connections of a door. */
export interface Turn {
  /** Has what a connection sends sent at the end of the turn; gives the batch it begins with. */
  join(flush: () => void): Batch;
}

/** Joins the writes of each turn of the event loop: one for each connection, and the same bytes for those that send the same. */
export function createTurn(): Turn {
  let first = emptyBatch();
  let joiners: (() => void)[] = [];
  const flush = () => {
    const flushes = joiners;
    joiners = [];
    first = emptyBatch();
    for (const each of flushes) each();
  };
  return {
    join(each) {
      if (joiners.length === 0) process.nextTick(flush);
      joiners.push(each);
      return first;
    },
  };
}

/** A batch is sent at once when it has grown to this, so that what is not taken can be told from what was not tried. */
const longestBatch = 64 * 1024;

/** Why a connection is closed whose other side takes nothing; it may come back and ask for what it missed. */
const tooSlow = { code: 1013, reason: 'Too much is not taken. Come back and ask with after.' };

/** Is given each text that comes, and calls `done` once it has dealt with that. */
export type Hear = (text: string, done: () => void) => void;

/**
 * Serves an open WebSocket. `hear` gets each text; while too much is not dealt with, nothing is read.
 * `onEnd` is called once, when nobody is there any more.
 */
export function openConnection(options: {
  readonly socket: WebSocket;
  /** What the socket writes to: frames that many share are written to it as they are. */
  readonly stream: Duplex;
  readonly turn: Turn;
  readonly bounds: Bounds;
  readonly hear: Hear;
  readonly onEnd: () => void;
}): Connection {
  const { socket, stream, turn, bounds, hear } = options;
  let batch: Batch | null = null;
  let missed: { readonly from: number; to: number } | null = null;
  let ended = false;
  let waiting: (() => void)[] = [];

  const unsent = () => stream.writableLength + (batch?.bytes ?? 0);
  const flush = () => {
    if (batch === null) return;
    const whole = batch.bytes === 0 ? null : joined(batch);
    batch = null;
    if (whole !== null && !ended) stream.write(whole);
  };
  const put = (text: Buffer) => {
    batch = append(batch ?? turn.join(flush), text);
    if (batch.bytes < longestBatch) return;
    stream.write(joined(batch));
    batch = rest(batch);
  };
  const tellMissed = () => {
    if (missed === null || ended || unsent() > bounds.leaveOut / 2) return;
    const payload = missed;
    missed = null;
    put(Buffer.from(JSON.stringify({ type: 'missed', payload })));
  };
  const leaveOut = (from: number, to: number) => {
    if (missed === null) missed = { from, to };
    else missed.to = Math.max(missed.to, to);
  };

  const connection: Connection = {
    send(text) {
      if (ended) return;
      put(typeof text === 'string' ? Buffer.from(text) : text);
      if (unsent() > bounds.unsent) connection.close(tooSlow.code, tooSlow.reason);
    },
    tell(heard) {
      if (ended) return;
      if (heard.kind === 'missed') {
        leaveOut(heard.from, heard.to);
        return tellMissed();
      }
      if (missed !== null) tellMissed();
      if (missed !== null || unsent() > bounds.leaveOut) leaveOut(heard.seq, heard.seq);
      else put(heard.frame);
    },
    room() {
      if (ended || unsent() <= bounds.leaveOut / 2) return Promise.resolve();
      return new Promise((resolve) => waiting.push(resolve));
    },
    beat: () => pulse.beat(),
    close(code, reason) {
      if (ended) return;
      flush();
      ended = true;
      socket.close(code, reason);
      setTimeout(() => socket.terminate(), bounds.goodbyeMs).unref();
    },
    drop() {
      ended = true;
      socket.terminate();
    },
  };
  const pulse = createPulse(socket, connection);
  const reading = createReading(socket, bounds);

  stream.on('drain', () => {
    tellMissed();
    const free = waiting;
    waiting = [];
    for (const go of free) go();
  });
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    pulse.lives();
    if (ended) return;
    if (isBinary) return connection.close(1003, 'Send text, not bytes.');
    reading.count();
    hear(data.toString(), reading.hold(data.length));
  });
  socket.on('ping', () => {
    pulse.lives();
    reading.count();
  });
  socket.on('pong', () => {
    pulse.lives();
    reading.count();
  });
  // An error is always followed by a close, which is what counts.
  socket.on('error', () => {});
  socket.once('close', () => {
    ended = true;
    reading.end();
    for (const go of waiting) go();
    waiting = [];
    options.onEnd();
  });
  return connection;
}

/** Asks whether the other side lives, and believes whatever comes from it. */
function createPulse(socket: WebSocket, connection: Pick<Connection, 'drop'>) {
  let unanswered = 0;
  return {
    lives() {
      unanswered = 0;
    },
    beat() {
      // Of one that is not read no answer can come; by the question it hears all the same that somebody is there.
      if (!socket.isPaused) {
        if (unanswered === 2) return connection.drop();
        unanswered += 1;
      }
      socket.ping();
    },
  };
}

/** Reads a socket no faster than its allowance and whoever deals with what came. */
function createReading(socket: WebSocket, bounds: Bounds) {
  const allowance = createAllowance(bounds.rate, () => performance.now());
  let held = 0;
  let timer: NodeJS.Timeout | null = null;
  const look = () => {
    const stops = timer !== null || held > bounds.unread;
    if (stops && !socket.isPaused) socket.pause();
    else if (!stops && socket.isPaused) socket.resume();
  };
  return {
    /** Counts one message. */
    count() {
      const wait = allowance.take();
      if (wait === 0 || timer !== null) return;
      timer = setTimeout(() => {
        timer = null;
        look();
      }, wait).unref();
      look();
    },
    /** Holds the bytes of a message; gives what lets go of them. */
    hold(bytes: number): () => void {
      held += bytes;
      if (held > bounds.unread) look();
      return () => {
        held -= bytes;
        if (socket.isPaused) look();
      };
    },
    end() {
      if (timer !== null) clearTimeout(timer);
    },
  };
}
