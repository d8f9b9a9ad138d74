import { z } from 'zod';

/**
 * - `waiting`: its turn has not come. The train moves it on, or the person takes it off.
 * - `checking`: it was brought onto its base as that is now, and what came of that is checked.
 * - `landed`: it is on its base.
 * - `returned`: it went back to its agent, with what it failed with.
 * - `left`: it was taken off the train, and waits in review if nothing else happened to it; the reason says why.
 */
export const carStates = ['waiting', 'checking', 'landed', 'returned', 'left'] as const;
export type CarState = (typeof carStates)[number];

/** Where a task is on a train, as the task itself shows it. */
export const aboardSchema = z.object({
  train: z.number().int().positive(),
  state: z.enum(carStates),
  /** Its place, from 1, and how many there are. */
  place: z.number().int().positive(),
  of: z.number().int().positive(),
  /** What is to be known of its state, a sentence; null for nothing. */
  reason: z.string().nullable(),
});
export type Aboard = z.infer<typeof aboardSchema>;

/** Whether its turn is still to come, or has begun. */
export function isAboard({ state }: Pick<Aboard, 'state'>): boolean {
  return state === 'waiting' || state === 'checking';
}

/** How a change on a train stands, in words for either door, without its reason. */
export function carWords({ state }: Pick<Aboard, 'state'>): string {
  return carStateWords[state];
}

const carStateWords: Readonly<Record<CarState, string>> = {
  waiting: 'waits its turn',
  checking: 'is being checked',
  landed: 'landed',
  returned: 'went back to its agent',
  left: 'was left in review',
};

/**
 * Why a change is on a train no more, the cause before all else, for a line that is cut at its end: what is only said to
 * put the reader at ease is left out.
 */
export function leftWords({ train, state, reason }: Pick<Aboard, 'train' | 'state' | 'reason'>): string {
  if (reason === null) return `Train ${train}: ${carStateWords[state]}`;
  const cause = /^Nothing was [^:.]{1,80}: (.+)$/s.exec(reason)?.[1] ?? reason;
  return `${cause.replace(/\.$/, '')} (train ${train})`;
}

/** Where a task is on a train, in words for either door: `Train 3, 2 of 4: is being checked.` */
export function aboardWords({ train, place, of, state, reason }: Aboard): string {
  return `Train ${train}, ${place} of ${of}: ${carStateWords[state]}.${reason === null ? '' : ` ${reason}`}`;
}
