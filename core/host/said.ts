import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const saidSchema = z.object({
  /** How many bytes the program had printed when it was told this. */
  printed: z.number().int().min(0),
  text: z.string(),
});
/** One text a program on pipes was given to read. */
export type SaidText = z.infer<typeof saidSchema>;

/** Notes a text before the program is given it. Throws what the file system says; then it is not to be given. */
export function noteSaid(folder: string, said: SaidText): void {
  const file = openSync(saidFile(folder), 'a', 0o600);
  const { size } = fstatSync(file);
  try {
    writeFileSync(file, `${JSON.stringify(said)}\n`);
  } catch (cause) {
    // What a full disk took of the line would spoil the next one.
    ftruncateSync(file, size);
    throw cause;
  } finally {
    closeSync(file);
  }
}

/** Every text a program on pipes was given, in order. A last line that was cut off was not given. */
export function readSaid(folder: string): readonly SaidText[] {
  return textOf(saidFile(folder))
    .split('\n')
    .flatMap((line) => {
      try {
        const read = saidSchema.safeParse(JSON.parse(line));
        return read.success ? [read.data] : [];
      } catch {
        return [];
      }
    });
}

function saidFile(folder: string): string {
  return join(folder, 'said.jsonl');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
