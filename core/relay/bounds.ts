import { mostMessageBytes } from '../contract/relay';

/** What one connection may take of this process, and when it is taken for dead. */
export interface Bounds {
  /** The largest frame that is read. */
  readonly frame: number;
  /** How many may be connected at once. */
  readonly connections: number;
  /** How many of them may be of one key, so that one leaves room for the others. */
  readonly connectionsOfKey: number;
  /** How many patterns one connection may follow. */
  readonly patterns: number;
  /** Over so many bytes that it has not taken, a connection is told no more events and results until it has. */
  readonly leaveOut: number;
  /** Over so many it is closed. */
  readonly unsent: number;
  /** While so many bytes that came from it are not dealt with, it is not read. */
  readonly unread: number;
  /** How many messages are read of it: `burst` at once, then `perSecond`. Over that it is not read for a while. */
  readonly rate: { readonly burst: number; readonly perSecond: number };
  /** How often it is asked whether it lives. Who leaves two questions unanswered is gone. */
  readonly beatMs: number;
  /** How long a goodbye may take. */
  readonly goodbyeMs: number;
}

/** What holds where nobody says otherwise. */
export const bounds: Bounds = {
  frame: mostMessageBytes,
  connections: 256,
  connectionsOfKey: 64,
  patterns: 64,
  leaveOut: 1024 * 1024,
  unsent: 8 * 1024 * 1024,
  unread: 4 * 1024 * 1024,
  rate: { burst: 20_000, perSecond: 2_000 },
  beatMs: 20_000,
  goodbyeMs: 1_000,
};

/** Counts what is read of one connection. */
export interface Allowance {
  /** Counts one message, and gives for how many milliseconds nothing more is to be read; 0 for at once. */
  take(): number;
}

/** An allowance that is full; `now` is the clock, in milliseconds. What was read over it has to be waited for later. */
export function createAllowance({ burst, perSecond }: Bounds['rate'], now: () => number): Allowance {
  let left = burst;
  let since = now();
  return {
    take() {
      left -= 1;
      // The clock is looked at only when there is none left for the next one.
      if (left >= 1) return 0;
      const time = now();
      left = Math.min(burst - 1, left + ((time - since) * perSecond) / 1000);
      since = time;
      if (left >= 1) return 0;
      // For a tenth of a second at least, so that it is not paused and read again for each message.
      return ((1 - left) / perSecond) * 1000 + 100;
    },
  };
}
