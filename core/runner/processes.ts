import { taskMarker } from '../agents/environment';
import { endLeftovers } from '../agents/leftovers';
import type { Owner, Place } from '../git/checkout';
import { startOf } from '../git/live';
import { forgetProcess, listProcesses, type ProcessRow, recordProcess } from '../store/processes';
import type { Deps } from './deps';

/** What marks everything that is started for a task of this data folder. */
export function markerOf(deps: Pick<Deps, 'owner'>, task: number): string {
  return `${deps.owner}:${task}`;
}

/** What marks everything a check of a task starts. Not the task's own marker, because a person may edit its change meanwhile. */
export function checkMarkerOf(deps: Pick<Deps, 'owner'>, task: number): string {
  return `${markerOf(deps, task)}/check`;
}

/** What marks everything that checks a task's change on a train, wherever else checks of it run. */
export function trainMarkerOf(deps: Pick<Deps, 'owner'>, task: number): string {
  return `${markerOf(deps, task)}/train`;
}

/** The children one piece of work started, kept in the ledger until it is over. */
export interface Children {
  started(process: { readonly pid: number; readonly command: string }): void;
  /** Takes them out of the ledger; they are gone. */
  over(): Promise<void>;
}

/** Keeps the ledger for the children of one task's work. */
export function keepChildren(deps: Pick<Deps, 'writer' | 'now' | 'log'>, task: number | null): Children {
  const recording: Promise<number | null>[] = [];
  return {
    started(child) {
      recording.push(record(deps, task, child));
    },
    async over() {
      const pids = (await Promise.all(recording.splice(0))).filter((pid) => pid !== null);
      if (pids.length === 0) return;
      await deps.writer.write((db) => {
        for (const pid of pids) forgetProcess(db, pid);
      });
    },
  };
}

/**
 * Does something with git in a task's worktree, or for it with another machine. Hooks, filters and helpers may take long and
 * start what they like: all of it carries the task's marker, git itself is in the ledger meanwhile, and nothing of it is left when this is over.
 */
export function inTaskPlace<Where extends Place, T>(
  deps: Pick<Deps, 'writer' | 'owner' | 'now' | 'log'>,
  task: number,
  place: Where,
  act: (place: Where) => Promise<T>,
): Promise<T> {
  const owned = { task, marker: markerOf(deps, task), leaves: place.trusted };
  return marked(deps, owned, (owner) => act({ ...place, owner }));
}

/**
 * Does something whose processes carry a marker and are in the ledger meanwhile, with what makes them so. Nothing that
 * carries the marker is left when it is over; without `leaves` nothing is started that could be.
 */
export async function marked<T>(
  deps: Pick<Deps, 'writer' | 'now' | 'log'>,
  { task, marker, leaves }: { readonly task: number | null; readonly marker: string; readonly leaves: boolean },
  act: (owner: Owner) => Promise<T>,
): Promise<T> {
  const children = keepChildren(deps, task);
  try {
    return await act({ variables: taskMarker(marker), onProcess: children.started });
  } finally {
    if (leaves) await endLeftovers({ group: null, marker });
    await children.over();
  }
}

async function record(
  deps: Pick<Deps, 'writer' | 'now' | 'log'>,
  task: number | null,
  { pid, command }: { readonly pid: number; readonly command: string },
): Promise<number | null> {
  try {
    const startTime = await startOf(pid);
    if (startTime === null) return null;
    const child = { pid, startTime, task, command: command.slice(0, 200), at: deps.now() };
    await deps.writer.write((db) => recordProcess(db, child));
    return pid;
  } catch (cause) {
    deps.log('warning', 'A child could not be put into the ledger.', { pid, cause: String(cause) });
    return null;
  }
}

/**
 * Ends what an owner that is gone left running, and empties the ledger: the children it noted, as whole groups, and
 * whatever carries the marker of a task that was in its hands. Gives how many it ended. What is noted for tasks in
 * `held` is left alone.
 */
export function endSurvivors(
  deps: Pick<Deps, 'db' | 'writer' | 'log' | 'owner'>,
  inHand: readonly number[],
  held: readonly number[] = [],
): Promise<number> {
  const rows = listProcesses(deps.db).filter(({ task }) => task === null || !held.includes(task));
  return endRows(deps, rows, inHand);
}

/** Ends what was left running for one task, likewise. */
export function endSurvivorsOf(deps: Pick<Deps, 'db' | 'writer' | 'log' | 'owner'>, task: number): Promise<number> {
  const rows = listProcesses(deps.db).filter((row) => row.task === task);
  return endRows(deps, rows, [task]);
}

async function endRows(
  deps: Pick<Deps, 'writer' | 'log' | 'owner'>,
  rows: readonly ProcessRow[],
  tasks: readonly number[],
): Promise<number> {
  let ended = 0;
  for (const row of rows) {
    // A pid is only believed together with its start time: the number may belong to a stranger by now.
    if ((await startOf(row.pid)) !== row.startTime) continue;
    deps.log('warning', 'Ended a process left by an owner that is gone.', { pid: row.pid, command: row.command });
    try {
      process.kill(process.platform === 'win32' ? row.pid : -row.pid, 'SIGKILL');
      ended += 1;
    } catch {
      // Gone between the look and the signal.
    }
  }
  for (const task of new Set([...tasks, ...rows.flatMap((row) => row.task ?? [])])) {
    ended += await endLeftovers({ group: null, marker: markerOf(deps, task) });
    ended += await endLeftovers({ group: null, marker: checkMarkerOf(deps, task) });
    ended += await endLeftovers({ group: null, marker: trainMarkerOf(deps, task) });
  }
  await deps.writer.write((db) => {
    for (const row of rows) forgetProcess(db, row.pid);
  });
  return ended;
}
