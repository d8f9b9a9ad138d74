import { CodedError } from '../contract/errors';
import { eventsSubject, resultsSubject } from '../contract/relay';
import type { Address, Bus, HeardMessage, Taking } from './bus';
import type { Connection } from './connection';
import { messageOf, refusalText } from './said';

/** What an agent may say. */
const example = '{"id":"1","type":"result","payload":{}}';

/** An agent that is connected. */
export interface AgentLine {
  /** How many messages it was sent, and how many came from it. */
  sent(): number;
  received(): number;
  /** Deals with a text that came from it, and calls `done` once it has. */
  hear(text: string, done: () => void): void;
  /** Gives it no more work. What it did not answer stays for the next connection. */
  leave(): void;
}

/**
 * Gives an agent its unanswered work and publishes what it says. `after` is the number of the last work that it has and still
 * answers: only what is newer is given to it.
 */
export function serveAgent(options: {
  readonly bus: Bus;
  readonly agent: Address;
  readonly connection: Connection;
  readonly after: number;
  readonly log: (line: string) => void;
}): AgentLine {
  const { bus, agent, connection, after, log } = options;
  let sent = 0;
  let received = 0;
  const results = resultsSubject(agent.session, agent.role);
  const events = eventsSubject(agent.session);

  const deliver = (work: HeardMessage): Promise<void> => {
    if (work.seq > after) {
      sent += 1;
      connection.send(work.frame);
    }
    return connection.room();
  };
  const taking: Promise<Taking | null> = bus.takeWork(agent, deliver).catch((error: unknown) => {
    log(`The work of ${agent.role} in session ${agent.session} could not be given: ${wordsOf(error)}`);
    connection.close(1011, 'Your work could not be read. Come back in a while.');
    return null;
  });

  const answered = async (id: string): Promise<void> => (await taking)?.answered(id);

  /** Resolves once it is dealt with. Written for one promise for each event, of which there are most. */
  function deal(text: string): Promise<unknown> {
    const message = messageOf(text, example);
    if (message.type === 'event') return bus.publish(events, message, text);
    if (message.type === 'ack') return answered(message.id);
    // The answer first: a work that is answered twice is better than an answer that is lost.
    return bus.publish(results, message, text).then(() => answered(message.id));
  }

  return {
    sent: () => sent,
    received: () => received,
    hear(text, done) {
      received += 1;
      const failed = (error: unknown) => {
        if (!(error instanceof CodedError)) log(`What ${agent.role} said could not be published: ${wordsOf(error)}`);
        connection.send(refusalText(text, error));
        done();
        // What it answered is not kept, and its work is given again when it comes back: it is told so as long as the relay is away.
        if (error instanceof CodedError && error.code === 'REMOTE_FAILED')
          connection.close(1011, 'The relay is away. Come back in a while.');
      };
      try {
        deal(text).then(done, failed);
      } catch (error) {
        failed(error);
      }
    },
    leave() {
      void taking.then((taken) => taken?.leave());
    },
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
