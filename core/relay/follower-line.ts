import { assertNever, CodedError } from '../contract/errors';
import { type CallName, whoMayCall } from '../contract/key';
import type { RelayMessage } from '../contract/relay';
import { askingExample, type RelayAsking, readRelayAsking } from '../contract/relay-asking';
import type { Relay } from './bus';
import type { Connection } from './connection';
import { doneText, messageOf, refusalText } from './said';

/** Somebody who follows subjects and sends work. */
export interface FollowerLine {
  /** Deals with a text that came from them, and calls `done` once it has. */
  hear(text: string, done: () => void): void;
  /** Ends their subscriptions. */
  leave(): void;
}

/** Answers what a follower asks for: each with `ok`, or `error` and why, by the id it was asked with. */
export function serveFollower(options: {
  readonly relay: Pick<Relay, 'bus' | 'send'>;
  readonly connection: Connection;
  readonly by: string;
  /** Whether they may make a call of the contract. */
  readonly may: (call: string) => boolean;
  readonly patterns: number;
  readonly log: (line: string) => void;
}): FollowerLine {
  const { relay, connection, by, may, patterns, log } = options;
  /** What ends each subscription, once it has begun. */
  const subscriptions = new Map<string, Promise<() => void>>();
  let left = false;

  const end = (pattern: string): boolean => {
    const begun = subscriptions.get(pattern);
    subscriptions.delete(pattern);
    void begun?.then(
      (stop) => stop(),
      () => {},
    );
    return begun !== undefined;
  };

  async function subscribe({ pattern, after }: Extract<RelayAsking, { type: 'subscribe' }>): Promise<unknown> {
    allow('relay.follow', may);
    if (!subscriptions.has(pattern) && subscriptions.size >= patterns) {
      const todo = 'Follow fewer, or one that covers several, such as sessions.>.';
      throw new CodedError(
        'LIMIT',
        `This connection follows ${patterns} patterns, which is as many as it may. ${todo}`,
      );
    }
    const from = after === undefined ? {} : { after, pace: connection.room };
    const begun = relay.bus.subscribe(pattern, connection.tell, from);
    // Asked for again it begins anew, which is how what was missed is fetched.
    end(pattern);
    subscriptions.set(pattern, begun);
    try {
      await begun;
    } catch (error) {
      if (subscriptions.get(pattern) === begun) subscriptions.delete(pattern);
      throw error;
    }
    if (left) end(pattern);
    return { pattern };
  }

  async function act(message: RelayMessage): Promise<unknown> {
    const asked = readRelayAsking(message);
    switch (asked.type) {
      case 'subscribe':
        return subscribe(asked);
      case 'unsubscribe':
        if (end(asked.pattern)) return { pattern: asked.pattern };
        throw new CodedError('NOT_FOUND', `This connection does not follow ${asked.pattern}, so nothing was changed.`);
      case 'send': {
        allow('relay.send', may);
        const { session, role, message: work } = asked;
        return { seq: await relay.send({ session, role, message: work, by }) };
      }
      default:
        return assertNever(asked);
    }
  }

  async function deal(text: string): Promise<void> {
    try {
      const message = messageOf(text, askingExample);
      connection.send(doneText(message.id, await act(message)));
    } catch (error) {
      if (!(error instanceof CodedError))
        log(`What ${by} asked of the relay failed: ${error instanceof Error ? error.stack : error}`);
      connection.send(refusalText(text, error));
    }
  }

  return {
    hear: (text, done) => void deal(text).then(done),
    leave() {
      left = true;
      for (const pattern of [...subscriptions.keys()]) end(pattern);
    },
  };
}

function allow(call: CallName, may: (call: string) => boolean): void {
  if (!may(call)) throw new CodedError('NOT_ALLOWED', `Your key may not call ${call}. ${whoMayCall(call)}`);
}
