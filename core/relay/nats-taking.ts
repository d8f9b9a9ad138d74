import { DeliverPolicy, JetStreamApiError } from '@nats-io/jetstream';
import { mostUnanswered, workSubject } from '../contract/relay';
import type { Address, HeardMessage, Taking } from './bus';
import { natsMessage } from './nats-message';
import type { NatsReach } from './nats-reach';
import { type NatsServer, workStream } from './nats-streams';
import { createNewestIds } from './newest-ids';

/** Where the work of an agent is kept. */
export function keptSubject({ session, role }: Address): string {
  return `switchyard.work.${session}.${role}`;
}

/** What the server says of a message that is not there any more. */
const notThere = /no message found|deleted message|sequence \d+ not found/;

/** Deletes kept work by its place in the stream, so that nobody is given it. It is as well where somebody else did so before. */
export async function forgetWork(
  { manager }: Pick<NatsServer, 'manager'>,
  ask: NatsReach['ask'],
  seq: number,
): Promise<void> {
  await ask(async () => {
    try {
      await manager.streams.deleteMessage(workStream, seq, false);
    } catch (cause) {
      if (!(cause instanceof JetStreamApiError && notThere.test(cause.message))) throw cause;
    }
  });
}

/** Gives an agent its work from the stream that keeps it, until it is ended. */
export async function openTaking(
  server: NatsServer,
  ask: NatsReach['ask'],
  from: {
    readonly of: Address;
    readonly deliver: (work: HeardMessage) => Promise<void> | void;
    /** How much waits for it. */
    readonly behind: number;
    readonly onError: (cause: unknown) => void;
  },
): Promise<{ readonly taking: Pick<Taking, 'answered'>; end(): void; went(seq: number): void }> {
  const { of, deliver } = from;
  /** Where what was given lies in the stream, by its id. */
  const given = new Map<string, number>();
  /** What was answered before it was given: an agent may remember it from the connection before. No more than can wait for it. */
  const early = createNewestIds(mostUnanswered.ofOne);
  /** Where what was taken back before it was given lies: some is fetched ahead. */
  const gone = new Set<number>();
  let { behind } = from;
  let ended = false;
  const forget = (seq: number) => forgetWork(server, ask, seq);
  const messages = await ask(async () => {
    const wanted = { filter_subjects: keptSubject(of), deliver_policy: DeliverPolicy.All };
    return (await server.client.consumers.get(workStream, wanted)).consume({ max_messages: 16 });
  });
  const giveAll = async () => {
    // Nothing is given before whoever takes it knows that it does.
    await new Promise((resolve) => setImmediate(resolve));
    for await (const message of messages) {
      if (ended) return;
      behind -= 1;
      const work = natsMessage(message, workSubject(of.session, of.role));
      const isGone = gone.has(message.seq);
      for (const seq of gone) if (seq <= message.seq) gone.delete(seq);
      if (work === undefined || isGone) continue;
      const { id } = work.message();
      if (early.take(id)) {
        await forget(message.seq);
        continue;
      }
      given.set(id, message.seq);
      await deliver(work);
    }
  };
  void giveAll().catch((cause) => {
    if (!ended) from.onError(cause);
  });
  return {
    taking: {
      async answered(id) {
        const seq = given.get(id);
        if (seq !== undefined) {
          given.delete(id);
          try {
            await forget(seq);
          } catch (cause) {
            // It waits still: whoever is told so answers again.
            given.set(id, seq);
            throw cause;
          }
        } else if (behind > 0) early.add(id);
      },
    },
    went: (seq) => void gone.add(seq),
    end() {
      ended = true;
      messages.stop();
    },
  };
}
