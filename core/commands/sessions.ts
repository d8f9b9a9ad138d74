import type { Session } from '../contract/session';
import type { TranscriptEvent } from '../contract/transcript';
import { listSessions, readSession } from '../store/sessions';
import { followTranscript } from '../store/transcript-follow';
import { readTranscript } from '../store/transcript-read';
import type { Room } from './room';

/** A task's sessions, oldest first. */
export function list(room: Room, task: number): Session[] {
  return listSessions(room.db, task);
}

/** The transcript after `after`, and on as it grows, until the follower leaves. */
export function follow(
  room: Room,
  input: { session: number; after: number },
  signal: AbortSignal | undefined,
): AsyncIterable<TranscriptEvent[]> {
  readSession(room.db, input.session);
  return followTranscript({ folder: room.folders.transcripts, ...input, signal });
}

/** One answer to `read` holds about this much, so that it fits in one message of every door. */
const pageCharacters = 4 * 1024 * 1024;

/** What the transcript holds now after `after`, as much as fits in one answer. */
export async function read(room: Room, input: { session: number; after: number }): Promise<TranscriptEvent[]> {
  readSession(room.db, input.session);
  const page: TranscriptEvent[] = [];
  let size = 0;
  for await (const events of readTranscript({ folder: room.folders.transcripts, ...input })) {
    for (const event of events) {
      size += JSON.stringify(event).length;
      if (page.length > 0 && size > pageCharacters) return page;
      page.push(event);
    }
  }
  return page;
}
