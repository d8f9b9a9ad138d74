import type { Agent } from '../agents/agent';
import { CodedError } from '../contract/errors';
import type { WorktreePlace } from '../git/checkout';
import { finishWorktree } from '../git/finish';
import type { Claim } from '../sources/source';
import { type RepositoryRow, repositoryById } from '../store/repositories';
import { setStack } from '../store/stacks';
import type { TaskWork } from '../store/task-work';
import type { Asker } from './asking';
import type { Deps } from './deps';
import { environmentOf } from './environment';
import { footingToStart } from './footing';
import { final, type Line, recorder } from './line';
import { failed, heldBack, parked } from './outcome';
import { type RepositoryPlace, repositoryPlace } from './place';
import { prepareWorktree, worktreeAtWork } from './prepare';
import { inTaskPlace } from './processes';
import { setUp } from './setting-up';
import { type Allowed, allowedBefore, mayRunInWorktree, mayRunPrograms } from './trust';

/** Where a task's agent works, and what may run there. */
export interface Ready {
  /** Its repository as it was trusted then. */
  readonly row: RepositoryRow;
  readonly place: RepositoryPlace;
  readonly agent: Agent;
  /** The commit its own change begins at; null for its base alone. */
  readonly stackOid: string | null;
  readonly branch: string;
  /** Its worktree, in which nothing of the repository's runs. */
  readonly untrusted: WorktreePlace;
  readonly allowed: Pick<Allowed, 'trusted' | 'stillTrusted'>;
  readonly passed: Allowed['passed'];
  readonly environment: Readonly<Record<string, string>>;
}

/** Makes all ready for a task's agent: leave, what it stands on, worktree and setup. Null when that came to something else, which is said. */
export async function makeReady(line: Line, asker: Asker): Promise<Ready | null> {
  const { deps, answers, claim, signal, task, held } = line;
  const { record, note } = recorder(line);
  const mayRun =
    held === null ? await mayRunPrograms(deps, answers, asker, task.repository) : held.given.passed !== null;
  const row = repositoryById(deps.db, task.repository.id);
  const place = await repositoryPlace(deps.git, { ...row, trusted: row.trusted && mayRun });
  const agent = await findAgent(deps, task.agent);

  const stackOid = held === null && task.branch === null ? await beginStack(deps, claim, task, place) : task.stackOid;
  if (stackOid === undefined) return null;
  const worktree =
    held === null
      ? await prepareWorktree(deps, { ...task, stackOid }, place, signal)
      : await worktreeAtWork(deps, task, place);
  worktree.notices.forEach(note);
  const { checkout, branch } = worktree;
  const untrusted: WorktreePlace = { git: deps.git, checkout, trusted: false };
  const places = { worktree: untrusted, checkout: place, repository: row };
  const { passed, ...allowed } =
    held === null ? await mayRunInWorktree(deps, answers, asker, places) : allowedBefore(places, held.given.passed);
  const inWorktree: WorktreePlace = { ...untrusted, trusted: allowed.trusted };
  const finish = (owned: WorktreePlace) => finishWorktree(owned, signal);
  if (held === null) (await inTaskPlace(deps, task.id, inWorktree, finish)).forEach(note);

  const environment = await environmentOf(deps, inWorktree, task.id);
  if (held === null) {
    const where = { task: task.id, place: inWorktree, environment };
    const trusted = allowed.trusted !== false;
    const isSet = await setUp(deps, where, { repository: task.repository, trusted }, signal);
    if (signal.aborted) {
      await parked(deps, claim, signal.reason);
      return null;
    }
    if (isSet.kind === 'failed') {
      await failed(deps, claim, { ...final, error: isSet.error });
      return null;
    }
    isSet.lines.forEach(record);
  }
  return { row, place, agent, stackOid, branch, untrusted, allowed, passed, environment };
}

/**
 * Notes what a task that begins stands on beside its base, and gives where that is, null for the base alone. When what it is
 * after cannot be put together, or was sent back meanwhile, it waits on: undefined then.
 */
async function beginStack(
  deps: Deps,
  claim: Claim,
  task: TaskWork,
  place: RepositoryPlace,
): Promise<string | null | undefined> {
  const onto = await footingToStart(deps, place, task);
  if (onto === null) return null;
  if ('problem' in onto) {
    await heldBack(deps, claim, onto.problem, onto.for);
    return undefined;
  }
  await deps.writer.write((db) => setStack(db, { task: task.id, ...onto }));
  return onto.oid;
}

/** The agent a task names, present on this machine. Throws AGENT_MISSING saying where it was looked for and what to do. */
async function findAgent(deps: Deps, name: string): Promise<Agent> {
  const agents = deps.agents();
  const agent = agents.get(name);
  if (!agent) {
    const known = [...agents.keys()].join(', ');
    throw new CodedError('AGENT_MISSING', `There is no agent called ${name} any more. Known agents: ${known}.`);
  }
  const environment = await deps.agentEnvironment();
  const status = await agent.locate(environment);
  if (status.found) return agent;
  throw new CodedError(
    'AGENT_MISSING',
    `${status.label} was not found in any folder of PATH. Once it is there, retry the task. ${status.install}`,
    { facts: { agent: name, path: environment.PATH ?? '' } },
  );
}
