import type { Change } from '../contract/change';
import type { PushProgress, StoppedPush } from '../contract/remote';

/** A push that goes on. */
export interface PushUnderWay {
  /** Aborted when its caller is gone or it is stopped. */
  readonly signal: AbortSignal;
  readonly isStopped: () => boolean;
  readonly tell: (progress: PushProgress) => void;
  /** It is over, and what became of it is kept. */
  readonly end: (how: Omit<StoppedPush, 'task'>) => void;
}

/** The pushes that go on, one of a task at most. */
export interface Pushes {
  begin(task: number, signal: AbortSignal | undefined): PushUnderWay;
  /** Stops that of a task. Gives what became of it once that is kept; null when none goes on. */
  stop(task: number): Promise<StoppedPush | null>;
  all(): readonly { readonly task: number; readonly progress: PushProgress }[];
}

/** How often at most followers are told of a step, in milliseconds. */
const tellMs = 100;

/** Keeps which pushes go on and tells followers how far each has come. */
export function createPushes(options: {
  readonly publish: (change: Change) => void;
  readonly now: () => number;
}): Pushes {
  const { publish, now } = options;
  const going = new Map<number, { progress: PushProgress; readonly stop: () => Promise<StoppedPush> }>();
  return {
    begin(task, signal) {
      const control = new AbortController();
      const leave = (): void => control.abort();
      if (signal?.aborted) leave();
      signal?.addEventListener('abort', leave, { once: true });
      let stopped = false;
      let told = 0;
      let settle: (how: StoppedPush) => void = () => {};
      const over = new Promise<StoppedPush>((resolve) => {
        settle = resolve;
      });
      const one = {
        progress: { step: 'preparing', percent: null, sent: '' } as PushProgress,
        stop() {
          stopped = true;
          leave();
          return over;
        },
      };
      const tell = (progress: PushProgress): void => {
        const isNext = progress.step !== one.progress.step;
        one.progress = progress;
        if (!isNext && now() - told < tellMs) return;
        told = now();
        publish({ type: 'push.changed', task, progress });
      };
      going.set(task, one);
      tell(one.progress);
      return {
        signal: control.signal,
        isStopped: () => stopped,
        tell,
        end(how) {
          signal?.removeEventListener('abort', leave);
          going.delete(task);
          publish({ type: 'push.changed', task, progress: null });
          settle({ task, ...how });
        },
      };
    },
    stop: async (task) => (await going.get(task)?.stop()) ?? null,
    all: () => [...going].map(([task, { progress }]) => ({ task, progress })),
  };
}
