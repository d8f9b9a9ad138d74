import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/websocket';
import type { WebSocket } from 'ws';
import type { Caller } from '../contract/caller';
import { codedAnswers, type Log } from './errors';
import { withinScope } from './scope';

/** The largest message a door takes, in bytes. */
export const messageLimit = 8 * 1024 * 1024;

/** Whole messages in both directions, whatever carries them: a socket, or a window's port. */
export interface Line {
  /** Resolves when the message has left, which is what slows down a stream nobody reads. */
  send(message: string | Uint8Array): Promise<void>;
  onMessage(hear: (message: string | Uint8Array) => void): void;
  onClose(hear: () => void): void;
  close(reason?: string): void;
}

/** Answers the contract's calls on a line until it closes. Whoever says something unintelligible is hung up on. */
export function serveLine(options: {
  readonly router: AnyRouter;
  readonly line: Line;
  readonly caller: Caller;
  readonly log: Log;
  /** It comes from the network, where not every call may be made. */
  readonly away?: boolean;
}): void {
  const { router, line, caller, log } = options;
  // The handler keeps one peer for each object it is given to answer on, so the same one is handed in every time.
  const peer = { send: (message: string | Uint8Array) => line.send(message), addEventListener: () => {} };
  const scope = options.away === true ? [withinScope] : [];
  const handler = new RPCHandler<Caller>(router, { clientInterceptors: [codedAnswers(log), ...scope] });
  let open = true;
  line.onMessage((message) => {
    handler.message(peer as never, message as never, { context: caller }).catch((error: unknown) => {
      if (!open || (error instanceof Error && error.name === 'AbortError')) return;
      log(
        `A message from ${caller.by} could not be handled: ${error instanceof Error ? error.message : String(error)}`,
      );
      line.close('A message could not be understood.');
    });
  });
  line.onClose(() => {
    open = false;
    handler.close(peer as never);
  });
}

/** Passes everything said on one line to the other, both ways. When one closes, so does the other. */
export function joinLines(one: Line, other: Line): void {
  for (const [from, to] of [[one, other] as const, [other, one] as const]) {
    from.onMessage((message) => {
      to.send(message).catch(() => from.close());
    });
    from.onClose(() => to.close());
  }
}

/** A WebSocket as a line. */
export function socketLine(socket: WebSocket): Line {
  return {
    send: (message) =>
      new Promise((resolve, reject) => {
        socket.send(message, (error) => (error ? reject(error) : resolve()));
      }),
    onMessage(hear) {
      socket.on('message', (data, isBinary) => {
        const whole = Array.isArray(data)
          ? Buffer.concat(data)
          : data instanceof ArrayBuffer
            ? Buffer.from(data)
            : data;
        hear(isBinary ? whole : whole.toString('utf8'));
      });
    },
    onClose(hear) {
      socket.once('close', () => hear());
    },
    close(reason) {
      socket.close(reason === undefined ? 1000 : 1008, reason);
    },
  };
}
