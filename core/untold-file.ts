import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { relayMessageSchema } from './contract/relay';

const resultSchema = z.object({
  /** Where it is told. */
  subject: z.string(),
  message: relayMessageSchema,
  /** The message of a task that it answers; null where nobody waits for it. */
  answers: z.number().int().nullable(),
});
/** A result that the relay does not have yet. */
export type UntoldResult = Readonly<z.infer<typeof resultSchema>>;

const keptSchema = z.object({
  session: z.number().int().positive(),
  /** The first of its events that the relay may not have, and the newest there was. */
  next: z.number().int().positive(),
  newest: z.number().int().nonnegative(),
  results: z.array(resultSchema),
});
/** A session of which the relay does not have all. */
export type KeptUntold = Omit<Readonly<z.infer<typeof keptSchema>>, 'results'> & {
  readonly results: readonly UntoldResult[];
};

/** Reads what an earlier runtime could not tell. What cannot be read is set aside, for it would be written over, and `onUnread` is told why. */
export function readUntold(file: string, onUnread: (cause: unknown) => void): readonly KeptUntold[] {
  try {
    return z.array(keptSchema).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    onUnread(cause);
    rmSync(`${file}.unread`, { recursive: true, force: true });
    renameSync(file, `${file}.unread`);
    return [];
  }
}

/** Keeps what could not be told, whole or not at all; no file where there is nothing. */
export function writeUntold(file: string, lines: readonly KeptUntold[]): void {
  if (lines.length === 0) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const written = openSync(`${file}.new`, 'w', 0o600);
  try {
    writeFileSync(written, `${JSON.stringify(lines)}\n`);
    fsyncSync(written);
  } finally {
    closeSync(written);
  }
  renameSync(`${file}.new`, file);
}
