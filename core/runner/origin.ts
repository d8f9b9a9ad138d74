import type { Place } from '../git/checkout';
import { resolveBranch } from '../git/resolve';
import type { TaskWork } from '../store/task-work';

/** The commit a task's change is compared with: what it stands on while that is others' changes, else the tip of its base. Throws NO_SUCH_BRANCH. */
export async function originOf(place: Place, { stackOid, base }: Pick<TaskWork, 'stackOid' | 'base'>): Promise<string> {
  return stackOid ?? (await resolveBranch(place, base));
}
