import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from './contract/errors';
import { shellWord } from './contract/shell-word';
import { usualManifest } from './service-manifest';

/** Where it stands which services a runtime was started with, from before it takes work until it has stopped. */
function markFile(data: string): string {
  return join(data, 'run', 'services.json');
}

/**
 * The file that names the services the runtime of a data folder was started with; null when it was started without. Where no runtime
 * runs, one with services was killed. A mark that cannot be read is taken for one of the usual file.
 */
export function readServicesMark(data: string): string | null {
  let text: string;
  try {
    text = readFileSync(markFile(data), 'utf8');
  } catch {
    return null;
  }
  try {
    const { file } = JSON.parse(text) as { readonly file?: unknown };
    if (typeof file === 'string') return file;
  } catch {
    // Who wrote it was cut short by the machine; that there were services is all it says then.
  }
  return join(data, usualManifest);
}

/**
 * Notes durably which services this owner of the data folder starts. Gives what puts back how it was before, for a start that fails.
 * Throws NOT_STARTED when an owner with services was killed and this one has none, unless that is asked for.
 */
export function markServices(
  data: string,
  { file, without }: { readonly file: string | null; readonly without: boolean },
): () => void {
  const before = readServicesMark(data);
  if (before !== null && file === null && !without) {
    throw new CodedError('NOT_STARTED', `Nothing was started. ${killedWithServices(data, before)}`, {
      facts: { services: before },
    });
  }
  if (before !== file) setServicesMark(data, file);
  return () => setServicesMark(data, before);
}

/** Notes which services there are; null for none. */
export function setServicesMark(data: string, file: string | null): void {
  const mark = markFile(data);
  if (file === null) {
    rmSync(mark, { force: true });
    return;
  }
  const written = openSync(`${mark}.new`, 'w', 0o600);
  try {
    writeSync(written, `${JSON.stringify({ file })}\n`);
    fsyncSync(written);
  } finally {
    closeSync(written);
  }
  renameSync(`${mark}.new`, mark);
}

/** That a runtime with services was killed, and how its tasks go on with them and without. */
export function killedWithServices(data: string, file: string): string {
  const up = file === join(data, usualManifest) ? 'switchyard up' : `switchyard up --services ${shellWord(file)}`;
  return (
    `The runtime was started with the services of ${file} and was killed, and its tasks are not to go on without them unasked. ` +
    `With them: \`${up}\`. Without them: \`switchyard start --without-services\`.`
  );
}
