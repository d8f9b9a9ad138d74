import { listRefs } from '../git/refs';
import { listWorktrees } from '../git/worktrees';
import { repositoryPlace } from '../runner/place';
import { dumpTables } from '../store/dump';
import { listRepositories } from '../store/repositories';
import { stackOf } from '../store/stacks';
import type { Room } from './room';
import { verifyStacks } from './stack-check';

/**
 * How everything stands, as one value for whoever looks into what went wrong: the store's rows, git's side of each repository,
 * and what looking at the stacks finds. No setting's value, no token, no address of a remote and nothing an agent printed; titles,
 * prompts and reasons only with `withWords`.
 */
export async function dump(
  room: Room,
  { withWords }: { readonly withWords: boolean },
): Promise<Record<string, unknown>> {
  const repositories: unknown[] = [];
  for (const { id, path } of listRepositories(room.db)) {
    const git = await gitSide(room, id).catch((cause: unknown) => ({
      problem: cause instanceof Error ? cause.message : String(cause),
    }));
    repositories.push({ id, path, ...git });
  }
  const stacks = await verifyStacks(room);
  // Why one could not be restacked names files; that something is wrong with it the rows say.
  const isPlain = ({ task, what }: (typeof stacks.findings)[number]) => stackOf(room.db, task)?.problem !== what;
  const { pid, version, owner, startedAt, tasks, workers, held } = room.status();
  return {
    at: room.now(),
    runtime: { pid, version, owner, startedAt, tasks, workers, held },
    store: dumpTables(room.db, { withWords }),
    repositories,
    stacks: withWords ? stacks : { ...stacks, findings: stacks.findings.filter(isPlain) },
  };
}

async function gitSide(room: Room, repository: number): Promise<Record<string, unknown>> {
  const row = listRepositories(room.db).find(({ id }) => id === repository);
  if (row === undefined) return {};
  const place = await repositoryPlace(room.git, row);
  const [refs, worktrees] = await Promise.all([listRefs(place), listWorktrees(place)]);
  return { refs, worktrees };
}
