import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@orpc/server';
import { WebSocketServer } from 'ws';
import type { Admitted } from './admitted';
import { subprotocol } from './bearer';
import type { Log } from './errors';
import { messageLimit, serveLine, socketLine } from './line';
import { pulsing } from './pulse';

/** A handshake of somebody who may make one: every check is passed, and their token was known. */
export interface Handshake {
  readonly request: IncomingMessage;
  readonly stream: Duplex;
  readonly head: Buffer;
  readonly query: URLSearchParams;
  readonly who: Admitted;
  /** Says that the connection lasts, and how it is closed once they are let in no more; gives what says that it has ended. */
  hold(close: () => void): () => void;
}

/** Makes a WebSocket of a handshake. */
export type Upgrade = (handshake: Handshake) => void;

/** The contract's calls on a WebSocket, as browsers and programs make them. `close` says goodbye on all of them. */
export function callUpgrade({ router, log }: { readonly router: AnyRouter; readonly log: Log }): {
  readonly upgrade: Upgrade;
  close(): void;
} {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: messageLimit,
    perMessageDeflate: false,
    // What a client offers beside it is its token, which is not said back.
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  return {
    upgrade({ request, stream, head, who, hold }) {
      sockets.handleUpgrade(request, stream, head, (socket) => {
        socket.on('error', (error) => log(`A client's connection broke: ${error.message}`));
        socket.once(
          'close',
          hold(() => socket.terminate()),
        );
        pulsing(socket);
        serveLine({ router, line: socketLine(socket), caller: who.caller, log, away: true });
      });
    },
    close() {
      for (const socket of sockets.clients) socket.close(1001, 'Switchyard stops.');
    },
  };
}
