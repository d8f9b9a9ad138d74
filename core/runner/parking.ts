import type { TurnEnd } from '../agents/agent';
import { parkedReason, staggerMs } from '../contract/park';
import type { Claim } from '../sources/source';
import { agentLimit, clearLimit, endLimit, lastClaimed, noteLimit } from '../store/limits';
import { StaleClaim } from '../store/stale-claim';
import { taskRow } from '../store/task-row';
import { moveTask } from '../store/tasks';
import type { Deps } from './deps';

/**
 * The provider refuses for now: the task leaves its slot and goes on by itself, in the same session and worktree, when
 * the limit is over. That is no attempt. Other tasks of the agent wait with it.
 */
export async function limited(
  deps: Deps,
  claim: Pick<Claim, 'task' | 'generation'>,
  end: Extract<TurnEnd, { kind: 'limited' }>,
): Promise<void> {
  const at = deps.now();
  try {
    await deps.writer.write((db) => {
      const row = taskRow(db, claim.task);
      const { id: task, agent, attempt, parks } = row;
      const { error, limit } = end;
      const noted = noteLimit(db, { agent, limit, reason: error, task, parks, claimedAt: lastClaimed(db, task), at });
      const { kind, times } = noted;
      const reason = parkedReason({ agent, kind, error, named: limit.until !== null, times });
      moveTask(db, {
        task,
        to: 'queued',
        by: 'runner',
        reason,
        at,
        generation: claim.generation,
        patch: {
          parked: kind,
          parks: parks + 1,
          runAfter: noted.until + staggerMs(task),
          queuedReason: reason,
          attempt: Math.max(0, attempt - 1),
        },
      });
    });
  } catch (cause) {
    if (!(cause instanceof StaleClaim)) throw cause;
  }
  deps.announce(claim.task);
}

/** A turn that began at `began` had its agent use a tool, so its provider answers: whoever waited for an older limit comes up. */
export async function providerAnswers(deps: Deps, agent: string, began: number): Promise<void> {
  if (agentLimit(deps.db, agent) === undefined) return;
  const freed = await deps.writer.write((db) => endLimit(db, { agent, began }));
  freed.forEach(deps.announce);
}

/** A turn that began at `began` went through, so the provider works: whoever waited for an older limit comes up. */
export async function working(deps: Deps, task: number, began: number): Promise<void> {
  const { agent, parks } = taskRow(deps.db, task);
  if (parks === 0 && agentLimit(deps.db, agent) === undefined) return;
  const freed = await deps.writer.write((db) => clearLimit(db, { agent, task, began }));
  freed.forEach(deps.announce);
}
