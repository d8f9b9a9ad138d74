/** What the time a request needs to be read begins with. Times are those of events: milliseconds since the page began. */
export interface Shown {
  /** When it came on screen. */
  readonly shownAt: number;
  /** When something above it went last, so that another one lies under the pointer now. */
  readonly movedAt: number;
  /** When the keys came to it; null while they are another's. */
  readonly reachedAt: number | null;
  /** The person brought the keys to it, by a key or a press of their own. */
  readonly steered: boolean;
}

/** Nobody reads a request in less, in milliseconds. */
export const readMs = 600;

/** Who goes to a request means this one, and needs only not to be mistaken about where the keys are. */
export const steeredMs = 200;

/** When a request first takes an answer: by a key from where the keys came to it, by a press from where it lay still. */
export function takesFrom({ shownAt, movedAt, reachedAt, steered }: Shown, by: 'key' | 'press'): number {
  if (by === 'press') return Math.max(shownAt, movedAt) + readMs;
  const reached = reachedAt === null ? Number.POSITIVE_INFINITY : reachedAt + (steered ? steeredMs : readMs);
  return Math.max(shownAt + readMs, reached);
}

/** When several are answered at once: each was on screen long enough, and the last was picked a moment ago. */
export function takeTogetherFrom(shownAt: readonly number[], pickedAt: number): number {
  return Math.max(pickedAt + steeredMs, ...shownAt.map((at) => at + readMs));
}

/** What the window says to an answer that came sooner. */
export const tooSoon = 'Not answered: it had only just come up. Press again when you have read it';
