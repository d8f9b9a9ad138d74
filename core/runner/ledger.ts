import { holdsNamespace } from '../agents/namespace';
import { type ProcessFacts, readProcessTable } from '../agents/process-table';
import type { Process, ProcessList } from '../contract/process';
import { startsOf } from '../git/live';
import { listProcesses } from '../store/processes';
import { openTerminals, screenOf } from '../store/terminals';
import type { Deps } from './deps';

/** What a look found. */
export interface Look extends ProcessList {
  /** The processes, by id, that run on terminals, and the terminal of each: the person's own, not their task's. */
  readonly terminals: ReadonlyMap<number, number>;
}

/** What runs for the tasks of this data folder. */
export interface Ledger {
  /** Looks at the machine. `task` leaves out what runs for others. */
  look(task?: number): Promise<Look>;
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
      if (table === null) return { processes: [], visible: false, terminals: new Map() };
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
        const owner = tasks.get(one.pid)?.task;
        if (owner === undefined || (task !== undefined && owner !== task)) return [];
        const { pid, parent, startedAt, memory } = one;
        const above = tasks.has(parent) ? parent : null;
        const command = one.command.slice(0, longestCommand);
        const what = whatIs(deps, tasks.get(pid), above === null ? undefined : tasks.get(above));
        return [{ pid, parent: above, task: owner, command, what, startedAt, memory, cpu: cpuOf(one) }];
      });
      const terminals = new Map<number, number>();
      for (const [pid, { terminal }] of tasks) if (terminal !== null) terminals.set(pid, terminal);
      return { processes: parentsFirst(processes), visible: true, terminals };
    },
  };
}

/** Whom a process runs for. */
interface Owner {
  readonly task: number;
  /** The terminal of that task it is on; null for none. */
  readonly terminal: number | null;
}

/** What the first program of a terminal is, when it is an agent's screen: its command line may be a whole script. */
function whatIs(deps: Pick<Deps, 'db'>, owner: Owner | undefined, above: Owner | undefined): string | null {
  const terminal = owner?.terminal ?? null;
  if (terminal === null || above?.terminal === terminal) return null;
  const agent = screenOf(deps.db, terminal);
  return agent === null ? null : `${agent}'s own screen, driven by you in terminal ${terminal}`;
}

/** Tells a process from a later one with the same number. */
function runOf({ pid, startedAt }: ProcessFacts): string {
  return `${pid} ${startedAt}`;
}

/** The children that were started for tasks and still live, as they were noted when they were started, and those on terminals. */
async function rootsOf(deps: Pick<Deps, 'db'>): Promise<ReadonlyMap<number, Owner>> {
  const [noted, terminals] = [listProcesses(deps.db), openTerminals(deps.db)];
  const starts = await startsOf([...noted, ...terminals].flatMap(({ pid }) => pid ?? []));
  const roots = new Map<number, Owner>();
  for (const { pid, startTime, task } of noted) {
    if (task !== null && starts.get(pid) === startTime) roots.set(pid, { task, terminal: null });
  }
  // Where a system does not show markers nothing else tells what a terminal runs.
  for (const { id, pid, startTime, task } of terminals) {
    if (pid !== null && startTime !== null && starts.get(pid) === startTime) roots.set(pid, { task, terminal: id });
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
  roots: ReadonlyMap<number, Owner>,
): ReadonlyMap<number, Owner> {
  const byPid = new Map(table.map((one) => [one.pid, one]));
  const known = new Map<number, Owner | undefined>();
  const ownerOf = (pid: number): Owner | undefined => {
    const one = byPid.get(pid);
    if (one === undefined || known.has(pid)) return known.get(pid);
    known.set(pid, undefined);
    const leaders = [one.parent, one.group, one.session ?? 0].filter((other) => other !== pid && other > 1);
    const found = markedOwner(one.marker, owner) ?? roots.get(pid) ?? firstOf(leaders, ownerOf);
    known.set(pid, found);
    return found;
  };
  const found = new Map<number, Owner>();
  for (const { pid, command } of table) {
    // What holds a namespace is no program anybody started; what is in it is.
    const one = pid === process.pid || holdsNamespace(command) ? undefined : ownerOf(pid);
    if (one !== undefined) found.set(pid, one);
  }
  return found;
}

function firstOf<T, F>(items: readonly T[], find: (item: T) => F | undefined): F | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The owner in a marker of this data folder: `owner:task`, with a word after a slash for what is no agent's. */
function markedOwner(marker: string | null, owner: string): Owner | undefined {
  if (marker === null || !marker.startsWith(`${owner}:`)) return undefined;
  const found = /^(\d+)(?:\/(.*))?$/s.exec(marker.slice(owner.length + 1));
  if (found === null) return undefined;
  const terminal = /^terminal-(\d+)/.exec(found[2] ?? '')?.[1];
  return { task: Number(found[1]), terminal: terminal === undefined ? null : Number(terminal) };
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
