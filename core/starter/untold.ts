import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Execution } from './process';

/**
 * Which process runs this, started by one that died before it could tell its number. It leads a session of its own, and was
 * given exactly this environment, folder and arguments; its program may have been named by an interpreter's line. Nothing
 * elsewhere than on Linux, where there is no way to see.
 */
export function findUntold(what: Pick<Execution, 'args' | 'directory' | 'environment'>): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const environment = sorted(Object.entries(what.environment).map(([name, value]) => `${name}=${value}`));
  const end = what.args.map((argument) => `\0${argument}`).join('');
  return readdirSync('/proc')
    .map(Number)
    .find((pid) => {
      try {
        return (
          pid > 0 &&
          leads(pid) &&
          readlinkSync(`/proc/${pid}/cwd`) === what.directory &&
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').endsWith(`${end}\0`) &&
          sorted(readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean)) === environment
        );
      } catch {
        // It is gone, or somebody else's.
        return false;
      }
    });
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
