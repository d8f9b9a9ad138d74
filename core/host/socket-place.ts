import { createHash } from 'node:crypto';
import { mkdtempSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** The longest path a Unix socket may have on every system we run on, less a margin. */
const longestPath = 100;
const ownSocket = 'socket';

/**
 * Where a new socket of a run folder is to listen: in the folder under its name, or, when that path is too long for the
 * system, in a folder of its own that is made for it here. On Windows a named pipe. Throws when no place is short enough.
 */
export function makeSocketPlace(run: string, name: string): string {
  if (process.platform === 'win32') return pipeOf(run, name);
  const usual = join(run, name);
  if (fits(usual)) return usual;
  const folder = shortFolders().find((short) => fits(join(short, `${ownFolder(run)}XXXXXX`, ownSocket)));
  if (folder === undefined) {
    throw new Error(`No path for a socket of ${run} is short enough. Set TMPDIR to a folder with a short path.`);
  }
  return join(mkdtempSync(join(folder, ownFolder(run))), ownSocket);
}

/** Whether a socket of this name could be of this run folder, however its path is spelled; a copied folder's never is. */
export function isSocketPlace(run: string, name: string, socket: string): boolean {
  return kindOf(run, name, socket) !== null;
}

/** Removes the socket of one that is dead, and the folder that was made for it alone. Touches nothing else. */
export function removeSocketPlace(run: string, name: string, socket: string): void {
  const kind = kindOf(run, name, socket);
  if (kind === null || kind === 'pipe') return;
  rmSync(socket, { force: true });
  if (kind === 'usual') return;
  try {
    rmdirSync(dirname(socket));
  } catch {
    // It is gone already, or holds what is not ours.
  }
}

function kindOf(run: string, name: string, socket: string): 'pipe' | 'usual' | 'own folder' | null {
  if (process.platform === 'win32') return socket === pipeOf(run, name) ? 'pipe' : null;
  const folder = dirname(socket);
  if (basename(socket) === name && isSame(folder, run)) return 'usual';
  const own = basename(socket) === ownSocket && basename(folder).startsWith(ownFolder(run));
  return own && shortFolders().some((short) => isSame(dirname(folder), short)) ? 'own folder' : null;
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= longestPath;
}

/** What is meant for temporary files may itself be somewhere deep. */
function shortFolders(): readonly string[] {
  return [tmpdir(), '/tmp'];
}

function ownFolder(run: string): string {
  return `switchyard-${digestOf(run).slice(0, 12)}-`;
}

function pipeOf(run: string, name: string): string {
  return `\\\\.\\pipe\\switchyard-${digestOf(join(run, name).toLowerCase()).slice(0, 32)}`;
}

function digestOf(path: string): string {
  return createHash('sha256').update(realPath(path)).digest('hex');
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isSame(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
