import type { TranscriptBody } from '../contract/transcript';

/** Ends a turn that is to be paused, between two tool calls where it can: a tool that is cut off leaves half of its work. */
export interface Pause {
  /** The turn is to end: at once when no tool runs, else when the last that does is over, or after a while. */
  readonly ask: () => void;
  /** Something was recorded, which may be the beginning or the end of a tool call. */
  readonly saw: (body: TranscriptBody) => void;
  /** The person is asked; until what it gives is called no tool is waited for too long. */
  readonly waiting: () => () => void;
  /** The turn is over. */
  readonly close: () => void;
}

/** How long a tool may go on after the turn was to end, without counting the time the person is asked; milliseconds. */
const graceMs = 60_000;

/** Watches one turn; `end` is called once at most. */
export function watchForPause(end: () => void): Pause {
  const running = new Set<string>();
  let wanted = false;
  let asked = 0;
  let timer: NodeJS.Timeout | undefined;

  function wait(): void {
    clearTimeout(timer);
    if (!wanted) return;
    if (running.size > 0) {
      if (asked === 0) timer = setTimeout(stop, graceMs);
      return;
    }
    stop();
  }

  function stop(): void {
    wanted = false;
    end();
  }

  return {
    ask() {
      wanted = true;
      wait();
    },
    saw(body) {
      if (body.type !== 'tool') return;
      const over = body.status === 'completed' || body.status === 'failed';
      if (over) running.delete(body.call);
      else running.add(body.call);
      if (over && running.size === 0) wait();
    },
    waiting() {
      asked += 1;
      clearTimeout(timer);
      return () => {
        asked -= 1;
        if (asked === 0) wait();
      };
    },
    close() {
      wanted = false;
      clearTimeout(timer);
    },
  };
}
