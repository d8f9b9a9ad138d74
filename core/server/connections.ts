import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Admitted } from './admitted';

/** Who is connected: closes whoever takes too long to ask, whoever is too many, and whoever is let in no more. */
export interface Connections {
  /** A request's head has come; its body has its own time. */
  heard(socket: Socket): void;
  /** Its body has come too: it is answered now, however long that takes. */
  answering(socket: Socket): void;
  /** Nothing is awaited of the connection before its next request. */
  done(socket: Socket): void;
  /** It is nobody's HTTP connection any more: it became a WebSocket. */
  left(socket: Socket): void;
  /** Whoever asks on it showed a token. */
  known(socket: Socket): void;
  /** Keeps what is done for somebody until it is given back; `close` is called when they are let in no more. */
  hold(who: Admitted, close: () => void, lasting: boolean): () => void;
  /** Closes all that is held for somebody. */
  end(id: string): void;
  /** How many connections last: WebSockets and streams. */
  lasting(): number;
  close(): void;
}

/** How long the head of a request, and its body, may take, and a connection between two requests. */
export interface Patience {
  readonly headMs: number;
  readonly bodyMs: number;
  readonly idleMs: number;
}

/** How many connections may be open, and how many of those on which nobody has shown a token: that ask, and that are answered. */
const most = 256;
const mostUnknown = 16;
/** A timer stands still while the machine sleeps, so the clock is looked at this often. */
const lookMs = 60_000;

interface Held {
  readonly id: string;
  readonly lasting: boolean;
  readonly close: () => void;
}

/** Watches the connections of a server from now on. */
export function watchConnections(server: Server, patience: Patience, onLasting: (count: number) => void): Connections {
  const timers = new Map<Socket, NodeJS.Timeout>();
  // Without a token, in the order they came: those that have yet to ask, and those that are being answered. Neither many that say
  // nothing nor many that never read what they asked for keep anybody out who asks at once.
  const asking = new Set<Socket>();
  const reading = new Set<Socket>();
  const held = new Set<Held>();
  server.maxConnections = most;

  const disarm = (socket: Socket) => {
    clearTimeout(timers.get(socket));
    timers.delete(socket);
  };
  const arm = (socket: Socket, ms: number) => {
    disarm(socket);
    if (!socket.destroyed)
      timers.set(
        socket,
        setTimeout(() => socket.destroy(), ms),
      );
  };
  /** Adds one to those of its kind; of too many the one that has been there the longest gives way. */
  const add = (kind: Set<Socket>, socket: Socket) => {
    const [oldest] = kind;
    if (kind.size >= mostUnknown && oldest !== undefined) {
      kind.delete(oldest);
      oldest.destroy();
    }
    kind.add(socket);
  };
  const forget = (socket: Socket) => {
    asking.delete(socket);
    reading.delete(socket);
  };
  const count = () => [...held].filter(({ lasting }) => lasting).length;

  server.on('connection', (socket: Socket) => {
    arm(socket, patience.headMs);
    add(asking, socket);
    socket.once('close', () => {
      disarm(socket);
      forget(socket);
    });
  });

  return {
    heard: (socket) => arm(socket, asking.has(socket) ? patience.headMs : patience.bodyMs),
    answering(socket) {
      disarm(socket);
      if (asking.delete(socket)) add(reading, socket);
    },
    done(socket) {
      arm(socket, patience.idleMs);
      if (reading.delete(socket)) add(asking, socket);
    },
    left(socket) {
      disarm(socket);
      forget(socket);
    },
    known(socket) {
      arm(socket, patience.bodyMs);
      forget(socket);
    },
    hold(who, close, lasting) {
      const one: Held = { id: who.id, lasting, close };
      held.add(one);
      const stop = who.expiresAt === null ? () => {} : at(who.expiresAt, close);
      if (lasting) onLasting(count());
      return () => {
        stop();
        if (held.delete(one) && lasting) onLasting(count());
      };
    },
    end(id) {
      for (const one of [...held]) if (one.id === id) one.close();
    },
    lasting: count,
    close() {
      for (const one of [...held]) one.close();
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

/** Acts at a time, however far off; gives what stops that. */
function at(time: number, act: () => void): () => void {
  let timer: NodeJS.Timeout;
  const look = () => (Date.now() >= time ? act() : wait());
  const wait = () => {
    timer = setTimeout(look, Math.max(0, Math.min(time - Date.now(), lookMs)));
    timer.unref();
  };
  wait();
  return () => clearTimeout(timer);
}
