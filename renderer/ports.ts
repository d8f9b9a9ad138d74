import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { type Bridge, portClosed, portMessage } from '../core/contract/bridge';
import type { Client, Connected, Lines } from './client';

/** Lines over the ports that the preload forwards to the app's window. */
export function portLines(bridge: Bridge): Lines {
  return {
    onLine(take) {
      window.addEventListener('message', (event) => {
        const port = event.ports[0];
        if (event.source !== window || event.data !== portMessage || port === undefined) return;
        take(clientOver(port));
      });
    },
    ask: () => bridge.ready(),
  };
}

/** Starts a port, which belongs to the line from then on, and makes calls over it. */
function clientOver(port: MessagePort): Connected {
  const leaving: (() => void)[] = [];
  const close = (): void => {
    port.close();
    for (const leave of leaving.splice(0)) leave();
  };
  const closed = new Promise<void>((resolve) => leaving.push(resolve));
  const client: Client = createORPCClient(
    new RPCLink({
      port: {
        postMessage: (message: unknown) => port.postMessage(message),
        on(event, hear) {
          // Never a close listener on the port itself: Electron 25 calls it while the page is torn down for a reload,
          // and the renderer may die of it. Whoever closes a port says so on it first.
          if (event === 'close') leaving.push(() => hear());
          else port.onmessage = (said) => (said.data === portClosed ? close() : hear(said));
        },
      },
    }),
  );
  port.start();
  return { client, closed, close };
}
