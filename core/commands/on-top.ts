import type { Check } from '../contract/check';
import type { Place } from '../git/checkout';
import { hasTree } from '../git/resolve';
import { endedTrainChecks, listChecks } from '../store/checks';
import type { Database } from '../store/database';
import type { TaskWork } from '../store/task-work';

/** What trains found of the very files that would land now, by the names of checks. */
export interface OnTop {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
}

/**
 * What the checks of a task said on a train, last, on the files that would land now: `tree`. That is known only as long as neither
 * the change nor its base is another one. A check that passed since on the branch, where that has the same files, failed no more.
 */
export async function onTopOf(
  db: Database,
  place: Place,
  wanted: { readonly work: TaskWork; readonly tree: string; readonly head: string; readonly headTree: string },
): Promise<OnTop> {
  const { work, tree, head, headTree } = wanted;
  const known = endedTrainChecks(db, work.id).filter(
    ({ name, command, state, clean }) =>
      // What passed where other files lay beside these says nothing of these alone.
      (state === 'failed' || clean) &&
      work.repository.checks.some((check) => check.name === name && check.command === command),
  );
  const own = known.length > 0 && headTree === tree ? listChecks(db, work.id, head) : [];
  const found = new Map<string, Check>();
  for (const run of known) {
    if (!found.has(run.name) && run.head !== null && (await hasTree(place, run.head, tree))) found.set(run.name, run);
  }
  const mended = ({ name, run }: Check) =>
    own.some((one) => one.name === name && one.run > run && one.state === 'passed' && !one.stale);
  const last = [...found.values()];
  return {
    passed: last.filter(({ state }) => state === 'passed').map(({ name }) => name),
    failed: last.filter((run) => run.state === 'failed' && !mended(run)).map(({ name }) => name),
  };
}
