import { lstatSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { shell } from 'electron';

/**
 * Shows a folder beneath that of the worktrees in the system's file manager. Nothing else is shown, and nothing is opened: a
 * folder may be a program on some systems.
 */
export function showFolder(path: string, worktrees: string): void {
  const found = folderBeneath(path, worktrees);
  if (found !== null) shell.showItemInFolder(found);
}

function folderBeneath(path: string, worktrees: string): string | null {
  try {
    const real = realpathSync(path);
    return real.startsWith(`${realpathSync(worktrees)}${sep}`) && lstatSync(real).isDirectory() ? real : null;
  } catch {
    return null;
  }
}
