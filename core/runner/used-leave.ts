import { leaveOfCalls, markDelivered } from '../store/requests';
import type { Talk } from './talk';

/**
 * Marks leave as delivered that the agent's own record of its conversation shows to be used: whoever goes on with that knows the
 * result, and has nothing to be told. What a record does not show, or cannot be read, stays as it is.
 */
export async function deliverUsed({ deps, subject, session }: Talk): Promise<void> {
  const { agent, environment, claim } = subject;
  const { task } = claim;
  const given = leaveOfCalls(deps.db, task);
  if (given.length === 0 || session.agentSession === null || agent.used === undefined) return;
  try {
    const used = await agent.used({ agentSession: session.agentSession, environment }, given);
    const known = given.filter((leave) => used.includes(leave));
    await deps.writer.write((db) => {
      for (const { request } of known) markDelivered(db, { request, at: deps.now() });
    });
    for (const { request } of known) deps.announceRequest(request);
  } catch (cause) {
    deps.log('warning', 'Whether leave was used could not be read.', { task, cause: String(cause) });
  }
}
