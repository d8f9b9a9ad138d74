import { readdirSync, readFileSync } from 'node:fs';

/**
 * Sends a signal to a program that this process started and to all that shares its terminal with it: a shell moves its jobs,
 * and itself when another process holds its namespace, into groups of their own. Elsewhere than on Linux only the program's
 * own group can be told.
 */
export function signalSession(pid: number, signal: NodeJS.Signals): void {
  const groups = process.platform === 'linux' ? groupsOf(pid) : [];
  for (const group of new Set([pid, ...groups])) {
    if (told(process.platform === 'win32' ? group : -group, signal) || group !== pid) continue;
    // It is gone already, or so new that it has no session of its own yet.
    if (isOwnChild(pid)) told(pid, signal);
  }
}

function told(receiver: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(receiver, signal);
  } catch {
    return false;
  }
}

/** Whether a process was started by this one and not by whoever has its number now. Only Linux says. */
function isOwnChild(pid: number): boolean {
  return process.platform === 'linux' && statOf(pid)?.parent === process.pid;
}

/** The groups of a session; a dead leader's session keeps its number while anything of it lives. */
function groupsOf(session: number): readonly number[] {
  return readdirSync('/proc').flatMap((entry) => {
    const stat = /^\d+$/.test(entry) ? statOf(Number(entry)) : null;
    return stat?.session === session && stat.group > 1 ? [stat.group] : [];
  });
}

/** What the system says of a process; null when there is none. */
function statOf(pid: number): { readonly parent: number; readonly group: number; readonly session: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // `pid (name) state ppid pgrp session …`; the name may hold blanks and brackets.
    const [, parent, group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(parent), group: Number(group), session: Number(session) };
  } catch {
    return null;
  }
}
