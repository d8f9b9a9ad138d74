import { CodedError } from './contract/errors';
import { mostUnanswered } from './contract/relay';
import type { KeptWork } from './relay/work';
import type { Database } from './store/database';
import {
  answeredKept,
  answerRelayWork,
  forgetAnsweredWork,
  insertRelayWork,
  knownRelayWork,
  lastRelayWork,
  waitingOfAgents,
  waitingOfSessions,
  waitingRelayIds,
  waitingRelayWork,
  waitingRelayWorkOfAll,
} from './store/relay-work';
import type { Writer } from './store/writer';

/** How much may wait in all, and in one session. */
type Most = Readonly<Record<'ofAll' | 'bytesOfSession' | 'bytesOfAll', number>>;

/** The relay's work as rows of the store. */
export function keepWork({
  db,
  writer,
  most = mostUnanswered,
}: {
  readonly db: Database;
  readonly writer: Writer;
  readonly most?: Most;
}): KeptWork {
  const room = createRoom(db, most);
  let answered = 0;
  return {
    async keep(work) {
      const { session, seq, text } = work;
      const bytes = Buffer.byteLength(text);
      let isCounted = false;
      try {
        return await writer.write((rows) => {
          // What is known is no more than there was.
          const known = knownRelayWork(rows, work);
          if (known !== undefined) return known;
          if (!isCounted) room.assertFor(session, bytes);
          insertRelayWork(rows, work);
          // Counted here, so that what is sent in the same moment does not find the same room.
          if (!isCounted) room.add(session, 1, bytes);
          isCounted = true;
          return seq;
        });
      } catch (cause) {
        if (isCounted) room.add(session, -1, -bytes);
        throw cause;
      }
    },
    async answer(work) {
      answered += 1;
      const forget = answered % (answeredKept / 10) === 0;
      const bytes = await writer.write((rows) => {
        if (forget) forgetAnsweredWork(rows);
        return answerRelayWork(rows, work);
      });
      if (bytes !== null) room.add(work.session, -1, -bytes);
    },
    ids: (of) => waitingRelayIds(db, of),
    waiting: (of, after) => waitingRelayWork(db, of, after),
    waitingOfAll: (after) => waitingRelayWorkOfAll(db, after),
    agents: (most) => waitingOfAgents(db, most).map(({ messages, ...agent }) => ({ ...agent, unanswered: messages })),
    last: () => lastRelayWork(db),
  };
}

/** Counts what waits, because to count a hundred thousand rows takes longer than to write one. */
function createRoom(db: Database, most: Most) {
  const bytesOf = new Map<string, number>();
  const all = { messages: 0, bytes: 0 };
  const add = (session: string, messages: number, bytes: number) => {
    all.messages += messages;
    all.bytes += bytes;
    const now = (bytesOf.get(session) ?? 0) + bytes;
    if (now === 0) bytesOf.delete(session);
    else bytesOf.set(session, now);
  };
  for (const { session, messages, bytes } of waitingOfSessions(db)) add(session, messages, bytes);
  return {
    add,
    /** Throws LIMIT when so many more bytes for a session are too much. */
    assertFor(session: string, bytes: number) {
      if (all.messages >= most.ofAll) throw tooMuch(`${most.ofAll} messages wait for agents of the relay`);
      if (all.bytes + bytes > most.bytesOfAll)
        throw tooMuch(
          `With this one more than ${sizeText(most.bytesOfAll)} of work would wait for agents of the relay`,
        );
      if ((bytesOf.get(session) ?? 0) + bytes > most.bytesOfSession) {
        const what = `With this one more than ${sizeText(most.bytesOfSession)} of work would wait in session ${session}`;
        throw tooMuch(what, { session });
      }
    },
  };
}

function tooMuch(what: string, facts: { readonly session?: string } = {}): CodedError {
  return new CodedError('LIMIT', `${what}, so it was not kept. Send more once some is answered.`, { facts });
}

function sizeText(bytes: number): string {
  const mebibyte = 1024 * 1024;
  return bytes < mebibyte ? `${bytes} bytes` : `${bytes / mebibyte} MiB`;
}
