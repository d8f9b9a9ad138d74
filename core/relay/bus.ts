import type { Published, RelayAgent, RelayMessage, RelayStatus } from '../contract/relay';

/** A message as a subscriber hears it, with the text of its frame, built once for everybody. */
export interface HeardMessage {
  readonly kind: 'message';
  readonly seq: number;
  readonly subject: string;
  /** `{"seq":…,"subject":…,"at":…,"id":…,"type":…,"payload":…}`. Shared: nobody may write into it. */
  readonly frame: Buffer;
  /** The message itself, read from the frame when it was not at hand. */
  message(): Published;
}

/** What a subscriber hears: a message, or that those from `from` to `to` are not kept any more. */
export type Heard = HeardMessage | { readonly kind: 'missed'; readonly from: number; readonly to: number };

/** From where on a subscriber hears. */
export interface SubscribeOptions {
  /** The number of the last message it knows; 0 for all that is kept. */
  readonly after?: number;
  /** Waited for before each piece of what is kept is told, so that a slow subscriber can be told no more than it takes. */
  readonly pace?: () => Promise<void> | void;
}

/** An agent's name on the relay. */
export interface Address {
  readonly session: string;
  readonly role: string;
}

/** An agent for whom work waits. */
export interface WaitingAgent extends Address {
  /** How much it has not answered. */
  readonly unanswered: number;
  /** When the oldest of it was sent. */
  readonly since: number;
}

/** How many agents are told for whom work waits. */
export const mostWaitingAgents = 1_000;

/** The work of one agent, in the hands of whoever gives it to it. */
export interface Taking {
  /**
   * Says that the agent answered the work of this id, by which it is not given again; resolves once that is kept. An answer is
   * published before: it may then be given twice, and is never lost. An id that is no work's, or was answered, changes nothing.
   */
  answered(id: string): Promise<void>;
  /** Gives no more work. What is not answered stays for the next one who takes it. */
  leave(): Promise<void>;
}

/** What carries messages between sessions and agents: subjects as in NATS, the newest kept, work kept until it is answered. */
export interface Bus {
  /**
   * Resolves with its number once it is kept among the newest. `raw` is the message's own JSON text
   * where the caller has it. Rejects with DISK_FULL or NOT_WRITABLE; then nothing of it was kept or told. Over a network that may not be
   * known: with REMOTE_FAILED it may have been kept, and whoever says who publishes it by `once` may do so again within an hour, and
   * it is there once. The id of a message is its own then.
   */
  publish(subject: string, message: RelayMessage, raw?: string, once?: string): Promise<number>;
  /**
   * Calls back with every message of the pattern after number `after`, oldest first, and from now on; without `after` from now on.
   * What is older than all that is kept is told first as missed. The callback is called for all messages of a turn of the event
   * loop one after the other, and must not throw. The same function on several patterns hears a message once, but for
   * what it is still told from before. Gives what ends it.
   */
  subscribe(pattern: string, hear: (heard: Heard) => void, options?: SubscribeOptions): Promise<() => void>;
  /**
   * Keeps a work message for an agent and resolves with its number once it is durable. A second one of the same id is the same
   * work: it resolves with the number of the first. Rejects with LIMIT when too much waits for the agent or for all.
   */
  sendWork(to: Address, message: RelayMessage, raw?: string): Promise<number>;
  /**
   * Gives the agent's unanswered work, oldest first, and then each as it comes. The next is given once the promise of `deliver` is
   * resolved, if it gives one: a slow agent holds up its own work only. Nothing is given before this resolves. Who takes the work of an agent takes it from who did before.
   */
  takeWork(of: Address, deliver: (work: HeardMessage) => Promise<void> | void): Promise<Taking>;
  /**
   * Takes back work of an agent that it has not answered, of one id or all, and gives the ids. Each is answered, on the subject of the
   * agent's results and before it goes, with type `taken-back`. One that the agent was given already may still be done.
   */
  takeBack(of: Address, id?: string): Promise<readonly string[]>;
  /** How much work waits for the agent's answer. */
  unanswered(of: Address): Promise<number>;
  /** For whom work waits, connected or not: those for whom it has waited longest. */
  waiting(): Promise<readonly WaitingAgent[]>;
  /** What carries the messages, and how far back they are kept. */
  status(): Promise<Omit<RelayStatus, 'connections'>>;
  /** Ends every subscription and taking, and resolves when nothing is left to be kept. */
  close(): Promise<void>;
}

/** Where agents come in: it tells who is connected, and hangs up. */
export interface RelayDoor {
  /** The agents that are connected; how much each has not answered is asked of the bus. */
  agents(): readonly Omit<RelayAgent, 'kind' | 'unanswered'>[];
  /** Everybody who is connected: agents and followers. */
  connections(): number;
  /** Hangs up on an agent for good. False when there is none. */
  disconnect(agent: Address): boolean;
}

/** The relay as doors are handed it. */
export interface Relay {
  readonly bus: Bus;
  /**
   * Gives work to an agent, and resolves with its number once it is durable. Work for a session of the runner becomes a message of
   * its task, by `by`. Throws what the bus throws, and what writing to a task throws.
   */
  send(work: Address & { readonly message: RelayMessage; readonly raw?: string; readonly by: string }): Promise<number>;
  /** Has the relay know a door, until the function it gives is called. */
  open(door: RelayDoor): () => void;
}
