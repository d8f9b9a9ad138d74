import { createHash } from 'node:crypto';
import { JetStreamApiError } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { CodedError } from '../contract/errors';
import { mostUnanswered, resultsSubject, workSubject } from '../contract/relay';
import { type Address, type Bus, mostWaitingAgents, type WaitingAgent } from './bus';
import { messageText, takenBack } from './frame';
import { openFeed } from './nats-feed';
import { natsMessage, stampHeader } from './nats-message';
import { createReach, said } from './nats-reach';
import { leaving, openNats, relayStream, workStream } from './nats-streams';
import { forgetWork, keptSubject, openTaking } from './nats-taking';

/** How long leaving waits for what is on its way. */
const drainMs = 2000;
/** What JetStream says when a stream is full, or one subject of it. */
const full = /maximum (?:messages|bytes)/;
/** What it says when there is no room on its disk, or none for the account. */
const noRoom = /insufficient (resources|storage)|resource limits exceeded|no space/;
/** What the library says of a message that the server would hang up for. */
const tooLong = /max_payload/;

/**
 * Opens the bus on a NATS server. The newest messages are a stream; unanswered work is another one, from which what is answered is
 * deleted. Work is published on both: on the first for its number and for those who follow, on the second to be kept. Throws what
 * `openNats` throws.
 */
export async function openNatsBus(options: {
  readonly url: string;
  /** A file with the credentials to sign in with; null for none. */
  readonly credentials: string | null;
  readonly mostBytes: number;
  readonly now: () => number;
  /** Told of what nobody waits for. */
  readonly onError: (cause: unknown) => void;
  /** Told why the server cannot be reached any more, and null once it can be again. */
  readonly onAway?: (cause: CodedError | null) => void;
}): Promise<Bus> {
  const { now, onError, onAway = () => {} } = options;
  const server = await openNats(options);
  const { client, manager, connection, shown } = server;
  const { ask } = createReach({ connection, shown, onAway });
  const feed = await openFeed(server, ask, onError).catch(async (cause: unknown) => {
    throw await leaving(server, cause);
  });
  const takers = new Map<string, Awaited<ReturnType<typeof openTaking>>>();

  async function put(subject: string, text: string, more: Parameters<typeof client.publish>[2]): Promise<number> {
    const known = (cause: unknown) => refusal(cause, subject, shown);
    return (await ask(() => client.publish(subject, text, more), known)).seq;
  }

  async function unanswered(of: Address): Promise<number> {
    const subject = keptSubject(of);
    const { state } = await ask(() => manager.streams.info(workStream, { subjects_filter: subject }));
    return state.subjects?.[subject] ?? 0;
  }

  async function waiting(): Promise<WaitingAgent[]> {
    const { state } = await ask(() => manager.streams.info(workStream, { subjects_filter: 'switchyard.work.>' }));
    const agents = Object.entries(state.subjects ?? {}).slice(0, mostWaitingAgents);
    const read = agents.map(async ([subject, messages]) => {
      const [, , session = '', role = ''] = subject.split('.');
      // Asks for the first one of the subject, which the server knows and the type of a request does not.
      const first: { readonly seq: number; readonly next_by_subj: string } = { seq: 1, next_by_subj: subject };
      const oldest = await ask(() => manager.streams.getMessage(workStream, first));
      // Answered meanwhile where there is none.
      return oldest === null ? [] : [{ session, role, unanswered: messages, since: oldest.time.getTime() }];
    });
    return (await Promise.all(read)).flat().sort((one, other) => one.since - other.since);
  }

  /** What is kept for an agent, oldest first. */
  async function* keptOf(of: Address) {
    for (let seq = 1; ; seq += 1) {
      const next: { readonly seq: number; readonly next_by_subj: string } = { seq, next_by_subj: keptSubject(of) };
      const found = await ask(() => manager.streams.getMessage(workStream, next));
      if (found === null) return;
      seq = found.seq;
      const work = natsMessage(
        { subject: found.subject, seq, time: found.time, headers: found.header, string: () => found.string() },
        workSubject(of.session, of.role),
      );
      if (work !== undefined) yield { work, seq };
    }
  }

  return {
    async publish(subject, message, raw, once) {
      const known = once === undefined ? {} : { msgID: hashOf(`${once} ${subject} ${message.id}`) };
      return put(subject, messageText(message, raw), known);
    },
    subscribe: (pattern, hear, subscribed = {}) => feed.subscribe(pattern, hear, subscribed),
    async sendWork(to, message, raw) {
      const text = messageText(message, raw);
      const subject = workSubject(to.session, to.role);
      const msgID = hashOf(`${subject} ${message.id}`);
      // Asked first: what is refused afterwards has been told to those who follow.
      if ((await unanswered(to)) >= mostUnanswered.ofOne) throw tooMuch(to);
      const at = now();
      const stamped = (stamp: string) => {
        const given = headers();
        given.set(stampHeader, stamp);
        return { headers: given, msgID };
      };
      const seq = await put(subject, text, stamped(`0 ${at}`));
      try {
        await put(keptSubject(to), text, stamped(`${seq} ${at}`));
      } catch (cause) {
        throw cause instanceof CodedError && cause.code === 'LIMIT' ? tooMuch(to) : cause;
      }
      return seq;
    },
    async takeWork(of, deliver) {
      const name = keptSubject(of);
      takers.get(name)?.end();
      const taker = await openTaking(server, ask, {
        ...{ of, deliver, behind: await unanswered(of), onError },
      });
      takers.set(name, taker);
      return {
        answered: taker.taking.answered,
        async leave() {
          taker.end();
          if (takers.get(name) === taker) takers.delete(name);
        },
      };
    },
    async takeBack(of, id) {
      const ids: string[] = [];
      for await (const { work, seq } of keptOf(of)) {
        const { id: each } = work.message();
        if (id !== undefined && each !== id) continue;
        const results = resultsSubject(of.session, of.role);
        // Told once, also where two take it back at once.
        const msgID = hashOf(`taken back ${seq} ${results} ${each}`);
        await put(results, messageText(takenBack(each)), { msgID });
        await forgetWork(server, ask, seq);
        takers.get(keptSubject(of))?.went(seq);
        ids.push(each);
      }
      return ids;
    },
    unanswered,
    waiting,
    async status() {
      const { messages, first_seq, last_seq } = (await ask(() => manager.streams.info(relayStream))).state;
      return { bus: 'nats', url: shown, first: messages === 0 ? 0 : first_seq, last: messages === 0 ? 0 : last_seq };
    },
    async close() {
      feed.close();
      for (const taker of takers.values()) taker.end();
      // A server that is not there keeps nobody from leaving.
      const late = setTimeout(() => void connection.close(), drainMs);
      await Promise.race([connection.drain(), connection.closed()]).catch(onError);
      clearTimeout(late);
    },
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function tooMuch({ session, role }: Address): CodedError {
  return new CodedError(
    'LIMIT',
    `${mostUnanswered.ofOne} messages wait for ${role} in session ${session} already, or ${mostUnanswered.ofAll} or a gibibyte for all agents. Send more once some are answered.`,
    { facts: { session, role } },
  );
}

/** What a server refused to keep, for a reason that is told in words of its own; null for any other. */
function refusal(cause: unknown, subject: string, url: string): CodedError | null {
  const words = said(cause);
  const options = { cause, facts: { url, subject } };
  if (cause instanceof JetStreamApiError && full.test(words)) return new CodedError('LIMIT', words, options);
  const tried = `Could not publish on ${subject}: `;
  if (tooLong.test(words)) {
    const message = `${tried}it is longer than the NATS server ${url} takes (${words}). Send less, or a place to find it.`;
    return new CodedError('BAD_INPUT', message, options);
  }
  return noRoom.test(words)
    ? new CodedError('DISK_FULL', `${tried}the NATS server ${url} has no room (${words}).`, options)
    : null;
}
