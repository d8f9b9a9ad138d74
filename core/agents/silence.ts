/** Notices when an agent has said nothing for too long. Whoever makes it stops it. */
export interface Silence {
  /** The agent said something: the time starts anew. */
  readonly heard: () => void;
  /** A question is open, so silence is no fault; call what comes back when it no longer is. */
  readonly wait: () => () => void;
  readonly stop: () => void;
}

/** Calls `onSilent` once when nothing was heard for `milliseconds` with no question open. */
export function watchSilence(milliseconds: number, onSilent: () => void): Silence {
  let open = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(timer);
    if (stopped || open > 0) return;
    timer = setTimeout(() => {
      stopped = true;
      onSilent();
    }, milliseconds);
  };
  heard();
  return {
    heard,
    wait: () => {
      open += 1;
      clearTimeout(timer);
      let over = false;
      return () => {
        if (over) return;
        over = true;
        open -= 1;
        heard();
      };
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
