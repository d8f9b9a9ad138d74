import { join } from 'node:path';
import type { Checkout } from '../git/checkout';
import { worktreeIn } from '../git/found';
import { inTurn } from '../git/in-turn';
import { claimReady, clearBegun, makeReady, pristine } from '../git/ready';
import { removeFolders } from '../git/remove';
import { refOid } from '../git/resolve';
import type { Database } from '../store/database';
import {
  type AheadSetup,
  addReady,
  dropReady,
  finishReady,
  forgetReady,
  listReady,
  oldestReady,
  type ReadyWorktree,
  takeReady,
} from '../store/ready-worktrees';
import { listRepositories, type RepositoryRow, repositoryById } from '../store/repositories';
import { type AheadDeps, setUpAhead } from './ahead';
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

/** What fillings share. */
interface Under {
  readonly signal: AbortSignal;
  /** The setup that runs for a repository now. */
  readonly settingUp: Map<number, AbortController>;
  /** The setup of a repository that changes files of its commits, and so is for the task to run. */
  readonly unfit: Map<number, string>;
  /** The repositories of which nothing is to be made any more. */
  readonly leaving: Set<number>;
}

type Filling = Needs & AheadDeps & { readonly onChange: () => void };

/** Keeps as many worktrees ready as each repository says, set up where they can be. `onChange` is called when there are others. */
export function createPool(deps: Filling): Pool {
  const settingUp = new Map<number, AbortController>();
  const unfit = new Map<number, string>();
  const leaving = new Set<number>();
  const failed = (facts: { readonly repository?: string; readonly cause: unknown }) =>
    deps.log('warning', 'A worktree could not be made ready.', { ...facts, cause: String(facts.cause) });
  const loop = createLoop(
    async (signal) => {
      for (const repository of listRepositories(deps.db)) {
        if (signal.aborted) return;
        await fill(deps, repository, { signal, settingUp, unfit, leaving }).catch((cause: unknown) => {
          if (!signal.aborted) failed({ repository: repository.path, cause });
        });
      }
    },
    { onError: (cause) => failed({ cause }) },
  );
  return {
    wake: loop.wake,
    empty(repository) {
      leaving.add(repository.id);
      settingUp.get(repository.id)?.abort();
      // What is being made would look half made.
      return loop
        .between((signal) => fill(deps, { ...repository, pool: 0 }, { signal, settingUp, unfit, leaving }))
        .finally(() => leaving.delete(repository.id));
    },
    close() {
      for (const one of settingUp.values()) one.abort();
      return loop.close();
    },
  };
}

async function fill(deps: Filling, row: RepositoryRow, under: Under): Promise<void> {
  const all = listReady(deps.db).filter(({ repository }) => repository === row.id);
  // Half made by a runtime that is gone: this one makes one after the other, and is through with each.
  const broken = all.filter(({ gitDir }) => gitDir === null);
  const whole = all.filter(({ gitDir }) => gitDir !== null);
  const isSet = whole.some(({ setup }) => setup !== null);
  if (broken.length === 0 && whole.length === row.pool && !isSet) return;
  const place = await repositoryPlace(deps.git, row);
  const tip = await tipOf(row, place);
  // What was set up for another commit, or by another command, would be set up anew by the task that takes it.
  const isOld = ({ setup, oid }: ReadyWorktree) =>
    setup !== null && (setup.command !== row.setupCommand || (setup.exitCode === 0 && tip !== null && oid !== tip));
  const current = whole.filter((ready) => !isOld(ready));
  const goes = [...broken, ...whole.filter(isOld), ...current.slice(row.pool)];
  if (goes.length === 0 && current.length === row.pool) return;
  for (const ready of goes) await throwAway(deps, place, ready);
  const goesOn = () => !under.signal.aborted && !under.leaving.has(row.id);
  for (let count = current.length; count < row.pool && goesOn(); count += 1) await makeOne(deps, row, place, under);
  deps.onChange();
}

/** Where new tasks of a repository begin; null when there is no such branch. */
async function tipOf(row: RepositoryRow, place: RepositoryPlace): Promise<string | null> {
  const branch = row.defaultBranch ?? place.opened.defaultBranch;
  return branch === null ? null : refOid(place, `refs/heads/${branch}`);
}

async function makeOne(deps: Filling, row: RepositoryRow, place: RepositoryPlace, under: Under): Promise<void> {
  const oid = await tipOf(row, place);
  if (oid === null) return;
  const path = join(repositoryFolder(deps.folders.worktrees, row), `ready-${deps.now().toString(36)}`);
  const id = await deps.writer.write((db) => addReady(db, { repository: row.id, path, oid, at: deps.now() }));
  try {
    const checkout = await makeReady(place, { path, oid, signal: under.signal });
    const { gitDir } = checkout;
    const setup =
      under.unfit.get(row.id) === row.setupCommand ? null : await setUpOne(deps, place, { row, checkout, under });
    await deps.writer.write((db) => finishReady(db, { id, gitDir, setup: setup === 'unfit' ? null : setup }));
    if (setup !== 'unfit') return;
    // What it did to files of the commit cannot be told from somebody's edits: it goes, and another one is made plain.
    under.unfit.set(row.id, row.setupCommand ?? '');
    await throwAway(deps, place, { id, repository: row.id, path, oid, gitDir, setup: null });
    await makeOne(deps, row, place, under);
  } catch (cause) {
    await deps.writer.write((db) => forgetReady(db, path));
    throw cause;
  }
}

async function setUpOne(
  deps: Filling,
  place: RepositoryPlace,
  { row, checkout, under }: { readonly row: RepositoryRow; readonly checkout: Checkout; readonly under: Under },
) {
  const end = new AbortController();
  if (under.signal.aborted || under.leaving.has(row.id)) return null;
  under.settingUp.set(row.id, end);
  try {
    return await setUpAhead(deps, place, { row, checkout, signal: end.signal });
  } catch (cause) {
    // Whatever it left is found when it is needed, and kept then.
    deps.log('warning', 'A worktree could not be set up ahead of need.', {
      path: checkout.workTree,
      cause: String(cause),
    });
    return null;
  } finally {
    under.settingUp.delete(row.id);
  }
}

/** A worktree that is as it was made goes; any other holds somebody's work, which is kept first. */
function throwAway(deps: Needs, place: RepositoryPlace, ready: ReadyWorktree): Promise<void> {
  // One that goes already looks half made, and may be found by another look meanwhile.
  return inTurn(`ready ${ready.path}`, async () => {
    // Whoever takes it out of the pool has it: a task may be about to.
    if (!(await deps.writer.write((db) => dropReady(db, ready)))) return;
    await takeAway(deps, place, ready);
    // Last, or what a crash left of it would be nobody's.
    await deps.writer.write((db) => forgetReady(db, ready.path));
  });
}

async function takeAway(deps: Needs, place: RepositoryPlace, ready: ReadyWorktree): Promise<void> {
  const { path, gitDir, oid, repository, setup } = ready;
  const same = gitDir === null ? null : await pristine(place, { path, gitDir, oid, leftFiles: setup?.leftFiles ?? '' });
  if (same !== null) return removeFolders(same.gitDir, same.workTree);
  const found = await worktreeIn(path);
  // A kill may have come between the folder and git's note of it, in a removal as in the making.
  if (found?.checkout == null) return clearBegun(place, path);
  if (found.checkout.commonDir !== place.checkout.commonDir) return;
  const why = { cause: 'removed', by: 'runner' } as const;
  const gone = await retireNobodys(deps, place, { checkout: found.checkout, branch: found.branch, repository }, why);
  // What stays is shown as nobody's.
  if (gone.kind === 'kept') deps.log('warning', 'A worktree was left where it is.', { path, kept: gone.reason });
}

/** A worktree in the pool that a task can have. */
export interface Claimable {
  readonly path: string;
  /** The commit it was made at, and what was run in it there. */
  readonly oid: string;
  readonly setup: AheadSetup | null;
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
    const { id, path, gitDir, oid, setup } = ready;
    const checkout = await pristine(place, { path, gitDir, oid, leftFiles: setup?.leftFiles ?? '' });
    if (checkout !== null) {
      return {
        ...{ path, oid, setup },
        take: (db) => takeReady(db, id),
        async claim(wanted) {
          const claimed = await claimReady(place, { ...wanted, checkout, from: oid }).catch((cause: unknown) => {
            // What its setup left may lie where the commit has a file; of one with nothing in it nothing does.
            if (setup === null || wanted.signal.aborted) throw cause;
            deps.log('warning', 'A worktree made ready could not be brought to its commit.', {
              path,
              cause: String(cause),
            });
            return null;
          });
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
