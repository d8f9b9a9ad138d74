import { closeSync, openSync, statSync } from 'node:fs';
import type { SearchIndexState } from '../contract/search';
import type { Database } from './database';
import { sourceOf } from './search-write';
import { lastWhole, transcriptFile } from './transcript-file';

/**
 * How far an index is with some sessions' transcripts: `ready`, or `behind` by so many bytes, with why nobody reads them. Only
 * whole events count, because nothing else of a transcript is ever found, and only of transcripts that can be looked at.
 */
export function readinessOf(
  index: Database,
  from: { readonly transcripts: string; readonly sessions: Iterable<number>; readonly unreadBecause: string | null },
): SearchIndexState {
  let of = 0;
  for (const session of from.sessions) {
    of += bytesAfter(transcriptFile(from.transcripts, session), sourceOf(index, session)?.bytes ?? 0);
  }
  if (of === 0) return { state: 'ready', done: 0, of: 0, reason: null };
  return { state: 'behind', done: 0, of, reason: from.unreadBecause };
}

/** How far an index is that is written: behind what `grown` since, and when all of that is in it, behind what is `unread` for now. */
export function readinessWhileReading(
  index: Database,
  from: { readonly transcripts: string; readonly grown: Iterable<number>; readonly unread: ReadonlySet<number> },
): SearchIndexState {
  const { transcripts, grown, unread } = from;
  const reading = readinessOf(index, { transcripts, sessions: grown, unreadBecause: null });
  if (reading.state !== 'ready' || unread.size === 0) return reading;
  const { of } = readinessOf(index, { transcripts, sessions: unread, unreadBecause: null });
  const which = unread.size === 1 ? 'one of them' : `${unread.size} of them`;
  return {
    ...reading,
    state: 'behind',
    of,
    reason: `${which} cannot be read; the log says why, and it is tried again.`,
  };
}

/** The bytes of whole events after a byte of a transcript; none of one that cannot be read. */
function bytesAfter(file: string, read: number): number {
  try {
    // Most have not grown, and are not opened.
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) <= read) return 0;
    const fd = openSync(file, 'r');
    try {
      return Math.max(0, lastWhole(fd).size - read);
    } finally {
      closeSync(fd);
    }
  } catch {
    // A search over all the others is worth more than to hear of this one.
    return 0;
  }
}
