import { type ProcessFacts, readProcessTable } from '../agents/process-table';
import type { Process, ProcessList } from '../contract/process';
import { startOf } from '../git/live';
import { listProcesses } from '../store/processes';
import type { Deps } from './deps';

/** What runs for the tasks of this data folder. */
export interface Ledger {
  /** Looks at the machine. `task` leaves out what runs for others. */
  look(task?: number): Promise<ProcessList>;
}

const longestCommand = 300;
/** A look longer ago says what the average was, not what happens now. */
const sampleAgeMs = 60_000;

/** Makes the ledger. It remembers its last look, from which the use of the processor follows. */
export function createLedger(deps: Pick<Deps, 'db' | 'owner' | 'now'>): Ledger {
  let last: { readonly at: number; readonly cpu: ReadonlyMap<string, number> } | null = null;
  return {
    async look(task) {
      const table = await readProcessTable();
      if (table === null) return { processes: [], visible: false };
      const at = deps.now();
      const tasks = tasksOf(table, deps.owner, await rootsOf(deps));
      const before = last !== null && at - last.at < sampleAgeMs ? last : null;
      const cpuOf = (one: ProcessFacts): number | null => {
        const known = before?.cpu.get(runOf(one));
        if (known === undefined || before === null || at <= before.at) return null;
        return Math.max(0, one.cpuMs - known) / (at - before.at);
      };
      last = { at, cpu: new Map(table.filter(({ pid }) => tasks.has(pid)).map((one) => [runOf(one), one.cpuMs])) };
      const processes = table.flatMap((one): Process[] => {
        const owner = tasks.get(one.pid);
        if (owner === undefined || (task !== undefined && owner !== task)) return [];
        const { pid, parent, startedAt, memory } = one;
        const command = one.command.slice(0, longestCommand);
        return [
          { pid, parent: tasks.has(parent) ? parent : null, task: owner, command, startedAt, memory, cpu: cpuOf(one) },
        ];
      });
      return { processes: parentsFirst(processes), visible: true };
    },
  };
}

/** Tells a process from a later one with the same number. */
function runOf({ pid, startedAt }: ProcessFacts): string {
  return `${pid} ${startedAt}`;
}

/** The children that were started for tasks and still live, as they were noted when they were started. */
async function rootsOf(deps: Pick<Deps, 'db'>): Promise<ReadonlyMap<number, number>> {
  const roots = new Map<number, number>();
  for (const { pid, startTime, task } of listProcesses(deps.db)) {
    if (task !== null && (await startOf(pid)) === startTime) roots.set(pid, task);
  }
  return roots;
}

/**
 * The task each process runs for. Its own marker says so, or else whoever started it, the leader of its group or of its
 * session does: what cleared its environment is still known by those.
 */
function tasksOf(
  table: readonly ProcessFacts[],
  owner: string,
  roots: ReadonlyMap<number, number>,
): ReadonlyMap<number, number> {
  const byPid = new Map(table.map((one) => [one.pid, one]));
  const known = new Map<number, number | undefined>();
  const taskOf = (pid: number): number | undefined => {
    const one = byPid.get(pid);
    if (one === undefined || known.has(pid)) return known.get(pid);
    known.set(pid, undefined);
    const leaders = [one.parent, one.group, one.session ?? 0].filter((other) => other !== pid && other > 1);
    const task = markedTask(one.marker, owner) ?? roots.get(pid) ?? firstOf(leaders, taskOf);
    known.set(pid, task);
    return task;
  };
  const found = new Map<number, number>();
  for (const { pid } of table) {
    const task = pid === process.pid ? undefined : taskOf(pid);
    if (task !== undefined) found.set(pid, task);
  }
  return found;
}

function firstOf<T>(items: readonly T[], find: (item: T) => number | undefined): number | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The task in a marker of this data folder: `owner:task`, with a word after a slash for what is no agent's. */
function markedTask(marker: string | null, owner: string): number | undefined {
  if (marker === null || !marker.startsWith(`${owner}:`)) return undefined;
  const task = /^(\d+)(?:\/|$)/.exec(marker.slice(owner.length + 1))?.[1];
  return task === undefined ? undefined : Number(task);
}

function parentsFirst(processes: readonly Process[]): Process[] {
  const children = new Map<number | null, Process[]>();
  for (const one of processes) children.set(one.parent, [...(children.get(one.parent) ?? []), one]);
  const ordered: Process[] = [];
  const add = (parent: number | null): void => {
    for (const one of children.get(parent) ?? []) {
      ordered.push(one);
      add(one.pid);
    }
  };
  add(null);
  return ordered;
}
