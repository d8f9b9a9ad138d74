import { useEffect, useRef, useState } from 'react';
import type { RelayHeard } from '../../core/contract/relay';
import { useApp } from '../state/app';
import { type Failure, failureOf, isAbort } from '../state/failure';
import { createLog, type Log, type LogLine } from './log';

/** How many messages from before are shown to begin with. */
const before = 500;
/** What comes within this time is shown at once: nobody reads faster, and each paint costs. */
const paintMs = 80;

/** What is heard of the relay, as far as it is shown. */
export interface Events {
  readonly lines: readonly LogLine[];
  readonly kept: number;
  readonly gone: number;
  /** How many more match than are shown, because it is held. */
  readonly more: number;
  readonly failure: Failure | null;
  readonly loading: boolean;
  clear(): void;
  /** Follows anew where that failed. */
  again(): void;
}

interface Shown {
  readonly lines: readonly LogLine[];
  readonly kept: number;
  readonly gone: number;
  readonly failure: Failure | null;
  readonly loading: boolean;
}
const nothing: Shown = { lines: [], kept: 0, gone: 0, failure: null, loading: true };

/**
 * Follows the messages of a pattern, beginning with the last ones, and goes on where it was when another client takes over.
 * While `isHeld` what is shown stays as it is, and what comes is kept for later.
 */
export function useEvents(pattern: string, filter: string, isHeld: boolean): Events {
  const { line } = useApp();
  const [shown, setShown] = useState<Shown>(nothing);
  const [round, setRound] = useState(0);
  const log = useRef<Log | null>(null);
  const paint = useRef<() => void>(() => {});
  // biome-ignore lint/correctness/useExhaustiveDependencies: the filter is given to a new log, and told to one that is there below; the round is why it begins again.
  useEffect(() => {
    const mine = createLog();
    mine.filter(filter);
    log.current = mine;
    let ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let heard: RelayHeard[] = [];
    let failure: Failure | null = null;
    const show = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        mine.add(heard);
        heard = [];
        setShown({ lines: mine.shown(), ...mine.counts(), failure, loading: false });
      }, paintMs);
    };
    const follow = async (signal: AbortSignal): Promise<void> => {
      const { relay } = line.client();
      let after = mine.newest();
      if (after === null) {
        const { first, last } = await relay.status(undefined, { signal });
        after = Math.max(0, first - 1, last - before);
      }
      const messages = await relay.follow({ pattern, after }, { signal });
      show();
      for await (const one of messages) {
        if (signal.aborted) return;
        heard.push(one);
        show();
      }
    };
    const begin = (): void => {
      ended.abort();
      ended = new AbortController();
      const { signal } = ended;
      failure = null;
      // What was heard and not shown yet is behind what is asked for next.
      mine.add(heard);
      heard = [];
      follow(signal).catch((error) => {
        if (signal.aborted || isAbort(error)) return;
        failure = failureOf(error);
        show();
      });
    };
    setShown(nothing);
    paint.current = show;
    begin();
    const stop = line.onClient(begin);
    return () => {
      stop();
      ended.abort();
      clearTimeout(timer);
    };
  }, [line, pattern, round]);
  useEffect(() => {
    log.current?.filter(filter);
    paint.current();
  }, [filter]);

  const held = useRef<readonly LogLine[] | null>(null);
  if (!isHeld) held.current = null;
  else held.current ??= shown.lines;
  const lines = held.current ?? shown.lines;
  const last = lines.at(-1)?.key ?? 0;
  const more = held.current === null ? 0 : shown.lines.length - countUpTo(shown.lines, last);
  return {
    ...shown,
    lines,
    more,
    clear() {
      log.current?.clear();
      held.current = null;
      paint.current();
    },
    again: () => setRound((value) => value + 1),
  };
}

/** How many lines, oldest first, are not newer than a key. */
function countUpTo(lines: readonly LogLine[], key: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.key ?? 0) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
