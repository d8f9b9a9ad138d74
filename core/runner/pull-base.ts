import { hasLanded, isEnded } from '../contract/stack';
import type { Database } from '../store/database';
import { listDependencies } from '../store/dependencies';
import { lastPushed } from '../store/pushes';
import { isStale, partsOf } from '../store/stacks';
import { taskRow } from '../store/task-row';
import { footingNow } from './footing';

/**
 * The branch that a task's pull request is to be taken into: its base, or, while it stands on the change of one other task alone
 * and that is pushed to the same place as it stands on it, the branch of that one. Null when it stands on what is not there.
 */
export function pullBase(
  db: Database,
  of: {
    readonly task: number;
    readonly base: string;
    /** Where its branch is pushed to, and the repository that is asked to take it. */
    readonly url: string;
    readonly intoUrl: string;
  },
): string | null {
  const { task, base, url, intoUrl } = of;
  const [only, ...others] = listDependencies(db, task).filter((one) => !hasLanded(one));
  if (only === undefined) return base;
  const [part, ...rest] = partsOf(db, task);
  const isAlone = others.length === 0 && rest.length === 0 && part?.id === only.id && !footingNow(db, task).withBase;
  if (!isAlone || part === undefined || isEnded(only) || isStale(db, task) || url !== intoUrl) return null;
  const { branch } = taskRow(db, only.id);
  // What was not pushed of it would be shown as this one's.
  return branch !== null && lastPushed(db, { task: only.id, url, branch }) === part.head ? branch : null;
}
