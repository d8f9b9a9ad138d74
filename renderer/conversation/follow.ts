import { useEffect, useState } from 'react';
import { useApp } from '../state/app';
import { type Failure, failureOf, isAbort } from '../state/failure';
import { keysBehind } from './behind';
import type { Row } from './row-kinds';
import { addEvents, noRows, type Used } from './rows';

/** A conversation as far as it is known. */
export interface Conversation {
  readonly rows: readonly Row[];
  /** The number of the last event known. */
  readonly seq: number;
  /** The place of the row an event is in, if it is in one. */
  readonly placeOf: (seq: number) => number | undefined;
  readonly used: Used;
  /** The checkpoint the worktree is at, as `Rows` has it. */
  readonly here: number | null;
  /** The keys of the rows that do not hold any more, because the person went back behind them. */
  readonly behind: ReadonlySet<string>;
  readonly failure: Failure | null;
  readonly loading: boolean;
}

const none = noRows();
const nothing: Conversation = {
  rows: [],
  seq: 0,
  placeOf: () => undefined,
  used: none.used,
  here: none.here,
  behind: new Set(),
  failure: null,
  loading: true,
};

/** Follows a session's transcript, and goes on after the last event when another client takes over. */
export function useConversation(session: number | null): Conversation {
  const { line } = useApp();
  const [shown, setShown] = useState<{ session: number | null; conversation: Conversation }>({
    session: null,
    conversation: nothing,
  });
  useEffect(() => {
    if (session === null) return;
    const rows = noRows();
    let ended = new AbortController();
    let frame = 0;
    const show = (failure: Failure | null): void => {
      // A burst of events is one paint: the rows are copied once a frame, not once an event.
      if (frame !== 0) return;
      frame = window.setTimeout(() => {
        frame = 0;
        const { seq, used, here, rowOf } = rows;
        const placeOf = (event: number): number | undefined => rowOf[event];
        const whole = { rows: [...rows.rows], seq, used, here, behind: keysBehind(rows), placeOf };
        setShown({ session, conversation: { ...whole, failure, loading: false } });
      }, 16);
    };
    const follow = async (signal: AbortSignal): Promise<void> => {
      const batches = await line.client().sessions.follow({ session, after: rows.seq }, { signal });
      show(null);
      for await (const events of batches) {
        if (signal.aborted) return;
        addEvents(rows, events);
        show(null);
      }
    };
    const begin = (): void => {
      ended.abort();
      ended = new AbortController();
      const { signal } = ended;
      follow(signal).catch((error) => {
        if (!signal.aborted && !isAbort(error)) show(failureOf(error));
      });
    };
    begin();
    const stop = line.onClient(begin);
    return () => {
      stop();
      ended.abort();
      clearTimeout(frame);
    };
  }, [session, line]);
  return shown.session === session && session !== null ? shown.conversation : nothing;
}
