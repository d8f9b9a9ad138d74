import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const memorySchema = z.object({
  id: z.string(),
  /** Everything the agent was told to do, oldest first. */
  prompts: z.array(z.string()),
  /** How many steps of the newest prompt are done; a turn that was cut off goes on after them. */
  done: z.number().int(),
  /** The file that notes are kept in, relative to the worktree. */
  file: z.string(),
  /** Answers and the reasons of denials, in the words the agent got. */
  told: z.array(z.string()),
  /** The reasons of once-only failures that have happened. */
  failed: z.array(z.string()),
});

/** What the echo agent remembers of one conversation. */
export type EchoMemory = Readonly<z.infer<typeof memorySchema>>;

const idPattern = /^[0-9a-f-]{36}$/;

/** The memory of a conversation, or null when there is none. */
export async function readMemory(folder: string, id: string): Promise<EchoMemory | null> {
  // The id comes from the database, but it becomes a file name.
  if (!idPattern.test(id)) return null;
  try {
    return memorySchema.parse(JSON.parse(await readFile(fileOf(folder, id), 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Keeps a conversation, whole or not at all. */
export async function writeMemory(folder: string, memory: EchoMemory): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = fileOf(folder, memory.id);
  await writeFile(`${file}.new`, JSON.stringify(memory), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

function fileOf(folder: string, id: string): string {
  return join(folder, `${id}.json`);
}
