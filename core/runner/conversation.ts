import { type TurnEnd, unknownUsage } from '../agents/agent';
import { breachOf } from '../contract/budget';
import { releaseMessages } from '../store/messages';
import { updateSession } from '../store/sessions';
import { budgetsOf } from '../store/spending';
import { isTaken } from '../store/takeovers';
import { stopOf } from './asking';
import { keepBetween, keepStart } from './checkpoint';
import type { Deps } from './deps';
import type { HeldTurn } from './held-turn';
import { endReasonOf } from './session';
import type { Talk } from './talk';
import { type Lost, takeTurn } from './turn';
import { waitForOpen } from './waiting';
import { comesNext, letGo, wordsFor } from './words';

/**
 * Lets the agent work until nothing is left to say to it: the task's prompt or the person's comments, then whatever
 * answers came too late for the turn that asked. A question that outlived its turn is waited for. The first turn that
 * does not end well ends the conversation.
 */
export async function converse(talk: Talk, held: HeldTurn | null = null): Promise<TurnEnd | Lost> {
  const { deps, answers, subject, session, transcript } = talk;
  try {
    const told = new Set<number>(held?.given.told);
    let afterTurn = false;
    if (held === null) {
      const began = await keepStart(deps, subject, session.id, transcript.last());
      const came = began ? null : await keepBetween(deps, subject, session, transcript.last());
      if (came?.kind === 'kept') transcript.append(came.line, deps.now());
    }
    const next = () => comesNext(talk, { afterTurn, told });
    let words = held?.given.words ?? (await next());
    for (let going = held; ; going = null) {
      if ('kind' in words) return words;
      // A person may take long over a budget; what they wrote can be changed until it is said.
      const waits = going === null && words.messages.length > 0 && isSpent(deps, subject.claim.task);
      if (waits) await letGo(deps, subject.claim.task);
      const leave = going === null ? await subject.mayGoOn() : 'go on';
      if (leave === 'taken') {
        await letGo(deps, subject.claim.task);
        words = await next();
        continue;
      }
      // Whoever ends it here has the last word.
      if (leave !== 'go on') session.cutOff = false;
      if (leave !== 'go on') return { kind: leave === 'stop' ? 'cancelled' : 'completed', usage: unknownUsage };
      if (waits) words = await wordsFor(talk, { afterTurn, told });
      const end = await takeTurn(talk, { words, told, held: going });
      if (end.kind === 'lost') return end;
      afterTurn = end.kind === 'completed';
      // By now more may have been allowed, or another day begun: then what paused the turn no longer holds.
      if (end.kind === 'paused' || end.kind === 'spent') {
        if (end.kind === 'spent' && !isSpent(deps, subject.claim.task))
          return { kind: 'failed', error: unexplained, retryable: false, usage: end.usage };
        words = await next();
        continue;
      }
      const { claim, signal } = subject;
      // Who wants to drive may mend by hand what the agent could not.
      if (end.kind !== 'completed' && (signal.aborted || !isTaken(deps.db, claim.task))) return end;
      words = await next();
      if ('kind' in words || words.text !== '') continue;
      if (!(await waitForOpen(deps, answers, { claim, signal }))) return end;
      if (signal.aborted) return { kind: 'cancelled', usage: end.usage };
      words = await next();
    }
  } finally {
    const stop = stopOf(subject.signal);
    const endReason = endReasonOf(session, stop);
    await deps.writer.write((db) => {
      updateSession(db, { session: session.id, state: 'ended', endReason, endedAt: deps.now() });
      // Whoever took the task over has them in hand then.
      if (stop !== 'lost') releaseMessages(db, subject.claim.task);
    });
    deps.announceMessages(subject.claim.task);
  }
}

function isSpent(deps: Deps, task: number): boolean {
  return breachOf(budgetsOf(deps.db, { task, at: deps.now() })) !== null;
}

const unexplained =
  'The agent stopped at a limit of cost that no budget here sets. Look at its own settings, then retry.';
