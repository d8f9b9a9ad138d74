import { type TurnEnd, unknownUsage } from '../agents/agent';
import { releaseMessages } from '../store/messages';
import { forgetFinish, isFinishedByHand } from '../store/takeovers';
import type { Deps } from './deps';
import { personDrives } from './driving';
import { type Drive, handedBack } from './handing-back';
import { nextWords, together, type Words } from './session';
import type { Talk } from './talk';
import { deliverUsed } from './used-leave';

/** What `nextWords` has to know of the turn before. */
export interface Before {
  readonly afterTurn: boolean;
  readonly told: ReadonlySet<number>;
}

/** What to say next, taken into hand: once this resolves the person can no longer change it. */
export async function wordsFor(talk: Talk, before: Before): Promise<Words> {
  const { deps, subject, session } = talk;
  // Not before a turn, in which what was used may be asked for again: then it is said that it may have been done.
  if (before.afterTurn) await deliverUsed(talk);
  const words = await deps.writer.write((db) => nextWords(db, subject, session, { ...before, at: deps.now() }));
  if (words.messages.length > 0) deps.announceMessages(subject.claim.task);
  return words;
}

/** Gives back what was taken into hand and not said. */
export async function letGo(deps: Deps, task: number): Promise<void> {
  await deps.writer.write((db) => releaseMessages(db, task));
  deps.announceMessages(task);
}

/**
 * What to say next, once nobody drives the conversation in a terminal any more; or how the conversation ends with a
 * person's drive.
 */
export async function comesNext(talk: Talk, before: Before): Promise<Words | TurnEnd> {
  const { deps, session } = talk;
  const { task } = talk.subject.claim;
  let last: Drive | null = null;
  for (;;) {
    const drive = await personDrives(talk);
    if (drive === 'stopped') return { kind: 'cancelled', usage: unknownUsage };
    if (drive === null) break;
    last = drive;
  }
  const finished = isFinishedByHand(deps.db, task);
  if (last === null && !finished) return wordsFor(talk, before);
  // The person has had the last word, also when the runtime died since.
  session.cutOff = false;
  const words = await wordsFor(talk, { ...before, afterTurn: true });
  // The person finished it themselves, unless they have left something to be said.
  const unsaid = words.messages.length > 0 || words.about.length > 0;
  if (finished && last !== 'go on' && !unsaid) return { kind: 'completed', usage: unknownUsage };
  if (finished) await deps.writer.write((db) => forgetFinish(db, task));
  if (session.agentSession === null) return words;
  return { ...words, ...together([{ text: handedBack, by: 'switchyard' }, ...words.said]) };
}
