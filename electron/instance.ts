import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { app, dialog } from 'electron';
import type { Folders } from '../core/config';
import { makeFolder } from '../core/make-folder';

/**
 * Makes this the one app for its data folder. Gives false when another app has it already (which then comes to the
 * front and is told the folder named) or when the folder cannot be used; either way this one must end.
 */
export function claimInstance(folders: Folders, openFolder: (folder: string | null) => void): boolean {
  const userData = join(folders.data, 'window');
  try {
    makeFolder(userData);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    dialog.showErrorBox('Switchyard cannot start', reason);
    return false;
  }
  // Set before the lock is asked for: the lock is one for each data folder, so several may run side by side.
  app.setPath('userData', userData);
  app.setPath('sessionData', userData);
  if (!app.requestSingleInstanceLock()) return false;
  app.on('second-instance', (_event, argv, directory) => openFolder(folderIn(argv, directory)));
  return true;
}

/** The folder named on a command line, absolute; null when none is. */
export function folderIn(argv: readonly string[], directory: string): string | null {
  // In a checkout the program is followed by the app's own folder.
  const own = app.isPackaged ? 1 : 2;
  for (const word of argv.filter((each) => !each.startsWith('-')).slice(own)) {
    const path = resolve(directory, word);
    try {
      if (statSync(path).isDirectory()) return path;
    } catch {
      // Not a path: a switch's value, or a page address.
    }
  }
  return null;
}
