import { basename } from 'node:path';
import type { Caller } from '../contract/caller';
import type { Branch, Repository, RepositoryInspection } from '../contract/repository';
import { listBranches } from '../git/branches';
import type { Place } from '../git/checkout';
import { inspectRepository } from '../git/inspect';
import { type OpenRepository, openRepository } from '../git/open';
import { repositoryPlace } from '../runner/place';
import type { Database } from '../store/database';
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
import type { Room } from './room';

/** Looks at a path without adding it. Throws the reason when it cannot be added. */
export async function inspect(room: Room, path: string): Promise<RepositoryInspection> {
  const opened = await openRepository(room.git, path);
  const found = await inspectRepository(placeAt(room, opened));
  return {
    path: opened.path,
    name: basename(opened.path),
    defaultBranch: opened.defaultBranch,
    knownAs: repositoryByPath(room.db, opened.path)?.id ?? null,
    programs: [...found.programs],
    notices: [...found.notices],
  };
}

/** Adds a repository, or gives back the one that is there. `trust` is remembered with what it covers. */
export async function add(room: Room, caller: Caller, input: { path: string; trust: boolean }): Promise<Repository> {
  const opened = await openRepository(room.git, input.path);
  const known = repositoryByPath(room.db, opened.path);
  if (known) return input.trust ? trust(room, caller, { repository: known.id, trust: true }) : known;
  const { trustHash, programs } = await inspectRepository(placeAt(room, opened));
  const row = await room.writer.write((db) => {
    // Two doors may add the same folder at once; the second one gets the first one's row.
    const there = repositoryByPath(db, opened.path);
    if (there) return there;
    if (input.trust) recordTrust(room, db, { ...caller, path: opened.path, trust: true, programs });
    return insertRepository(db, {
      path: opened.path,
      commonDir: opened.checkout.commonDir,
      name: basename(opened.path),
      trusted: input.trust,
      trustHash: input.trust ? trustHash : null,
      defaultBranch: opened.defaultBranch,
      at: room.now(),
    });
  });
  return told(room, row);
}

/** Trusts what the repository would run now, or takes the trust back. */
export async function trust(
  room: Room,
  caller: Caller,
  input: { repository: number; trust: boolean },
): Promise<Repository> {
  const row = repositoryById(room.db, input.repository);
  const { trustHash, programs } = await inspectRepository(placeAt(room, await openRepository(room.git, row.path)));
  const changed = await room.writer.write((db) => {
    recordTrust(room, db, { ...caller, path: row.path, trust: input.trust, programs });
    return updateRepository(db, row.id, {
      trusted: input.trust,
      trustHash: input.trust ? trustHash : null,
      trustChanged: false,
    });
  });
  return told(room, changed);
}

function recordTrust(
  room: Room,
  db: Database,
  given: { readonly by: string; readonly path: string; readonly trust: boolean; readonly programs: readonly string[] },
): void {
  decisions.record(room, db, {
    by: given.by,
    kind: given.trust ? 'trust' : 'distrust',
    repository: given.path,
    shown: { programs: [...given.programs] },
    answered: null,
  });
}

/** Sets or clears the check command. */
export async function configure(
  room: Room,
  input: { repository: number; checkCommand: string | null },
): Promise<Repository> {
  const row = repositoryById(room.db, input.repository);
  const changed = await room.writer.write((db) => updateRepository(db, row.id, { checkCommand: input.checkCommand }));
  return told(room, changed);
}

/** Forgets a repository; what is in it stays as it is. */
export async function remove(room: Room, id: number): Promise<void> {
  repositoryById(room.db, id);
  await room.writer.write((db) => deleteRepository(db, id));
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
