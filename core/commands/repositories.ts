import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, relative } from 'node:path';
import type { Budget } from '../contract/budget';
import type { Caller } from '../contract/caller';
import type { RepositoryCheck } from '../contract/check';
import { CodedError } from '../contract/errors';
import { homeExpanded } from '../contract/home-path';
import type { Branch, Repository, RepositoryInspection } from '../contract/repository';
import type { NewLanding, RepositoryLanding } from '../contract/repository-landing';
import type { RepositoryRetention } from '../contract/retention';
import { listBranches } from '../git/branches';
import type { Place } from '../git/checkout';
import { inspectPrograms, inspectRepository } from '../git/inspect';
import { type OpenRepository, openRepository } from '../git/open';
import { trustedWith } from '../git/trusted';
import { repositoryPlace } from '../runner/place';
import type { Database } from '../store/database';
import { releaseBudgets } from '../store/limits';
import {
  deleteRepository,
  insertRepository,
  listRepositories,
  type RepositoryRow,
  repositoryById,
  repositoryByPath,
  updateRepository,
} from '../store/repositories';
import * as decisions from './decisions';
import { remotes } from './pushing';
import type { Room } from './room';

/** Looks at a path without adding it. Throws the reason when it cannot be added. */
export async function inspect(room: Room, path: string): Promise<RepositoryInspection> {
  const opened = await openRepository(room.git, absolute(room, path));
  assertNoWorktree(room, opened);
  const found = await inspectRepository(placeAt(room, opened));
  return {
    path: opened.path,
    name: opened.name,
    defaultBranch: opened.defaultBranch,
    knownAs: repositoryByPath(room.db, opened.path)?.id ?? null,
    programs: [...found.programs],
    trustHash: found.trustHash,
    notices: [...found.notices],
  };
}

/** Throws BAD_INPUT, naming the repository that is meant, for a worktree that Switchyard made of it for a task. */
function assertNoWorktree(room: Room, { path, checkout }: OpenRepository): void {
  const within = relative(worktreesFolder(room), path);
  if (within.startsWith('..') || isAbsolute(within)) return;
  const whose = listRepositories(room.db).find(({ commonDir }) => commonDir === checkout.commonDir);
  throw new CodedError(
    'BAD_INPUT',
    `${path} is a worktree that Switchyard made for a task${whose === undefined ? '' : ` of ${whose.path}. Name that repository instead`}.`,
    { facts: { path, repository: whose?.path ?? null } },
  );
}

/** Where worktrees are made, links resolved; as it is configured until the first is made. */
function worktreesFolder({ folders }: Room): string {
  return existsSync(folders.worktrees) ? realpathSync(folders.worktrees) : folders.worktrees;
}

/** The path a person gave, their home folder for `~`. Throws BAD_INPUT for a relative one: nobody's folder is ours. */
function absolute({ git }: Room, path: string): string {
  const { HOME } = git.environment;
  const expanded = homeExpanded(path, HOME || homedir());
  if (isAbsolute(expanded)) return expanded;
  throw new CodedError(
    'BAD_INPUT',
    `The path ${path} must be absolute: it must begin with / (or a drive letter on Windows), or with ~/ for your home folder.`,
    { facts: { path } },
  );
}

/** Whether to trust, and the `trustHash` of what the person was shown, when they were. */
interface Trusting {
  readonly trust: boolean;
  readonly expected?: string | undefined;
}

/** Adds a repository, or gives back the one that is there. `trust` is remembered with what it covers. Throws MOVED. */
export async function add(room: Room, { by }: Caller, input: { path: string } & Trusting): Promise<Repository> {
  const opened = await openRepository(room.git, absolute(room, input.path));
  assertNoWorktree(room, opened);
  const covered = input.trust ? await lookAgain(room, opened, input.expected) : null;
  const row = await room.writer.write((db) => {
    // Two doors may add the same folder at once; the second one gets the first one's row.
    const there =
      repositoryByPath(db, opened.path) ??
      insertRepository(db, {
        path: opened.path,
        commonDir: opened.checkout.commonDir,
        name: opened.name,
        trusted: false,
        trustHash: null,
        defaultBranch: opened.defaultBranch,
        at: room.now(),
      });
    return covered === null ? there : keepTrust(room, db, { by, row: there, covered });
  });
  return told(room, row);
}

/** Trusts what the repository would run now, or takes the trust back. Throws MOVED when it is not what was expected. */
export async function trust(room: Room, { by }: Caller, input: { repository: number } & Trusting): Promise<Repository> {
  const row = repositoryById(room.db, input.repository);
  const covered = input.trust ? await lookAgain(room, await openRepository(room.git, row.path), input.expected) : null;
  return told(room, await room.writer.write((db) => keepTrust(room, db, { by, row, covered })));
}

/** What trust covers, as `trustedWith` gives it, and what of it the person was shown: all of it, or null when nobody showed them anything. */
interface Covered {
  readonly trustHash: string;
  readonly shown: readonly string[] | null;
}

async function lookAgain(room: Room, opened: OpenRepository, expected: string | undefined): Promise<Covered> {
  const found = await inspectPrograms(placeAt(room, opened), opened.head);
  const trustHash = trustedWith(found);
  if (expected === undefined) return { trustHash, shown: null };
  if (expected === found.trustHash) return { trustHash, shown: found.programs };
  throw new CodedError(
    'MOVED',
    `Nothing was trusted: what ${opened.name} would run has changed since you looked. Look at it again, then trust it.`,
    { facts: { repository: opened.path } },
  );
}

/** Keeps that a repository is trusted with what that covers, or with null that it no longer is. */
function keepTrust(
  room: Room,
  db: Database,
  { by, row, covered }: { readonly by: string; readonly row: RepositoryRow; readonly covered: Covered | null },
): RepositoryRow {
  decisions.record(room, db, {
    by,
    kind: covered === null ? 'distrust' : 'trust',
    repository: row.path,
    shown: covered === null || covered.shown === null ? null : { programs: [...covered.shown] },
    answered: null,
  });
  return updateRepository(db, row.id, {
    trusted: covered !== null,
    trustHash: covered?.trustHash ?? null,
    trustChanged: false,
  });
}

/**
 * Sets the checks, the run command, how worktrees are set up and torn down, the budget of its days, how changes land and how long is kept what is taken away; what is not given stays. Throws BAD_INPUT
 * when changes are to become pull requests and there is no telling where.
 */
export async function configure(
  room: Room,
  {
    repository,
    landing: said,
    ...patch
  }: {
    repository: number;
    checks?: readonly RepositoryCheck[] | undefined;
    runCommand?: string | null | undefined;
    setupCommand?: string | null | undefined;
    teardownCommand?: string | null | undefined;
    budget?: Budget | undefined;
    landing?: NewLanding | undefined;
    retention?: RepositoryRetention | undefined;
    pool?: number | undefined;
  },
): Promise<Repository> {
  const row = repositoryById(room.db, repository);
  const landing = said && { ...said, pushTo: await pushedTo(room, row, said) };
  const [changed, freed] = await room.writer.write((db) => {
    const after = updateRepository(db, row.id, { ...patch, ...(landing && { landing }) });
    return [after, patch.budget === undefined ? [] : releaseBudgets(db)] as const;
  });
  freed.forEach(room.announce);
  if (patch.pool !== undefined) room.pool.wake();
  return told(room, changed);
}

async function pushedTo(
  room: Room,
  { id, name, path, landing: before }: RepositoryRow,
  { finished, pushTo = before.pushTo }: NewLanding,
): Promise<RepositoryLanding['pushTo']> {
  if (finished !== 'pull-request') return null;
  if (pushTo !== null) return pushTo;
  const { remotes: found, usual } = await remotes(room, { repository: id });
  const [url, second] = found.find((remote) => remote.name === usual)?.urls ?? [];
  if (usual !== null && url !== undefined && second === undefined) return { remote: usual, url };
  throw new CodedError(
    'BAD_INPUT',
    `${name} has no remote that is the usual one to push to, or it pushes to several places at once. Add one (git -C ${path} remote add origin ADDRESS), then say again that pull requests are opened.`,
  );
}

/** Forgets a repository; what is in it stays as it is. */
export async function remove(room: Room, id: number): Promise<void> {
  const row = repositoryById(room.db, id);
  await room.writer.write((db) => deleteRepository(db, id));
  await room.pool.empty(row).catch((cause: unknown) => {
    room.log('warning', 'What was ready for a removed repository stays.', {
      repository: row.path,
      cause: String(cause),
    });
  });
  room.publish({ type: 'repository.removed', id });
}

/** The repository's local branches. */
export async function branches(room: Room, id: number): Promise<Branch[]> {
  const row = repositoryById(room.db, id);
  return [...(await listBranches(await repositoryPlace(room.git, row)))];
}

/** Every repository, as the contract shows it. */
export function list(room: Room): Repository[] {
  return listRepositories(room.db).map(shown);
}

/** The contract's part of a row. */
export function shown(row: RepositoryRow): Repository {
  const { commonDir: _commonDir, trustHash: _trustHash, ...repository } = row;
  return repository;
}

/** Where git looks at a repository whose programs must not run. */
function placeAt(room: Room, opened: OpenRepository): Place {
  return { git: room.git, checkout: opened.checkout, trusted: false };
}

function told(room: Room, row: RepositoryRow): Repository {
  const repository = shown(row);
  room.publish({ type: 'repository.changed', repository });
  return repository;
}
