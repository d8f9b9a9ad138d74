import { setupName } from '../contract/check';
import type { Checkout } from '../git/checkout';
import { passesFilters } from '../git/finish';
import { hasInclude } from '../git/include';
import { leftFiles } from '../git/left-files';
import { endCheck, startCheck } from '../store/checks';
import type { Database } from '../store/database';
import type { AheadSetup } from '../store/ready-worktrees';
import type { RepositoryRow } from '../store/repositories';
import { runCheck } from './check';
import type { Deps } from './deps';
import type { RepositoryPlace } from './place';
import { marked } from './processes';
import { trustedWithoutAsking } from './trust';

/** What setting a worktree up ahead of need takes. */
export type AheadDeps = Pick<Deps, 'writer' | 'owner' | 'now' | 'log' | 'git' | 'namespace' | 'agentEnvironment'>;

/**
 * Runs what a repository sets new worktrees up with in one that is nobody's yet, and gives how that ended and what it left. Null
 * when it is for the task to run that takes it: where nobody is there to be asked what may run, and where files are copied or pass
 * filters first. `unfit` when it did something to files of the commit, or left too many to tell them from others.
 */
export async function setUpAhead(
  deps: AheadDeps,
  place: RepositoryPlace,
  { row, checkout, signal }: { readonly row: RepositoryRow; readonly checkout: Checkout; readonly signal: AbortSignal },
): Promise<AheadSetup | 'unfit' | null> {
  const command = row.setupCommand;
  if (command === null || !place.trusted || signal.aborted) return null;
  const worktree = { git: deps.git, checkout, trusted: false } as const;
  const trusted = await trustedWithoutAsking(worktree, place);
  if (!trusted || (await hasInclude(place)) || (await passesFilters({ ...worktree, trusted }))) return null;
  const startedAt = deps.now();
  const marker = `${deps.owner}:ahead/${row.id}`;
  const end = await marked(deps, { task: null, marker, leaves: true }, async (owner) =>
    runCheck({
      ...{
        command,
        directory: checkout.workTree,
        namespace: await deps.namespace(),
        execute: deps.git.execute,
        signal,
        onProcess: owner.onProcess,
      },
      environment: { ...(await deps.agentEnvironment()), ...owner.variables, SWITCHYARD_REPOSITORY: row.path },
      why: () => 'Ended because Switchyard was closed.',
      onOutput: () => {},
    }),
  );
  const left = await leftFiles(worktree);
  return left === null ? 'unfit' : { command, ...end, startedAt, endedAt: deps.now(), leftFiles: left };
}

/** Shows what a worktree was set up with ahead of need as its task's setup. */
export function noteAhead(
  db: Database,
  { task, oid, setup }: { readonly task: number; readonly oid: string; readonly setup: AheadSetup },
): void {
  const { command, startedAt, endedAt, exitCode, output } = setup;
  const check = startCheck(db, { task, name: setupName, command, head: oid, clean: true, at: startedAt });
  endCheck(db, { check, exitCode, output, at: endedAt });
}
