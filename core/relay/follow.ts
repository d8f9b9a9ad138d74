import type { RelayHeard } from '../contract/relay';
import type { Bus, Heard } from './bus';

/** How much waits for a follower at most before it misses something. */
const mostBytes = 4 * 1024 * 1024;
/** How much may wait when more of what is kept is told. */
const pacedBytes = 512 * 1024;

/**
 * What is published on the subjects of a pattern, until the follower leaves or the signal is aborted. One that is too slow is told
 * what it missed as soon as it has taken the rest.
 */
export async function* followBus(
  bus: Bus,
  { pattern, after }: { readonly pattern: string; readonly after?: number | undefined },
  signal: AbortSignal | undefined,
): AsyncGenerator<RelayHeard, void, void> {
  let waiting: Heard[] = [];
  let bytes = 0;
  let missed: { readonly kind: 'missed'; readonly from: number; to: number } | null = null;
  let wake = () => {};
  let drained = () => {};
  const onAbort = () => wake();
  signal?.addEventListener('abort', onAbort, { once: true });
  const hear = (heard: Heard) => {
    if (heard.kind === 'message' && (missed !== null || bytes > mostBytes)) {
      if (missed === null) missed = { kind: 'missed', from: heard.seq, to: heard.seq };
      else missed.to = heard.seq;
      return;
    }
    waiting.push(heard);
    if (heard.kind === 'message') bytes += heard.frame.length;
    wake();
  };
  const pace = async () => {
    while (bytes > pacedBytes && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        drained = resolve;
      });
    }
  };
  const leave = await bus.subscribe(pattern, hear, { ...(after !== undefined && { after }), pace });
  try {
    while (!signal?.aborted) {
      const taken = waiting;
      waiting = [];
      for (const heard of taken) {
        if (signal?.aborted) return;
        yield heard.kind === 'missed' ? heard : { kind: 'message', ...heard.message() };
        if (heard.kind === 'message') bytes -= heard.frame.length;
      }
      drained();
      if (waiting.length > 0) continue;
      if (missed !== null) {
        const gap = missed;
        missed = null;
        yield gap;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (signal?.aborted) resolve();
      });
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    leave();
    drained();
  }
}
