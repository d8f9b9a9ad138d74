import type { ContractRouterClient } from '@orpc/contract';
import type { Calls } from '../core/contract/calls';

/** Everything the core can be asked, typed by the contract. */
export type Client = ContractRouterClient<Calls>;

/** A line to the core that is open, and the client that makes calls over it. */
export interface Connected {
  readonly client: Client;
  /** Resolves when the core has hung up, or `close` was called. */
  readonly closed: Promise<void>;
  /** Hangs up. What still waits for an answer fails with an AbortError. */
  close(): void;
}

/** How lines to the core are opened: over the ports of the app's window, or over a browser's sockets. */
export interface Lines {
  /** Hands over each line as it is opened; it takes the place of the one before. Said once, before the first is asked for. */
  onLine(take: (line: Connected) => void): void;
  /** Asks for a line, which comes when there is one to be had. To ask while one is on its way is harmless. */
  ask(): void;
}
