import { dirname } from 'node:path';
import { assemble } from './assemble';
import type { Config } from './config';
import { findGit } from './git/git';
import { openLog } from './log';
import { makeFolder } from './make-folder';
import type { Runtime, RuntimeOptions } from './runtime';
import { closeDatabase, damaged, openDatabase, openForReading } from './store/database';
import { createSearchIndex } from './store/search-index';
import { lookIntoSearch } from './store/search-look';
import { createWriter, refusingWriter } from './store/writer';

/**
 * Opens the data folder and puts the rooms together. The caller owns the folder already. Throws NOT_WRITABLE,
 * NEWER_DATABASE, DISK_FULL, NOT_FOUND (no git), each with what to do. Nothing is claimed before `start`.
 */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { config } = options;
  makeFolders(config);
  const git = await findGit(config.environment, options.execute);
  const db = openDatabase({ file: config.folders.database, nativeBinding: config.nativeBinding ?? undefined });
  const log = openLog(config.folders.logs);
  const writer = createWriter(db, {
    onTailError: (cause) => log('error', 'A commit could not be followed up.', { cause: String(cause) }),
  });
  return assemble(options, { git, db, log, writer, search: createSearchIndex }).runtime;
}

/** What a data folder answers to calls that only read, without a runtime. */
export interface Look {
  readonly router: Runtime['router'];
  close(): Promise<void>;
}

/**
 * Opens a data folder that nobody need own only to read it: nothing is claimed, recovered, started or changed, and a call that
 * would change something is refused. Null when there is no store of this version's schema. Throws NOT_FOUND (no git), or INTERNAL
 * where the store is damaged.
 */
export async function lookInto(options: Pick<RuntimeOptions, 'config' | 'desktop'>): Promise<Look | null> {
  const { folders, nativeBinding, environment } = options.config;
  const db = openForReading({ file: folders.database, nativeBinding });
  if (db === null) return null;
  try {
    const git = await findGit(environment, undefined);
    const parts = { git, db, log: () => {}, writer: refusingWriter(), search: lookIntoSearch };
    const shell = { ...options, owner: 'background', askHuman: null, onStopRequested: () => {} } as const;
    const { runtime, leave } = assemble(shell, parts);
    return { router: runtime.router, close: leave };
  } catch (cause) {
    closeDatabase(db);
    throw damaged(cause, folders.database) ?? cause;
  }
}

function makeFolders(config: Config): void {
  const { database, ...folders } = config.folders;
  for (const folder of [dirname(database), ...Object.values(folders)]) makeFolder(folder);
}
