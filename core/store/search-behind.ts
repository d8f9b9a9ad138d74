import { statSync } from 'node:fs';
import type { Database } from './database';
import { sourceOf } from './search-write';
import { transcriptFile } from './transcript-file';

/** How many bytes of some sessions' transcripts are not in the index yet. */
export function bytesBehind(
  index: Database,
  { transcripts, sessions }: { readonly transcripts: string; readonly sessions: Iterable<number> },
): number {
  let behind = 0;
  for (const session of sessions) {
    const size = statSync(transcriptFile(transcripts, session), { throwIfNoEntry: false })?.size ?? 0;
    behind += Math.max(0, size - (sourceOf(index, session)?.bytes ?? 0));
  }
  return behind;
}
