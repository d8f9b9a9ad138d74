import type { Budget } from '../contract/budget';
import type { RepositoryCheck } from '../contract/check';
import { CodedError } from '../contract/errors';
import type { Repository } from '../contract/repository';
import { type RepositoryLanding, repositoryLandingSchema } from '../contract/repository-landing';
import { type RepositoryRetention, repositoryRetentionSchema } from '../contract/retention';
import { shellWord } from '../contract/shell-word';
import type { Database } from './database';
import { listRepositoryChecks, setRepositoryChecks } from './repository-checks';
import { allRows, getRow, run } from './statement';
import { brokenTasks, unfinishedTasks } from './task-index';

/** A repository with what only the core needs of it. */
export interface RepositoryRow extends Repository {
  /** The git folder all its worktrees share, absolute. */
  readonly commonDir: string;
  /** What it could run when it was last trusted, as hashes that `core/git/trusted.ts` makes and reads; null when it never was. */
  readonly trustHash: string | null;
}

export interface NewRepository {
  readonly path: string;
  readonly commonDir: string;
  readonly name: string;
  readonly trusted: boolean;
  readonly trustHash: string | null;
  readonly defaultBranch: string | null;
  readonly at: number;
}

/** The facts of a repository that may change; what is left out stays. */
export interface RepositoryPatch {
  readonly trusted?: boolean;
  readonly trustHash?: string | null;
  readonly trustChanged?: boolean;
  readonly defaultBranch?: string | null;
  /** All there are then, in their order. */
  readonly checks?: readonly RepositoryCheck[];
  readonly runCommand?: string | null;
  readonly setupCommand?: string | null;
  readonly teardownCommand?: string | null;
  readonly budget?: Budget;
  readonly landing?: RepositoryLanding;
  readonly retention?: RepositoryRetention;
  readonly pool?: number;
}

interface Row {
  readonly id: number;
  readonly path: string;
  readonly common_dir: string;
  readonly name: string;
  readonly trusted: number;
  readonly trust_hash: string | null;
  readonly trust_changed: number;
  readonly default_branch: string | null;
  readonly run_command: string | null;
  readonly setup_command: string | null;
  readonly teardown_command: string | null;
  readonly budget_usd: number | null;
  readonly budget_tokens: number | null;
  readonly budget_minutes: number | null;
  readonly landing: string;
  readonly retention: string;
  readonly pool: number;
  readonly added_at: number;
}

/** Adds a repository; one that was removed comes back with the id it had. Throws BAD_INPUT when it is there. */
export function insertRepository(db: Database, repository: NewRepository): RepositoryRow {
  const row = getRow<Row>(
    db,
    `INSERT INTO repository (path, common_dir, name, trusted, trust_hash, default_branch, added_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (path) DO UPDATE SET common_dir = excluded.common_dir, name = excluded.name, trusted = excluded.trusted,
       trust_hash = excluded.trust_hash, trust_changed = 0, default_branch = excluded.default_branch,
       added_at = excluded.added_at, removed = 0
     WHERE removed = 1
     RETURNING *`,
    repository.path,
    repository.commonDir,
    repository.name,
    Number(repository.trusted),
    repository.trustHash,
    repository.defaultBranch,
    repository.at,
  );
  if (row === undefined) {
    throw new CodedError('BAD_INPUT', `The repository at ${repository.path} was added before.`, {
      facts: { path: repository.path },
    });
  }
  return toRepository(db, row);
}

/** The repository with this id. Throws NOT_FOUND when there is none or it was removed. */
export function repositoryById(db: Database, id: number): RepositoryRow {
  const row = getRow<Row>(db, 'SELECT * FROM repository WHERE id = ? AND removed = 0', id);
  if (row === undefined) throw noRepository(db, id);
  return toRepository(db, row);
}

/** The repository at this path, or undefined when there is none or it was removed. */
export function repositoryByPath(db: Database, path: string): RepositoryRow | undefined {
  const row = getRow<Row>(db, 'SELECT * FROM repository WHERE path = ? AND removed = 0', path);
  return row === undefined ? undefined : toRepository(db, row);
}

/** Every repository that was not removed, by name. */
export function listRepositories(db: Database): RepositoryRow[] {
  return allRows<Row>(db, 'SELECT * FROM repository WHERE removed = 0 ORDER BY name, id').map((row) =>
    toRepository(db, row),
  );
}

/** Changes facts of a repository and gives it as it is then. Throws NOT_FOUND. */
export function updateRepository(db: Database, id: number, patch: RepositoryPatch): RepositoryRow {
  const { trusted, trustHash, trustChanged, defaultBranch, runCommand, budget, landing, retention } = patch;
  const columns: Readonly<Record<string, string | number | null | undefined>> = {
    trusted: trusted === undefined ? undefined : Number(trusted),
    trust_hash: trustHash,
    trust_changed: trustChanged === undefined ? undefined : Number(trustChanged),
    default_branch: defaultBranch,
    run_command: runCommand,
    setup_command: patch.setupCommand,
    teardown_command: patch.teardownCommand,
    budget_usd: budget?.usd,
    budget_tokens: budget?.tokens,
    budget_minutes: budget?.minutes,
    landing: landing === undefined ? undefined : JSON.stringify(landing),
    pool: patch.pool,
    retention: retention === undefined ? undefined : JSON.stringify(retention),
  };
  const given = Object.entries(columns).filter(([, value]) => value !== undefined);
  const sets = ['id = id', ...given.map(([column]) => `${column} = ?`)].join(', ');
  const values = given.map(([, value]) => value);
  run(db, `UPDATE repository SET ${sets} WHERE id = ? AND removed = 0`, ...values, id);
  const changed = repositoryById(db, id);
  if (patch.checks === undefined) return changed;
  setRepositoryChecks(db, id, patch.checks);
  return repositoryById(db, id);
}

/** Forgets a repository; its finished tasks keep their history. Throws WRONG_STATE while it has unfinished tasks, NOT_FOUND. */
export function deleteRepository(db: Database, id: number): void {
  const { path } = repositoryById(db, id);
  // A failed or cancelled task can be tried again, and its worktree is there until it is discarded.
  const unfinished = [...unfinishedTasks, brokenTasks]
    .flatMap((sort) => allRows<{ id: number }>(db, `SELECT id FROM ${sort} AND repository_id = ?`, id))
    .map((row) => row.id)
    .sort((one, other) => one - other);
  if (unfinished.length > 0) {
    const some = unfinished.slice(0, 5).join(', ');
    const which = unfinished.length > 5 ? `${some} and ${unfinished.length - 5} more` : some;
    throw new CodedError(
      'WRONG_STATE',
      `Could not remove the repository ${path}: ${unfinished.length === 1 ? 'task' : 'tasks'} ${which} can still go on. Approve or discard each first; cancel one that still runs.`,
      { facts: { repository: id, path, tasks: unfinished.slice(0, 100).map(String) } },
    );
  }
  run(db, 'UPDATE repository SET removed = 1 WHERE id = ?', id);
}

/** What is thrown when a repository is not there; one that was removed is named by the path it had. */
export function noRepository(db: Database, id: number): CodedError {
  const path = getRow<{ path: string }>(db, 'SELECT path FROM repository WHERE id = ?', id)?.path;
  const message =
    path === undefined
      ? `There is no repository ${id}. Look at the list of repositories.`
      : `The repository ${path} was removed from Switchyard. Add it again (in the terminal: repository add ${shellWord(path)}).`;
  return new CodedError('NOT_FOUND', message, { facts: { repository: id, ...(path !== undefined && { path }) } });
}

function toRepository(db: Database, row: Row): RepositoryRow {
  return {
    id: row.id,
    name: row.name,
    path: row.path,
    trusted: row.trusted === 1,
    trustChanged: row.trust_changed === 1,
    defaultBranch: row.default_branch,
    checks: listRepositoryChecks(db, row.id),
    runCommand: row.run_command,
    setupCommand: row.setup_command,
    teardownCommand: row.teardown_command,
    budget: { usd: row.budget_usd, tokens: row.budget_tokens, minutes: row.budget_minutes },
    landing: repositoryLandingSchema.parse(JSON.parse(row.landing)),
    pool: row.pool,
    retention: repositoryRetentionSchema.parse(JSON.parse(row.retention)),
    addedAt: row.added_at,
    commonDir: row.common_dir,
    trustHash: row.trust_hash,
  };
}
