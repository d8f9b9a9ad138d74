import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import type { Execution } from './process';

/**
 * Which process runs this, started by one that died before it could tell its number. It leads a session of its own, and was
 * given exactly this environment, folder and arguments; its program may have been named by an interpreter's line. What is
 * `known` runs another one of the same. Nothing elsewhere than on Linux, or where the system does not say.
 */
export function findUntold(
  what: Pick<Execution, 'args' | 'directory' | 'environment'>,
  known: ReadonlySet<number>,
): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const environment = sorted(Object.entries(what.environment).map(([name, value]) => `${name}=${value}`));
  const end = what.args.map((argument) => `\0${argument}`).join('');
  return numbers()
    .filter((pid) => !known.has(pid))
    .find((pid) => {
      try {
        return (
          leads(pid) &&
          readlinkSync(`/proc/${pid}/cwd`) === realpathSync(what.directory) &&
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').endsWith(`${end}\0`) &&
          sorted(readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean)) === environment
        );
      } catch {
        // It is gone, or somebody else's.
        return false;
      }
    });
}

/** The numbers of all processes; none where the system has no descriptor left to list them by. */
function numbers(): readonly number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0);
  } catch {
    return [];
  }
}

/** Whether a session is this process's own, and this process did not start it. */
function leads(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const [, parent, , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(session) === pid && Number(parent) !== process.pid;
}

function sorted(entries: readonly string[]): string {
  return [...entries].sort().join('\0');
}
