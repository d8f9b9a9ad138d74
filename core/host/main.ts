import { closeSync, writeSync } from 'node:fs';
import { closeInherited } from '../starter/inherited';
import { hostRecordSchema } from './protocol';
import { recordFile } from './records';
import { serveHost } from './serve';

/**
 * The program of a host: started by the runtime with what it needs as arguments, in a session of its own. It says on its
 * fourth descriptor how its start went. What it holds outlives the runtime; SIGTERM ends it with all it holds.
 */
async function main([run = '', outputs = '', version = '', id = '', socket = '']: readonly string[]): Promise<void> {
  closeInherited(3);
  // A terminal it was started from may go; that is no reason to let go of anything.
  for (const signal of ['SIGHUP', 'SIGINT'] as const) process.on(signal, () => {});
  const record = hostRecordSchema.parse({ id, pid: process.pid, socket });
  const { over, close } = await serveHost({ record, recordFile: recordFile(run, id), outputs, version });
  process.on('SIGTERM', close);
  report('ready');
  await over;
}

function report(text: string): void {
  try {
    writeSync(3, text);
    closeSync(3);
  } catch {
    // Whoever started it is gone; the next one finds it by its record.
  }
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error) => {
    report(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
