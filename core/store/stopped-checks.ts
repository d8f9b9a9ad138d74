import type { Check, RepositoryCheck } from '../contract/check';
import type { Database } from './database';
import { allRows, getRow } from './statement';

/** From when to when somebody had taken a task in review over. */
interface Taken {
  readonly from: number;
  readonly to: number;
}

/** The newest takeover of a task, when it was from review and has ended. */
export function lastTaken(db: Database, task: number): Taken | undefined {
  return getRow<Taken>(
    db,
    `SELECT asked_at AS "from", ended_at AS "to" FROM takeover
     WHERE id = (SELECT max(id) FROM takeover WHERE task_id = ?) AND former = 'review' AND state = 'ended'`,
    task,
  );
}

/** The tasks in review of which a check ended while somebody had taken them over, and no takeover came after that. */
export function checkedWhenTaken(db: Database): number[] {
  return allRows<{ id: number }>(
    db,
    `SELECT task.id FROM task JOIN takeover ON takeover.id = (SELECT max(id) FROM takeover WHERE task_id = task.id)
     WHERE task.state = 'review' AND takeover.former = 'review' AND takeover.state = 'ended' AND EXISTS (SELECT 1 FROM check_run
       WHERE task_id = task.id AND train_id IS NULL AND check_run.ended_at BETWEEN takeover.asked_at AND takeover.ended_at)
     ORDER BY task.id`,
  ).map(({ id }) => id);
}

/**
 * The checks that were ended by a takeover, or were to run after those. Known by what the newest runs say of the change
 * as it stands, so that what was run since is not run again.
 */
export function stoppedChecks(
  {
    checks,
    repository,
  }: { readonly checks: readonly Check[]; readonly repository: { readonly checks: readonly RepositoryCheck[] } },
  taken: Taken,
): readonly RepositoryCheck[] {
  const runs = new Map(checks.filter(({ train, stale }) => train === null && !stale).map((run) => [run.name, run]));
  const endedAt = (name: string) => runs.get(name)?.endedAt ?? null;
  const isBefore = (at: number | null) => at !== null && at <= taken.to;
  const isIn = (at: number | null) => at !== null && at >= taken.from && at <= taken.to;
  if (!repository.checks.some(({ name }) => isIn(endedAt(name)))) return [];
  return repository.checks.filter(
    ({ name }) => !runs.has(name) || (runs.get(name)?.exitCode === null && isBefore(endedAt(name))),
  );
}
