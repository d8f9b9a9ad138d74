import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const recordSchema = z.object({ url: z.url(), token: z.string().min(1) });

/** Where the server of a runtime is reached, and the token for the person's own programs. */
export type ServerRecord = z.infer<typeof recordSchema>;

/** Reads where the server of the runtime of a data folder is; null when none says so. The runtime may have died since. */
export function readServer(run: string): ServerRecord | null {
  try {
    const read = recordSchema.safeParse(JSON.parse(readFileSync(join(run, 'server.json'), 'utf8')));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
