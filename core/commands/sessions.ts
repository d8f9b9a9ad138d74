import type { Session } from '../contract/session';
import type { TranscriptEvent } from '../contract/transcript';
import { listSessions, readSession } from '../store/sessions';
import { followTranscript } from '../store/transcript-follow';
import { readTranscript } from '../store/transcript-read';
import { openPage } from './page';
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

/** What the transcript holds now after `after`, as much as fits in one answer. */
export async function read(room: Room, input: { session: number; after: number }): Promise<TranscriptEvent[]> {
  readSession(room.db, input.session);
  const page = openPage<TranscriptEvent>();
  for await (const events of readTranscript({ folder: room.folders.transcripts, ...input })) {
    for (const event of events) if (!page.takes(event)) return [...page.items];
  }
  return [...page.items];
}
