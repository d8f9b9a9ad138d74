import { taskMarker } from '../agents/environment';
import type { WorktreePlace } from '../git/checkout';
import { guardVariables } from '../git/guard';
import type { Deps } from './deps';
import { markerOf } from './processes';

/**
 * The environment of a task's processes: what agents may see, a marker by which everything they start is found again,
 * and, for an untrusted repository, settings that keep the agent's own git from running what the repository configures for
 * this worktree, where `place` is.
 */
export async function environmentOf(
  deps: Pick<Deps, 'owner' | 'agentEnvironment'>,
  place: WorktreePlace,
  task: number,
): Promise<Readonly<Record<string, string>>> {
  const marker = taskMarker(markerOf(deps, task));
  const guards = place.trusted ? {} : await guardVariables(place);
  return { ...(await deps.agentEnvironment()), ...marker, ...guards };
}
