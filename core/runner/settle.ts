import type { TurnEnd } from '../agents/agent';
import type { Request } from '../contract/request';
import {
  deliverHanded,
  markDelivered,
  openRequestsOf,
  readRequest,
  undelivered,
  withdrawOpen,
  withdrawRequest,
} from '../store/requests';
import { resumeWhenAnswered } from './asking';
import type { Deps } from './deps';
import { isLeave, markSaid, type Words } from './session';

/** What a turn leaves of its questions, and what it knew of them. */
export interface Left {
  readonly task: number;
  readonly words: Words;
  /** What the agent was told of as cut off or as decided meanwhile. */
  readonly told: ReadonlySet<number>;
  /** When the turn began, and what the agent asked in it. */
  readonly startedAt: number;
  readonly asked: ReadonlySet<number>;
}

/** Keeps that a turn's words were said, and what it leaves of its questions. */
export async function settle(deps: Deps, left: Left, end: TurnEnd): Promise<void> {
  const { task, words, told, asked } = left;
  const at = deps.now();
  const withdrawn = await deps.writer.write((db) => {
    // A turn that is tried again keeps its open questions: the agent asks them anew and gets the same rows.
    if (end.kind !== 'completed') return end.kind === 'failed' && !end.retryable ? withdrawOpen(db, { task, at }) : [];
    markSaid(db, words, at);
    // Leave that an earlier turn died with may have become a refusal in what the agent remembers: it is told of it first.
    const unsure = undelivered(db, task).filter(
      (given) => isGiven(given) && !asked.has(given.id) && !told.has(given.id),
    );
    deliverHanded(db, { task, except: unsure.map(({ id }) => id), at });
    // Leave the agent was told of and did not take: it must not allow the same later unasked.
    for (const { id } of undelivered(db, task)) if (told.has(id)) markDelivered(db, { request: id, at });
    const questions = [...asked].map((id) => readRequest(db, id));
    const over = openRequestsOf(db, task).filter((open) => isOver(open, questions, left));
    const taken = over.filter(({ id }) => withdrawRequest(db, { request: id, at })).map(({ id }) => id);
    resumeWhenAnswered(db, { task, by: 'runner', reason: 'The agent went on without an answer.', at });
    return taken;
  });
  withdrawn.forEach(deps.announceRequest);
}

function isGiven(request: Request): boolean {
  return isLeave(request) && request.answer?.decision === 'allow';
}

/**
 * Whether a question still open at the end of a turn needs no answer any more: the agent put another of its kind in that
 * turn, or was told that its leave is still to be had and did not ask again.
 */
function isOver(open: Request, asked: readonly Request[], { startedAt, told }: Left): boolean {
  const isNew = (request: Request) => request.createdAt >= startedAt && request.id > open.id;
  return asked.some((other) => other.kind === open.kind && isNew(other)) || (isLeave(open) && told.has(open.id));
}
