import { AckPolicy, DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import type { Heard, SubscribeOptions } from './bus';
import { natsMessage } from './nats-message';
import type { NatsReach } from './nats-reach';
import { type NatsServer, relayStream } from './nats-streams';
import { createSubscribers } from './subject';

/** The newest messages of a NATS server, as subscribers of this process hear them. */
export interface NatsFeed {
  subscribe(pattern: string, hear: (heard: Heard) => void, options: SubscribeOptions): Promise<() => void>;
  close(): void;
}

/** Who hears, and the number of the last message it has heard. */
interface Subscriber {
  readonly hear: (heard: Heard) => void;
  known: number;
}

/** How many messages are read at once for who was away. */
const pieceMessages = 50;
/** How soon it is tried again where they could not be read. */
const againMs = 1000;

/** Follows all that is published: one consumer, whoever subscribes. */
export async function openFeed(
  server: NatsServer,
  ask: NatsReach['ask'],
  onError: (cause: unknown) => void,
): Promise<NatsFeed> {
  const { client, manager } = server;
  const subscribers = createSubscribers<Subscriber>();
  const newest = async () => (await ask(() => manager.streams.info(relayStream))).state;
  let last = (await newest()).last_seq;
  let closed = false;
  const consumer = await client.consumers.get(relayStream, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: last + 1,
  });
  const messages = await consumer.consume({ max_messages: 1000 });

  async function tellAll(): Promise<void> {
    for await (const message of messages) {
      last = message.seq;
      const heard = natsMessage(message);
      if (heard === undefined) continue;
      const told = new Set<Subscriber['hear']>();
      for (const subscriber of subscribers.of(heard.subject)) {
        if (heard.seq <= subscriber.known || told.has(subscriber.hear)) continue;
        told.add(subscriber.hear);
        subscriber.hear(heard);
      }
    }
  }
  /** What the end of the connection cuts short fails, and nobody is to be told. */
  const failed = (cause: unknown) => {
    if (!closed) onError(cause);
  };
  void tellAll().catch(failed);

  /** Some of the messages of a pattern after a number; none when there are none up to the number it gives beside. */
  async function readAfter(after: number, pattern: string) {
    const state = await newest();
    const wanted = await ask(() =>
      manager.consumers.add(relayStream, {
        ack_policy: AckPolicy.None,
        deliver_policy: DeliverPolicy.StartSequence,
        filter_subject: pattern,
        inactive_threshold: 30_000_000_000,
        mem_storage: true,
        opt_start_seq: after + 1,
      }),
    );
    const found = await ask(async () => {
      const read: JsMsg[] = [];
      if (wanted.num_pending === 0) return read;
      const most = Math.min(pieceMessages, wanted.num_pending);
      const piece = await client.consumers.getConsumerFromInfo(wanted).fetch({ max_messages: most });
      for await (const message of piece) read.push(message);
      return read;
    });
    await ask(() => manager.consumers.delete(relayStream, wanted.name));
    return { found, until: state.last_seq, lost: state.first_seq - 1 };
  }

  return {
    async subscribe(pattern, hear, { after, pace = () => {} }) {
      let left = false;
      let leave = () => {};
      const subscriber: Subscriber = { hear, known: after ?? (await newest()).last_seq };
      /** Goes on where it was when the server was gone for a while. */
      const catchUp = async (): Promise<void> => {
        try {
          await tellKept();
        } catch (cause) {
          failed(cause);
          await new Promise((resolve) => setTimeout(resolve, againMs).unref());
          return catchUp();
        }
      };
      const tellKept = async () => {
        while (!left && !closed) {
          const { found, until, lost } = await readAfter(subscriber.known, pattern);
          if (left || closed) return;
          if (subscriber.known < lost) {
            hear({ kind: 'missed', from: subscriber.known + 1, to: lost });
            subscriber.known = lost;
          }
          for (const message of found) {
            await pace();
            if (left) return;
            const heard = natsMessage(message);
            subscriber.known = message.seq;
            if (heard !== undefined) hear(heard);
          }
          if (found.length > 0) continue;
          subscriber.known = Math.max(subscriber.known, until);
          // What is told to all has gone past what was read.
          if (last > subscriber.known) continue;
          leave = subscribers.add(pattern, subscriber);
          return;
        }
      };
      if (after === undefined) leave = subscribers.add(pattern, subscriber);
      else {
        // Whoever asks while it is gone is told so.
        await newest();
        void catchUp();
      }
      return () => {
        left = true;
        leave();
      };
    },
    close() {
      closed = true;
      messages.stop();
    },
  };
}
