import type { Request } from '../contract/request';
import type { Database } from '../store/database';
import { markMessagesDelivered, pendingMessages } from '../store/messages';
import { markDelivered, undelivered } from '../store/requests';
import { insertSession, newestSession, updateSession } from '../store/sessions';
import { readTranscript } from '../store/transcript-read';
import type { Deps } from './deps';
import { commentMessage, lateAnswerMessage } from './messages';

/** A session in hand. */
export interface OpenSession {
  readonly id: number;
  /** The agent's own id of the conversation; null until it has said one. */
  agentSession: string | null;
  /** The agent was heard in the present turn. */
  begun: boolean;
}

/** What is said to the agent next. */
export interface Words {
  readonly text: string;
  readonly by: 'person' | 'switchyard';
  /** Marks as delivered what these words carry. Safe to call twice. */
  readonly said: (db: Database, at: number) => void;
}

/**
 * The session to go on with: the task's newest one of the same agent, or a new one. A conversation in which the agent
 * was never heard is begun anew, because it may not know what the task is.
 */
export async function openSession(deps: Deps, task: number, agent: string): Promise<OpenSession> {
  const newest = newestSession(deps.db, task);
  if (newest?.agent !== agent) {
    const id = await deps.writer.write((db) => insertSession(db, { task, agent, at: deps.now() }));
    return { id, agentSession: null, begun: false };
  }
  const heard = await wasHeard(deps.folders.transcripts, newest.id);
  await deps.writer.write((db) =>
    updateSession(db, { session: newest.id, state: 'starting', endReason: null, endedAt: null }),
  );
  return { id: newest.id, agentSession: heard ? newest.agentSession : null, begun: false };
}

/**
 * What to say next: the task's prompt in a new conversation, else the person's comments and the answers nobody waited
 * for any more. Empty when there is nothing new: then a cut-off turn goes on, and a finished one is finished.
 */
export function nextWords(
  db: Database,
  subject: { readonly claim: { readonly task: number }; readonly prompt: string },
  session: OpenSession,
  afterTurn: boolean,
): Words {
  const comments = pendingMessages(db, subject.claim.task);
  const late = undelivered(db, subject.claim.task).filter((request) => request.kind === 'clarification');
  const opening = session.agentSession === null ? [subject.prompt] : [];
  // Right after a restart a stored answer may still be asked for again, and then it is delivered as that answer.
  const lateNow = afterTurn ? late : [];
  const parts = [
    ...opening,
    ...(comments.length > 0 ? [commentMessage(comments.map((comment) => comment.text))] : []),
    ...(lateNow.length > 0 ? [lateAnswerMessage(lateNow.map(inWords))] : []),
  ];
  return {
    text: parts.join('\n\n'),
    by: 'person',
    said: (database, at) => {
      markMessagesDelivered(database, { messages: comments.map((comment) => comment.id), at });
      for (const request of lateNow) markDelivered(database, { request: request.id, at });
    },
  };
}

async function wasHeard(folder: string, session: number): Promise<boolean> {
  for await (const events of readTranscript({ folder, session, after: 0 })) {
    if (events.some((event) => event.type !== 'prompt' && event.type !== 'notice')) return true;
  }
  return false;
}

function inWords(request: Request): { title: string; text: string } {
  const chosen = (request.answer?.options ?? []).map((index) => request.options[index]?.label ?? '');
  const parts = [...chosen, request.answer?.text ?? ''].filter((part) => part !== '');
  return { title: request.title, text: parts.join(', ') };
}
