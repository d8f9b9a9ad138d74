import { join } from 'node:path';
import type { Checkout } from '../git/checkout';
import { worktreeIn } from '../git/found';
import { claimReady, makeReady, pristine } from '../git/ready';
import { removeFolders } from '../git/remove';
import { refOid } from '../git/resolve';
import type { Database } from '../store/database';
import {
  addReady,
  finishReady,
  forgetReady,
  listReady,
  oldestReady,
  type ReadyWorktree,
  takeReady,
} from '../store/ready-worktrees';
import { listRepositories, type RepositoryRow, repositoryById } from '../store/repositories';
import type { Deps } from './deps';
import { createLoop } from './loop';
import { retireNobodys } from './nobodys';
import { type RepositoryPlace, repositoryPlace } from './place';
import { repositoryFolder } from './worktree-path';

type Needs = Pick<Deps, 'db' | 'writer' | 'git' | 'now' | 'log' | 'folders' | 'retirements'>;

/** Worktrees made ahead of need. */
export interface Pool {
  /** Has the pools filled up, or what is too many taken away, without anybody waiting for it. */
  wake(): void;
  /** Takes away all that is ready for a repository. */
  empty(repository: RepositoryRow): Promise<void>;
  /** Resolves when nothing of it is under way any more. */
  close(): Promise<void>;
}

/** Keeps as many worktrees ready as each repository says. `onChange` is called when there are others. */
export function createPool(deps: Needs & { readonly onChange: () => void }): Pool {
  const failed = (facts: { readonly repository?: string; readonly cause: unknown }) =>
    deps.log('warning', 'A worktree could not be made ready.', { ...facts, cause: String(facts.cause) });
  const loop = createLoop(
    async (signal) => {
      for (const repository of listRepositories(deps.db)) {
        if (signal.aborted) return;
        await fill(deps, repository, signal).catch((cause: unknown) => {
          if (!signal.aborted) failed({ repository: repository.path, cause });
        });
      }
    },
    { onError: (cause) => failed({ cause }) },
  );
  return {
    wake: loop.wake,
    // What is being made would look half made.
    empty: (repository) => loop.between((signal) => fill(deps, { ...repository, pool: 0 }, signal)),
    close: loop.close,
  };
}

async function fill(
  deps: Needs & { readonly onChange: () => void },
  row: RepositoryRow,
  signal: AbortSignal,
): Promise<void> {
  const all = listReady(deps.db).filter(({ repository }) => repository === row.id);
  // Half made by a runtime that is gone: this one makes one after the other, and is through with each.
  const broken = all.filter(({ gitDir }) => gitDir === null);
  const whole = all.filter(({ gitDir }) => gitDir !== null);
  if (broken.length === 0 && whole.length === row.pool) return;
  const place = await repositoryPlace(deps.git, row);
  for (const ready of [...broken, ...whole.slice(row.pool)]) await throwAway(deps, place, ready);
  for (let count = whole.length; count < row.pool && !signal.aborted; count += 1)
    await makeOne(deps, row, place, signal);
  deps.onChange();
}

async function makeOne(deps: Needs, row: RepositoryRow, place: RepositoryPlace, signal: AbortSignal): Promise<void> {
  const branch = row.defaultBranch ?? place.opened.defaultBranch;
  const oid = branch === null ? null : await refOid(place, `refs/heads/${branch}`);
  if (oid === null) return;
  const path = join(repositoryFolder(deps.folders.worktrees, row), `ready-${deps.now().toString(36)}`);
  const id = await deps.writer.write((db) => addReady(db, { repository: row.id, path, oid, at: deps.now() }));
  try {
    const { gitDir } = await makeReady(place, { path, oid, signal });
    await deps.writer.write((db) => finishReady(db, { id, gitDir }));
  } catch (cause) {
    await deps.writer.write((db) => forgetReady(db, path));
    throw cause;
  }
}

/** A worktree that is as it was made goes; any other holds somebody's work, which is kept first. */
async function throwAway(deps: Needs, place: RepositoryPlace, ready: ReadyWorktree): Promise<void> {
  const { id, path, gitDir, oid, repository } = ready;
  // Whoever takes it out of the pool has it: a task may be about to.
  if (!(await deps.writer.write((db) => takeReady(db, id)))) return;
  const same = gitDir === null ? null : await pristine(place, { path, gitDir, oid });
  if (same !== null) return removeFolders(same.gitDir, same.workTree);
  const found = await worktreeIn(path);
  if (found?.checkout == null || found.checkout.commonDir !== place.checkout.commonDir) return;
  const why = { cause: 'removed', by: 'runner' } as const;
  const gone = await retireNobodys(deps, place, { checkout: found.checkout, branch: found.branch, repository }, why);
  // What stays is shown as nobody's.
  if (gone.kind === 'kept') deps.log('warning', 'A worktree was left where it is.', { path, kept: gone.reason });
}

/** A worktree in the pool that a task can have. */
export interface Claimable {
  readonly path: string;
  /** Takes it out of the pool; false when somebody has. */
  readonly take: (db: Database) => boolean;
  /**
   * Makes it, once it was taken, the worktree of a new branch; gives null when there is a branch of that name. Nothing is left of
   * it then, nor when this throws.
   */
  readonly claim: (wanted: {
    readonly branch: string;
    readonly startOid: string;
    readonly signal: AbortSignal;
  }) => Promise<Checkout | null>;
}

/**
 * Finds a worktree in a repository's pool; null when there is none. What is not in every way as it was made is handed to nobody:
 * it is thrown away, what is in it being kept, and the next one looked at.
 */
export async function findReady(deps: Needs, place: RepositoryPlace, repository: number): Promise<Claimable | null> {
  if (repositoryById(deps.db, repository).pool === 0) return null;
  for (;;) {
    const ready = oldestReady(deps.db, repository);
    if (ready === undefined || ready.gitDir === null) return null;
    const { id, path, gitDir, oid } = ready;
    const checkout = await pristine(place, { path, gitDir, oid });
    if (checkout !== null) {
      return {
        path,
        take: (db) => takeReady(db, id),
        async claim(wanted) {
          const claimed = await claimReady(place, { ...wanted, checkout, from: oid });
          // Whoever makes the worktree in its place says why it cannot be.
          if (claimed === null) await removeFolders(checkout.gitDir, checkout.workTree);
          return claimed;
        },
      };
    }
    deps.log('warning', 'A worktree made ready was another one when it was needed.', { path });
    await throwAway(deps, place, ready);
  }
}
