import { readdirSync, readFileSync } from 'node:fs';

/**
 * Sends a signal to a program on a terminal and to all that shares the terminal with it: a shell moves its jobs, and
 * itself when another process holds its namespace, into groups of their own. Elsewhere than on Linux only the program's
 * own group can be told.
 */
export function signalSession(pid: number, signal: NodeJS.Signals): void {
  const groups = process.platform === 'linux' ? groupsOf(pid) : [];
  for (const group of new Set([pid, ...groups])) {
    try {
      process.kill(process.platform === 'win32' ? group : -group, signal);
    } catch {
      // Gone already.
    }
  }
}

/** The groups of a session; a dead leader's session keeps its number while anything of it lives. */
function groupsOf(session: number): readonly number[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
      // `pid (name) state ppid pgrp session …`; the name may hold blanks and brackets.
      const [, , group, its] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(its) === session && Number(group) > 1 ? [Number(group)] : [];
    } catch {
      return [];
    }
  });
}
