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

/** A stretch in which the window was seen and had the keys. The one that still lasts ends in `Infinity`. */
export interface Look {
  readonly from: number;
  readonly to: number;
}

/** Nobody reads a request in less, in milliseconds. */
export const readMs = 600;

/** Who goes to a request means this one, and needs only not to be mistaken about where the keys are. */
export const steeredMs = 200;

/** As many stretches are remembered; to forget one that is older only makes a request wait longer. */
const mostLooks = 50;

/** The stretches with what is so now, in place of what was so before. The same ones when nothing changed. */
export function looked(looks: readonly Look[], looking: boolean, at: number): readonly Look[] {
  const last = looks.at(-1);
  const lasts = last?.to === Number.POSITIVE_INFINITY;
  if (looking === lasts) return looks;
  if (looking) return [...looks.slice(1 - mostLooks), { from: at, to: Number.POSITIVE_INFINITY }];
  return last === undefined ? looks : [...looks.slice(0, -1), { ...last, to: at }];
}

/** When somebody has looked for so long since a time; never, while nobody looks and they had not by then. */
export function lookedFor(looks: readonly Look[], since: number, ms: number): number {
  let left = ms;
  for (const { from, to } of looks) {
    const begun = Math.max(from, since);
    if (begun + left <= to) return begun + left;
    left -= Math.max(0, to - begun);
  }
  return Number.POSITIVE_INFINITY;
}

/**
 * When a request first takes an answer: by a key from where the keys came to it, by a press from where it lay still.
 * Only the time somebody looks counts.
 */
export function takesFrom(
  { shownAt, movedAt, reachedAt, steered }: Shown,
  by: 'key' | 'press',
  looks: readonly Look[],
): number {
  if (by === 'press') return lookedFor(looks, Math.max(shownAt, movedAt), readMs);
  if (reachedAt === null) return Number.POSITIVE_INFINITY;
  const reached = lookedFor(looks, reachedAt, steered ? steeredMs : readMs);
  return Math.max(lookedFor(looks, shownAt, readMs), reached);
}

/** When several are answered at once: each was looked at long enough, and the last was picked a moment ago. */
export function takeTogetherFrom(shownAt: readonly number[], pickedAt: number, looks: readonly Look[]): number {
  return Math.max(lookedFor(looks, pickedAt, steeredMs), ...shownAt.map((at) => lookedFor(looks, at, readMs)));
}

/** What the window says to an answer that came sooner. */
export const tooSoon = 'Not answered: it had only just come up. Press again when you have read it';
