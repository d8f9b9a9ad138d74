import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { portClosed } from '../core/contract/bridge';
import type { Calls } from '../core/contract/calls';

/** Everything the core can be asked, typed by the contract. */
export type Client = ContractRouterClient<Calls>;

/** A client of the core over one port, which belongs to it from then on. */
export interface Connected {
  readonly client: Client;
  /** Resolves when the core has hung up, or `close` was called. */
  readonly closed: Promise<void>;
  /** Hangs up. What still waits for an answer fails with an AbortError. */
  close(): void;
}

/** Starts a port and makes calls over it. */
export function clientOver(port: MessagePort): Connected {
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
