import { createConnection, type Socket } from 'node:net';
import { HostFailure, NotNow } from './failure';
import { frame, unframe } from './frames';
import { type Ending, type Held, type HostRecord, type Question, type Said, saidSchema } from './protocol';
import { watchPulse } from './pulse';

type WithoutNumber<T> = T extends { number: number } ? Omit<T, 'number'> : never;

/** What is told about a host's children, unasked. */
export interface HostNews {
  grew(child: Held): void;
  ended(id: string, ending: Ending): void;
}

/** What a host says when it cannot do what it is asked for. */
export class Refused extends Error {}

/** A host somebody is attached to. */
export interface HostConnection {
  readonly record: HostRecord;
  readonly protocol: number;
  readonly version: string;
  /** Asks for something. Rejects with the host's reason as Refused or NotNow, or with a HostFailure when the connection ends before the answer. */
  ask(question: WithoutNumber<Question>): Promise<readonly Held[]>;
  /** Asks the host to take nothing new and to end once it is empty. */
  drain(): void;
  /**
   * Asks for a sign of life every `everyMs` and tells when one did not come before the next was due, and when the host
   * answers again.
   */
  watch(everyMs: number, hear: { readonly onSilent: () => void; readonly onBack: () => void }): void;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  close(): void;
  /** Closes and lets the host end at once, if it is empty. */
  dismiss(): void;
}

/**
 * Why a host could not be attached to: nobody listens there, whoever does says nothing, or the system did not let us try,
 * which says nothing about the host.
 */
export type Unreached = 'dead' | 'silent' | 'out of reach';

/** Attaches to a host and waits at most `patienceMs` for its greeting. */
export async function connectHost(options: {
  readonly record: HostRecord;
  readonly version: string;
  readonly protocol: number;
  readonly patienceMs: number;
  readonly news: HostNews;
}): Promise<HostConnection | Unreached> {
  const { record, news } = options;
  const socket = createConnection(record.socket);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const failure = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    socket.once('connect', () => resolve(null));
    socket.once('error', resolve);
  });
  if (failure !== null) return failure.code === 'ENOENT' || failure.code === 'ECONNREFUSED' ? 'dead' : 'out of reach';
  const waiting = new Map<number, { resolve(held: readonly Held[]): void; reject(error: Error): void }>();
  let number = 0;
  let greet: (hello: Extract<Said, { type: 'hello' }> | null) => void = () => {};
  const greeted = new Promise<Extract<Said, { type: 'hello' }> | null>((resolve) => {
    greet = resolve;
  });

  listen(socket, (said) => {
    if (said.type === 'hello') greet(said);
    else if (said.type === 'grew') news.grew(said.child);
    else if (said.type === 'ended') news.ended(said.id, said.ending);
    else {
      const asker = waiting.get(said.number);
      waiting.delete(said.number);
      if (said.failure === null) asker?.resolve(said.children ?? []);
      else asker?.reject(said.later === true ? new NotNow(said.failure) : new Refused(said.failure));
    }
  });
  void closed.then(() => {
    greet(null);
    for (const { reject } of waiting.values()) reject(new HostFailure('The terminal host ended before it answered.'));
    waiting.clear();
  });
  socket.write(frame({ type: 'hello', protocol: options.protocol, version: options.version }));
  const late = setTimeout(() => greet(null), options.patienceMs);
  const hello = await greeted;
  clearTimeout(late);
  if (hello === null) {
    socket.destroy();
    return 'silent';
  }

  const ask: HostConnection['ask'] = (question) =>
    new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new HostFailure('The terminal host has ended.'));
      number += 1;
      // Made first: what is too long to be said is not waited for.
      const bytes = frame({ ...question, number });
      waiting.set(number, { resolve, reject });
      socket.write(bytes);
    });
  return {
    record,
    protocol: hello.protocol,
    version: hello.version,
    ask,
    drain: () => void socket.write(frame({ type: 'drain' })),
    watch(everyMs, hear) {
      const timer = watchPulse({ everyMs, ping: () => ask({ type: 'ping' }), ...hear });
      void closed.then(() => clearInterval(timer));
    },
    closed,
    close: () => socket.destroy(),
    dismiss: () => void socket.end(frame({ type: 'drain' })),
  };
}

function listen(socket: Socket, hear: (said: Said) => void): void {
  const read = unframe();
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    try {
      for (const message of read(chunk)) hear(saidSchema.parse(message));
    } catch {
      // It is no host of ours, or of a version that says other things.
      socket.destroy();
    }
  });
}
