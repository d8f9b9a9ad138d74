import { readdirSync, readFileSync } from 'node:fs';

/** Whether a process runs. One that has ended and that nobody has waited for yet does not. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = process.platform === 'linux' ? readFileSync(`/proc/${pid}/stat`, 'latin1') : '';
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
  } catch {
    return false;
  }
}

/** How many processes run with exactly this command line, its words parted by blanks. On Linux only. */
export function running(command: string): number {
  return pidsOf(command).length;
}

/** Which processes a process began that run this file as their last word. On Linux only. */
export function childrenOf(parent: number, file: string): readonly number[] {
  return readdirSync('/proc').flatMap((entry) => {
    try {
      const isChild = new RegExp(`^PPid:\\t${parent}$`, 'm').test(readFileSync(`/proc/${entry}/status`, 'utf8'));
      const command = isChild ? readFileSync(`/proc/${entry}/cmdline`, 'utf8') : '';
      return command.endsWith(`\0${file}\0`) ? [Number(entry)] : [];
    } catch {
      return [];
    }
  });
}

/** Which processes run with exactly this command line, its words parted by blanks. On Linux only. */
export function pidsOf(command: string): readonly number[] {
  const line = `${command.split(' ').join('\0')}\0`;
  return readdirSync('/proc').flatMap((entry) => {
    try {
      return /^\d+$/.test(entry) && readFileSync(`/proc/${entry}/cmdline`, 'utf8') === line ? [Number(entry)] : [];
    } catch {
      return [];
    }
  });
}
