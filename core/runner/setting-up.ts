import { setupName, teardownName } from '../contract/check';
import { CodedError } from '../contract/errors';
import type { TranscriptBody } from '../contract/transcript';
import type { Checkout } from '../git/checkout';
import { listChecks } from '../store/checks';
import type { TaskWork } from '../store/task-work';
import { noteSetUp, worktreeOf } from '../store/worktrees';
import { type CheckPlace, runChecks } from './checking';
import type { Deps } from './deps';
import { environmentOf } from './environment';
import type { RepositoryPlace } from './place';
import { trustedWithoutAsking } from './trust';

/** So long a teardown may take; after that the worktree goes all the same. */
const teardownMs = 2 * 60_000;

/** Whether a worktree is as its repository sets it up. */
export type SetUp =
  | { readonly kind: 'ready'; readonly lines: readonly TranscriptBody[] }
  | { readonly kind: 'failed'; readonly error: string };

/**
 * Runs what a repository sets new worktrees up with, unless that went through here before. It is seen, kept and ended like
 * a check. Only where the repository's programs may run: elsewhere it is said that it was not.
 */
export async function setUp(
  deps: Deps,
  where: CheckPlace,
  { repository, trusted }: { readonly repository: TaskWork['repository']; readonly trusted: boolean },
  signal: AbortSignal,
): Promise<SetUp> {
  const command = repository.setupCommand;
  const row = worktreeOf(deps.db, where.task);
  if (command === null || row === undefined || row.setUp !== null) return { kind: 'ready', lines: [] };
  if (!trusted) {
    const text = `The setup of worktrees (“${command}”) was not run, because ${repository.name} is not trusted to run its programs.`;
    return { kind: 'ready', lines: [{ type: 'notice', level: 'warning', text }] };
  }
  const environment = { ...where.environment, ...about(repository) };
  const lines = await runChecks(deps, { ...where, environment }, [scriptOf(setupName, command)], {
    signal,
    // A person who takes over needs it as much as the agent, which is not begun before they have.
    endures: 'takeover',
  });
  const run = listChecks(deps.db, where.task).find(({ name }) => name === setupName);
  if (run?.state !== 'passed') {
    const how = run?.exitCode == null ? 'was ended' : `failed with status ${run.exitCode}`;
    return {
      kind: 'failed',
      error: `The setup of the worktree (“${command}”) ${how}, so the agent was not started. Look at what it printed, under Checks; mend it, then retry the task, which runs it again.`,
    };
  }
  await deps.writer.write((db) => noteSetUp(db, { worktree: row.id, command }));
  // What it leaves behind is what it is for; only that it ran is to be said.
  return { kind: 'ready', lines: lines.filter(({ type }) => type === 'check') };
}

/**
 * What tears a task's worktree down before it is taken away; null when nothing is to be run there. It is bounded in time, and
 * however it ends the worktree goes. Gives what the person should know. Throws CANCELLED when Switchyard is closed meanwhile.
 */
export function tearDownOf(
  deps: Pick<
    Deps,
    'db' | 'writer' | 'owner' | 'now' | 'log' | 'announce' | 'namespace' | 'checks' | 'git' | 'agentEnvironment'
  >,
  { id: task, repository }: Pick<TaskWork, 'id' | 'repository'>,
  place: RepositoryPlace,
): ((checkout: Checkout) => Promise<readonly string[]>) | null {
  const command = repository.teardownCommand;
  if (command === null || !place.trusted) return null;
  return async (checkout) => {
    const worktree = { git: deps.git, checkout, trusted: false } as const;
    const trusted = await trustedWithoutAsking(worktree, place);
    // What an agent made the worktree run was trusted by nobody, and nobody can be asked here.
    if (!trusted)
      return [`Its teardown (“${command}”) was not run: the worktree brings programs you were not asked about.`];
    const owned = { ...worktree, trusted };
    const environment = { ...(await environmentOf(deps, owned, task)), ...about(repository) };
    const newest = () => listChecks(deps.db, task).find(({ name }) => name === teardownName);
    const before = newest()?.run;
    const late = setTimeout(
      () => void deps.checks.stop(task, 'Ended after 2 minutes: the worktree goes all the same.'),
      teardownMs,
    );
    try {
      const { signal } = new AbortController();
      await runChecks(deps, { task, place: owned, environment }, [scriptOf(teardownName, command)], { signal });
    } catch (cause) {
      deps.log('warning', 'A worktree could not be torn down.', { task, cause: String(cause) });
    } finally {
      clearTimeout(late);
    }
    const run = newest();
    if (deps.checks.isClosed() && (run?.run === before || run?.state !== 'passed')) {
      throw new CodedError(
        'CANCELLED',
        `Switchyard was closed during its teardown (“${command}”). The next start runs that again and takes the worktree away.`,
        { facts: { task } },
      );
    }
    // One that could not begin leaves an earlier run to be found, which says nothing of this worktree.
    if (run?.run === before)
      return [
        `Its teardown (“${command}”) could not be run: checks of the task were under way, or no program could start.`,
      ];
    return run?.state === 'passed' ? [] : [`Its teardown (“${command}”) failed; what it printed is under Checks.`];
  };
}

/** A script of a repository as a check that is not required. */
export function scriptOf(name: string, command: string) {
  return { name, command, required: false };
}

/** Where the repository's own checkout is, which a script may have to copy from or to clean up after. */
export function about({ path }: TaskWork['repository']): Readonly<Record<string, string>> {
  return { SWITCHYARD_REPOSITORY: path };
}
