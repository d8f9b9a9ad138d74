import type { Caller } from '../contract/caller';

/** Somebody whose token was known. */
export interface Admitted {
  /** By this they are named when they are let in no more. */
  readonly id: string;
  readonly caller: Caller;
  /** When they are let in no more, in epoch milliseconds; null for as long as the server is open. */
  readonly expiresAt: number | null;
}
