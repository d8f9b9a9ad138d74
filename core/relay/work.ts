import type { Address, WaitingAgent } from './bus';

/** Work that waits for its agent's answer. */
export interface WaitingWork {
  readonly seq: number;
  readonly at: number;
  /** The message's JSON text, on one line. */
  readonly text: string;
}

/** What keeps work until it is answered, and remembers for a while what was. */
export interface KeptWork {
  /**
   * Keeps work under a number, and resolves with that once it is durable; with the number it has when it is known by its id
   * already. Rejects with LIMIT when too much waits.
   */
  keep(work: Address & WaitingWork & { readonly id: string }): Promise<number>;
  /** Resolves once it is durable that the work is answered. Of an id that does not wait nothing changes. */
  answer(work: Address & { readonly id: string; readonly at: number }): Promise<void>;
  /** The ids of what waits. */
  ids(of: Address): readonly string[];
  /** What waits with a number over `after`, oldest first: some of it, and none only when there is none. */
  waiting(of: Address, after: number): readonly WaitingWork[];
  /** What waits for anybody with a number over `after`, oldest first: some of it, and none only when there is none. */
  waitingOfAll(after: number): readonly (Address & WaitingWork)[];
  /** For whom something waits: those for whom it has waited longest, at most so many. */
  agents(most: number): readonly WaitingAgent[];
  /** The highest number any work was given; 0 when there was none. */
  last(): number;
}
