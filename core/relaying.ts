import { uptime } from 'node:os';
import { dirname, join } from 'node:path';
import { type RelayDesk, tellTask } from './commands/relay';
import { CodedError } from './contract/errors';
import { isOwnSession, type RelayAgent, resultsSubject, workSubject } from './contract/relay';
import type { TranscriptEvent } from './contract/transcript';
import { keepWork } from './kept-work';
import type { Log } from './log';
import type { Bus, Relay, RelayDoor } from './relay/bus';
import { createOutages, type Outages } from './relay-outage';
import type { EndedTurn } from './runner/deps';
import type { Database } from './store/database';
import {
  answerRelayMessage,
  knownRelayMessage,
  numberRelayMessage,
  type OverMessage,
  overRelayMessages,
  waitingRelayMessages,
} from './store/relay-messages';
import { aliveSessions, readSession } from './store/sessions';
import { type Growth, watchGrowth } from './store/transcript-follow';
import type { Writer } from './store/writer';
import { createUntold } from './untold';
import { readUntold, writeUntold } from './untold-file';

/** The relay of a runtime, with its own sessions on it. */
export interface Relaying {
  readonly desk: RelayDesk;
  /** The relay for doors. Opened at the first need of it, so that a start does not wait. */
  relay(): Promise<Relay>;
  /** Begins to publish what the runner's sessions tell. */
  start(): void;
  /** Publishes the result of a turn. */
  announceTurn(ended: EndedTurn): void;
  /** Whether it is there. */
  readonly outages: Pick<Outages, 'now' | 'onChange'>;
  /** Resolves when all that was published is kept. */
  close(): Promise<void>;
}

/** How soon a bus that could not be opened is tried again. */
const againMs = 5000;
/** How much of the newest messages is kept. */
const ringBytes = 64 * 1024 * 1024;
/** How much of what an agent says last is told as the result of its turn. */
const mostText = 100_000;
/** Of how many sessions it is known what was said and counted. */
const sessionsKnown = 500;

/** What a session of the runner said last, and how many messages went to it and came from it. */
interface Told {
  message: string | null;
  text: string;
  sent: number;
  received: number;
}

/** Makes the relay of a runtime; opens nothing. */
export function createRelaying(from: {
  readonly db: Database;
  readonly writer: Writer;
  readonly folders: { readonly data: string; readonly transcripts: string };
  readonly log: Log;
  /** The NATS server to use; null for the embedded bus. */
  readonly nats: () => { readonly url: string; readonly credentials: string | null } | null;
  readonly announceMessages: (task: number) => void;
  readonly now: () => number;
}): Relaying {
  const { db, writer, folders, log, now } = from;
  const doors = new Set<RelayDoor>();
  const sessions = new Map<number, Told>();
  /** What an earlier runtime could not answer any more, until it is answered; what is said in a turn of this one is answered by that. */
  const left = new Map<number, OverMessage>();
  /** The numbers that messages of tasks are being given. */
  const numbering = new Map<number, Promise<number>>();
  let opening: Promise<Bus> | undefined;
  let closing: Promise<void> | undefined;
  let isClosed = false;
  let unwatch = () => {};
  let failed: { readonly cause: unknown; readonly until: number } | null = null;
  let retry: NodeJS.Timeout | undefined;
  const outages = createOutages(now);
  const untoldFile = join(folders.data, 'relay', 'untold.json');
  const untold = createUntold({
    ...{ bus: () => bus(), transcripts: folders.transcripts, onFailed: away, onTold: outages.ended },
    save(lines) {
      try {
        writeUntold(untoldFile, lines);
      } catch (cause) {
        log('warning', 'What the relay does not have yet is not noted for the next runtime.', { cause: String(cause) });
      }
    },
    startedAt: (session) => startOf(db, session),
    onAnswered: (message) => writer.write((rows) => answerRelayMessage(rows, { message, at: now() })),
  });

  function notRead(cause: unknown): void {
    const what = `What an earlier runtime could not tell on the relay cannot be read, and is not told: ${untoldFile}, which is set aside with .unread at its end.`;
    log('warning', what, { cause: String(cause) });
  }

  /** Notes that the relay is not there, and tries again in a while. */
  function away(cause: unknown): void {
    if (outages.now() === null) log('warning', 'The relay is away.', { cause: String(cause) });
    outages.began(cause);
    if (closing !== undefined) return;
    retry ??= setTimeout(tryAgain, againMs).unref();
  }

  function tryAgain(): void {
    retry = undefined;
    failed = null;
    bus().then(untold.resume, away);
  }

  const bus = (): Promise<Bus> => {
    if (!writer.writes) {
      const message = 'There is no relay without a runtime. Start one: `switchyard start`';
      return Promise.reject(new CodedError('CANCELLED', message));
    }
    if (isClosed) return Promise.reject(new CodedError('CANCELLED', 'The relay is closing.'));
    if (failed !== null && now() < failed.until) return Promise.reject(failed.cause);
    opening ??= open().then(
      (opened) => {
        outages.ended();
        return opened;
      },
      (cause) => {
        opening = undefined;
        failed = { cause, until: now() + againMs };
        away(cause);
        throw cause;
      },
    );
    return opening;
  };

  const onAway = (cause: CodedError | null) => {
    if (cause !== null) return away(cause);
    outages.ended();
    untold.resume();
  };
  const onError = (cause: unknown) => log('error', 'The relay could not read what it keeps.', { cause: String(cause) });

  /** Its parts are loaded only now: whoever just starts does without. */
  async function embedded(): Promise<Bus> {
    const [{ createHub }, { openRing }] = await Promise.all([import('./relay/hub'), import('./relay/ring')]);
    const bootedAt = now() - uptime() * 1000;
    const ring = openRing({ folder: join(folders.data, 'relay'), mostBytes: ringBytes, bootedAt });
    try {
      return createHub({ ring, now, onError, work: keepWork({ db, writer }) });
    } catch (cause) {
      ring.close();
      throw cause;
    }
  }

  async function open(): Promise<Bus> {
    const nats = from.nats();
    const opened =
      nats === null
        ? await embedded()
        : await (await import('./relay/nats')).openNatsBus({
            ...{ ...nats, now, onError, onAway, mostBytes: ringBytes },
          });
    try {
      await answerLeft(opened);
    } catch (cause) {
      await opened.close();
      throw cause;
    }
    return opened;
  }

  async function answerLeft(on: Bus): Promise<void> {
    for (const over of left.values()) {
      await answer(on, over, withoutTurn(over));
      left.delete(over.message);
    }
  }

  async function answer(on: Bus, { message, session, agent, id }: OverMessage, payload: unknown): Promise<void> {
    await on.publish(resultsSubject(String(session), agent), { id, type: 'result', payload });
    await writer.write((rows) => answerRelayMessage(rows, { message, at: now() }));
  }

  function toldOf(session: number): Told {
    const known = sessions.get(session) ?? { message: null, text: '', sent: 0, received: 0 };
    sessions.delete(session);
    sessions.set(session, known);
    for (const oldest of sessions.keys()) {
      if (sessions.size <= sessionsKnown) break;
      sessions.delete(oldest);
    }
    return known;
  }

  function heard({ file, session, event }: Growth): void {
    if (dirname(file) !== folders.transcripts) return;
    const told = toldOf(session);
    told.received += 1;
    keepText(told, event);
    untold.event(session, event);
  }

  function turnOver({ session, turn, end, error, goesOn }: EndedTurn): void {
    const { agent } = readSession(db, session);
    const subject = resultsSubject(String(session), agent);
    const told = toldOf(session);
    const payload = { turn, end, error, text: told.text };
    const isOpen = ({ message }: OverMessage) => !left.has(message) && !untold.answers(message);
    const over = goesOn ? [] : overRelayMessages(db, session).filter(isOpen);
    const said = over.filter(({ became }) => became === 'said');
    told.received += over.length;
    told.text = '';
    if (said.length === 0) {
      told.received += 1;
      const message = { id: `${session}-turn-${turn}`, type: 'result', payload };
      untold.result(session, { subject, message, answers: null });
    }
    for (const one of over) {
      const message = { id: one.id, type: 'result', payload: one.became === 'said' ? payload : withoutTurn(one) };
      untold.result(session, { subject, message, answers: one.message });
    }
  }

  const send: Relay['send'] = async ({ session, role, message, raw, by }) => {
    const on = await bus();
    if (!isOwnSession(session)) return on.sendWork({ session, role }, message, raw);
    const told = await tellTask(from, { session, role, message, by });
    const own = Number(session);
    // It may have its number by now, or be about to: of the same sent twice in one moment the second comes here, too.
    const known = numbering.get(told.id) ?? knownRelayMessage(db, { session: own, id: message.id })?.seq ?? null;
    if (known !== null) return known;
    toldOf(own).sent += 1;
    const numbered = (async () => {
      const seq = await on.publish(workSubject(String(own), told.role), message, raw);
      await writer.write((rows) => numberRelayMessage(rows, { message: told.id, seq }));
      return seq;
    })().finally(() => numbering.delete(told.id));
    numbering.set(told.id, numbered);
    return numbered;
  };

  const remote = async (): Promise<RelayAgent[]> => {
    const agents = [...doors].flatMap((door) => door.agents());
    // Without a runtime nobody is connected, and those of the runner are told all the same.
    if (!writer.writes) return [];
    const on = await bus();
    const connected = await Promise.all(
      agents.map(async (agent) => ({ ...agent, kind: 'connected', unanswered: await on.unanswered(agent) }) as const),
    );
    const there = new Set(agents.map(({ session, role }) => workSubject(session, role)));
    const absent = (await on.waiting()).filter(({ session, role }) => !there.has(workSubject(session, role)));
    return [
      ...connected,
      ...absent.map((agent) => ({ ...agent, kind: 'absent', by: '', sent: 0, received: 0 }) as const),
    ];
  };

  const own = (): RelayAgent[] =>
    aliveSessions(db).map(({ id, agent, startedAt }) => ({
      ...{ session: String(id), role: agent, kind: 'own', since: startedAt, by: 'switchyard' },
      unanswered: waitingRelayMessages(db, id),
      sent: sessions.get(id)?.sent ?? 0,
      received: sessions.get(id)?.received ?? 0,
    }));

  return {
    desk: {
      send,
      takeBack: async ({ id, ...of }) => (await bus()).takeBack(of, id),
      isThere({ session, role }) {
        const isIt = (agent: { readonly session: string; readonly role: string }) =>
          agent.session === session && agent.role === role;
        return isOwnSession(session) || [...doors].some((door) => door.agents().some(isIt));
      },
      agents: async () => [...own(), ...(await remote())],
      async *follow(wanted, signal) {
        const { followBus } = await import('./relay/follow');
        yield* followBus(await bus(), wanted, signal);
      },
      disconnect: async (agent) => [...doors].map((door) => door.disconnect(agent)).includes(true),
      async status() {
        const connections = [...doors].reduce((sum, door) => sum + door.connections(), 0);
        return { ...(await (await bus()).status()), connections };
      },
    },
    async relay() {
      return {
        bus: await bus(),
        send,
        open(door) {
          doors.add(door);
          return () => doors.delete(door);
        },
      };
    },
    start() {
      untold.takeOver(readUntold(untoldFile, notRead));
      for (const over of overRelayMessages(db, null)) if (!untold.answers(over.message)) left.set(over.message, over);
      unwatch = watchGrowth(heard);
      // Where it was opened before: what is not answered now is by the next runtime.
      void opening?.then(answerLeft).catch((cause) => {
        log('warning', 'What an earlier runtime was told by the relay could not be answered.', {
          cause: String(cause),
        });
      });
      // One that is another program's is looked for now: whoever asks how things stand is to be told where it is not there.
      if (untold.isBehind() || from.nats() !== null) tryAgain();
    },
    announceTurn: turnOver,
    outages,
    close() {
      unwatch();
      closing ??= (async () => {
        clearTimeout(retry);
        await untold.close();
        isClosed = true;
        await (await opening?.catch(() => undefined))?.close();
      })();
      return closing;
    },
  };
}

/** When a session began; undefined when there is none of this number. */
function startOf(db: Database, session: number): number | undefined {
  try {
    return readSession(db, session).startedAt;
  } catch (cause) {
    if (cause instanceof CodedError && cause.code === 'NOT_FOUND') return undefined;
    throw cause;
  }
}

/** The answer to what was said in no turn, or in one of which nobody saw the end. */
function withoutTurn({ became }: OverMessage) {
  return { turn: null, end: became, error: null, text: '' };
}

/** Keeps what the agent said last in its turn. */
function keepText(told: Told, event: TranscriptEvent): void {
  if (event.type === 'prompt') {
    told.message = null;
    told.text = '';
  }
  if (event.type !== 'text') return;
  told.text = `${told.message === event.message ? told.text : ''}${event.text}`.slice(0, mostText);
  told.message = event.message;
}
