import { CodedError } from './contract/errors';
import { mostUnanswered } from './contract/relay';
import type { KeptWork } from './relay/work';
import type { Database } from './store/database';
import {
  answeredKept,
  answerRelayWork,
  countRelayWork,
  forgetAnsweredWork,
  insertRelayWork,
  lastRelayWork,
  waitingRelayIds,
  waitingRelayWork,
} from './store/relay-work';
import type { Writer } from './store/writer';

/** The relay's work as rows of the store. */
export function keepWork({ db, writer }: { readonly db: Database; readonly writer: Writer }): KeptWork {
  // Counted here, because to count a hundred thousand rows takes longer than to write one.
  let waiting = countRelayWork(db, null);
  let answered = 0;
  return {
    async keep(work) {
      if (waiting >= mostUnanswered.ofAll) {
        throw new CodedError(
          'LIMIT',
          `${mostUnanswered.ofAll} messages wait for agents of the relay already. Send more once some are answered.`,
        );
      }
      waiting += 1;
      try {
        const seq = await writer.write((rows) => insertRelayWork(rows, work));
        if (seq !== work.seq) waiting -= 1;
        return seq;
      } catch (cause) {
        waiting -= 1;
        throw cause;
      }
    },
    async answer(work) {
      answered += 1;
      const forget = answered % (answeredKept / 10) === 0;
      const changed = await writer.write((rows) => {
        if (forget) forgetAnsweredWork(rows);
        return answerRelayWork(rows, work);
      });
      if (changed) waiting -= 1;
    },
    ids: (of) => waitingRelayIds(db, of),
    waiting: (of, after) => waitingRelayWork(db, of, after),
    last: () => lastRelayWork(db),
  };
}
