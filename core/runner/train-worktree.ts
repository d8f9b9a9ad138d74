import { join } from 'node:path';
import { setupName } from '../contract/check';
import type { Checkout, WorktreePlace } from '../git/checkout';
import { finishWorktree } from '../git/finish';
import { worktreeIn } from '../git/found';
import { copyIncluded } from '../git/include';
import { readHead } from '../git/open';
import { clearBegun, makeReady, moveReady } from '../git/ready';
import { removeFolders } from '../git/remove';
import { worktreeStatus } from '../git/status';
import { listTrainChecks } from '../store/checks';
import { type RepositoryRow, repositoryById } from '../store/repositories';
import { noteTrainWorktree, trainRow } from '../store/trains';
import { type CheckPlace, runChecks } from './checking';
import type { Deps } from './deps';
import { environmentOf } from './environment';
import { retireNobodys } from './nobodys';
import type { RepositoryPlace } from './place';
import { marked, trainMarkerOf } from './processes';
import { about, scriptOf } from './setting-up';
import { trustedWithoutAsking } from './trust';
import { repositoryFolder } from './worktree-path';

type Needs = Pick<
  Deps,
  | 'db'
  | 'writer'
  | 'git'
  | 'now'
  | 'log'
  | 'folders'
  | 'owner'
  | 'announce'
  | 'namespace'
  | 'checks'
  | 'agentEnvironment'
  | 'retirements'
>;

/** Where a change on a train can be checked now, or why it cannot, a sentence. */
export type TrainPlace =
  | { readonly kind: 'ready'; readonly where: CheckPlace }
  | { readonly kind: 'not-ready'; readonly reason: string };

/**
 * The worktree of a train, at a commit and with nothing else in it, set up as its repository sets worktrees up. It is made at
 * the first call, moved by later ones, and made anew when a check left something in it, so that no change is checked with
 * what another one left. The setup runs for each commit, because that may need something else.
 */
export async function trainWorktree(
  deps: Needs,
  place: RepositoryPlace,
  wanted: {
    readonly train: number;
    readonly task: number;
    readonly oid: string;
    readonly signal: AbortSignal;
    /** Told when its setup has begun and is seen. */
    readonly onBegun: () => void;
  },
): Promise<TrainPlace> {
  const { train, task, oid, signal, onBegun } = wanted;
  const row = trainRow(deps.db, train);
  const repository = repositoryById(deps.db, row.repository);
  const found = await asLeft(deps, place, row);
  if (found === null || row.worktreeOid !== oid) {
    if (found === null) await clearTrainWorktree(deps, place, train);
    const made = `train-${train}-${deps.now().toString(36)}`;
    const path = found?.workTree ?? join(repositoryFolder(deps.folders.worktrees, repository), made);
    await deps.writer.write((db) => noteTrainWorktree(db, { train, worktree: path, oid }));
    const checkout = found ?? (await makeReady(place, { path, oid, signal }));
    await moveReady(place, { checkout, from: (found && row.worktreeOid) ?? oid, to: oid, signal });
    const owned = await ownedBy(deps, place, checkout);
    const marker = trainMarkerOf(deps, task);
    await marked(deps, { task, marker, leaves: owned.trusted }, (owner) => finishWorktree({ ...owned, owner }, signal));
    if (place.trusted) await copyIncluded(place, owned);
    const where = await placeIn(deps, place, { train, task, checkout });
    const failure = await setUp(deps, where, repository, { signal, onBegun });
    if (failure !== null) return { kind: 'not-ready', reason: failure };
    return (await isClean(owned)) ? { kind: 'ready', where } : { kind: 'not-ready', reason: await leftBySetup(owned) };
  }
  return { kind: 'ready', where: await placeIn(deps, place, { train, task, checkout: found }) };
}

/** Takes a train's worktree away. What is in it beside its commit is kept in the recycle bin, because a person may have put it there. */
export async function clearTrainWorktree(deps: Needs, place: RepositoryPlace, train: number): Promise<void> {
  const row = trainRow(deps.db, train);
  if (row.worktree === null) return;
  const found = await worktreeIn(row.worktree);
  if (found?.checkout == null) await clearBegun(place, row.worktree);
  else if (found.checkout.commonDir === place.checkout.commonDir) {
    const clean = await asLeft(deps, place, row);
    if (clean !== null) await removeFolders(clean.gitDir, clean.workTree);
    else {
      const worktree = { checkout: found.checkout, branch: found.branch, repository: row.repository };
      const gone = await retireNobodys(deps, place, worktree, { cause: 'removed', by: 'runner' });
      // What stays is shown as nobody's, and the next one gets another place.
      if (gone.kind === 'kept') deps.log('warning', 'The worktree of a train was left.', { train, kept: gone.reason });
    }
  }
  await deps.writer.write((db) => noteTrainWorktree(db, { train, worktree: null, oid: null }));
}

/** The worktree when it is at the commit that was noted, on no branch, and holds nothing else but what git ignores. */
async function asLeft(
  deps: Needs,
  place: RepositoryPlace,
  { worktree, worktreeOid }: { readonly worktree: string | null; readonly worktreeOid: string | null },
): Promise<Checkout | null> {
  const found = worktree === null ? null : await worktreeIn(worktree);
  if (found?.checkout == null || found.checkout.commonDir !== place.checkout.commonDir) return null;
  const at = { git: deps.git, checkout: found.checkout, trusted: false };
  const head = await readHead(at).catch(() => null);
  return head?.kind === 'detached' && head.oid === worktreeOid && (await isClean(at)) ? found.checkout : null;
}

async function isClean(place: Parameters<typeof worktreeStatus>[0]): Promise<boolean> {
  return (await worktreeStatus(place)).length === 0;
}

async function ownedBy(deps: Needs, place: RepositoryPlace, checkout: Checkout): Promise<WorktreePlace> {
  const worktree = { git: deps.git, checkout, trusted: false } as const;
  return { ...worktree, trusted: await trustedWithoutAsking(worktree, place) };
}

async function placeIn(
  deps: Needs,
  place: RepositoryPlace,
  { train, task, checkout }: { readonly train: number; readonly task: number; readonly checkout: Checkout },
): Promise<CheckPlace> {
  const owned = await ownedBy(deps, place, checkout);
  return { train, task, place: owned, environment: await environmentOf(deps, owned, task) };
}

/** Runs the setup, if there is one, and says why it did not go through; null when it did. */
async function setUp(
  deps: Needs,
  where: CheckPlace,
  repository: RepositoryRow,
  options: { readonly signal: AbortSignal; readonly onBegun: () => void },
): Promise<string | null> {
  const command = repository.setupCommand;
  if (command === null) return null;
  const environment = { ...where.environment, ...about(repository) };
  await runChecks(deps, { ...where, environment }, [scriptOf(setupName, command)], options);
  const run = listTrainChecks(deps.db, where.task).find(({ name }) => name === setupName);
  if (run?.state === 'passed') return null;
  const how = run?.exitCode == null ? 'was ended' : `failed with status ${run.exitCode}`;
  return `The setup of the worktree it was to be checked in (“${command}”) ${how}; what it printed is under Checks.`;
}

async function leftBySetup(place: WorktreePlace): Promise<string> {
  const paths = (await worktreeStatus(place)).map(({ path }) => path);
  const named = `${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ` and ${paths.length - 5} more` : ''}`;
  return `Setting up the worktree it was to be checked in left ${named} in no commit and not ignored, so that more than the change would have been checked.`;
}
