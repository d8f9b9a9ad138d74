import { appendFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './make-folder';

/** One structured line of the log. Facts are small JSON values; never prompts, answers, keys or environments. */
export type Log = (
  level: 'info' | 'warning' | 'error',
  message: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

const maximumBytes = 4 * 1024 * 1024;

/** A log in `folder`, one JSON object a line, of which the newest 4 to 8 MiB are kept. */
export function openLog(folder: string): Log {
  makeFolder(folder);
  const file = join(folder, 'switchyard.log');
  let size = sizeOf(file);
  return (level, message, facts = {}) => {
    const line = `${JSON.stringify({ at: new Date().toISOString(), level, message, ...facts })}\n`;
    try {
      if (size > maximumBytes) {
        renameSync(file, `${file}.1`);
        size = 0;
      }
      appendFileSync(file, line, { mode: 0o600 });
      size += Buffer.byteLength(line);
    } catch {
      // A full disk must not turn a log line into a failure of the work it describes.
    }
  };
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
