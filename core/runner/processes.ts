import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { forgetProcess, listProcesses, recordProcess } from '../store/processes';
import type { Deps } from './deps';

/** The children one piece of work started, kept in the ledger until it is over. */
export interface Children {
  started(process: { readonly pid: number; readonly command: string }): void;
  /** Takes them out of the ledger; they are gone. */
  over(): Promise<void>;
}

/** Keeps the ledger for the children of one task's work. */
export function keepChildren(deps: Deps, task: number): Children {
  const children: { readonly pid: number; readonly startTime: string }[] = [];
  return {
    started({ pid, command }) {
      const startTime = startTimeOf(pid);
      if (startTime === null) return;
      children.push({ pid, startTime });
      void deps.writer
        .write((db) => recordProcess(db, { pid, startTime, task, command: command.slice(0, 200), at: deps.now() }))
        .catch((cause) =>
          deps.log('warning', 'A child could not be put into the ledger.', { pid, cause: String(cause) }),
        );
    },
    async over() {
      await deps.writer.write((db) => {
        for (const child of children.splice(0)) forgetProcess(db, child.pid);
      });
    },
  };
}

/** Ends what an owner that is gone left running, as whole groups, and empties the ledger. Gives how many it ended. */
export async function endSurvivors(deps: Pick<Deps, 'db' | 'writer' | 'log'>): Promise<number> {
  const rows = listProcesses(deps.db);
  let ended = 0;
  for (const row of rows) {
    // A pid is only believed together with its start time: the number may belong to a stranger by now.
    if (startTimeOf(row.pid) !== row.startTime) continue;
    deps.log('warning', 'Ended a process left by an owner that is gone.', { pid: row.pid, command: row.command });
    try {
      process.kill(process.platform === 'win32' ? row.pid : -row.pid, 'SIGKILL');
      ended += 1;
    } catch {
      // Gone between the look and the signal.
    }
  }
  await deps.writer.write((db) => {
    for (const row of rows) forgetProcess(db, row.pid);
  });
  return ended;
}

/** When a process started, in the system's own words; null when there is none, or the system does not say. */
export function startTimeOf(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The second field is the command in brackets and may hold anything, so fields are counted from its end.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const [state, ticks] = [fields[0], fields[19]];
      // A dead process that nobody has waited for yet still has its entry.
      return ticks === undefined || state === 'Z' || state === 'X' ? null : `${bootId()} ${ticks}`;
    }
    if (process.platform === 'win32') return null;
    return execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
