import { isUndecided } from '../contract/comment';
import { type CommentRow, commentsOf } from '../store/comments';
import type { Database } from '../store/database';
import { type Landing, markLandingTold } from '../store/landings';
import { newestSession } from '../store/sessions';
import { readTranscript } from '../store/transcript-read';
import type { Deps } from './deps';
import { tell } from './putting-away';

/** A landing that is over, and when. */
type Over = Pick<Landing, 'id' | 'task' | 'baseRef' | 'createdAt'> & { readonly endedAt: number };

type Telling = Pick<Deps, 'db' | 'writer' | 'folders' | 'now' | 'log'>;

/** What agents said of a change while it landed, which could hold it back no more, and that the person has not decided on. */
export function lateComments(db: Database, { task, createdAt, endedAt }: Omit<Over, 'id' | 'baseRef'>): CommentRow[] {
  return commentsOf(db, task).filter(
    (comment) => isUndecided(comment) && comment.createdAt >= createdAt && comment.createdAt <= endedAt,
  );
}

/**
 * Says that at the end of the task's conversation, without what is `said` there already, and then notes that it was. What
 * cannot be kept there now, the next start says.
 */
export async function tellLate(deps: Telling, over: Over, said: ReadonlySet<string> = new Set()): Promise<void> {
  const base = over.baseRef.replace(/^refs\/heads\//, '');
  const words = lateComments(deps.db, over).map((comment) => cameLate(comment, base));
  const task = { id: over.task, newestSession: newestSession(deps.db, over.task) };
  const left = words.filter((text) => !said.has(text));
  if (!tell(deps, task, left)) return;
  await deps.writer.write((db) => markLandingTold(db, { landing: over.id, at: deps.now() }));
}

/** Says it where the process died before that, or before it was noted: what was said and not noted stands in the conversation. */
export async function tellAgain(deps: Telling, over: Over): Promise<void> {
  const session = newestSession(deps.db, over.task)?.id;
  const said = new Set<string>();
  if (session !== undefined) {
    for await (const batch of readTranscript({ folder: deps.folders.transcripts, session, after: 0 }))
      for (const event of batch) if (event.type === 'notice') said.add(event.text);
  }
  await tellLate(deps, over, said);
}

function cameLate({ place: { path, lines }, by, text }: CommentRow, base: string): string {
  const where = `${path}${lines === null ? '' : `:${lines.first}`}`;
  return `While this change landed on ${base}, ${by} left a comment on ${where}, which nobody had seen: ${text}`;
}
