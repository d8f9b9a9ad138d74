import type { Request, RequestKind } from '../contract/request';
import type { TranscriptBody } from '../contract/transcript';
import { type CheckpointRow, listCheckpoints } from '../store/checkpoints';
import type { Database } from '../store/database';
import { handMessages, markMessagesDelivered } from '../store/messages';
import { markDelivered, openRequestsOf, undelivered } from '../store/requests';
import { markReturnTold, type Return, untoldReturn } from '../store/returns';
import { diedAtWork, insertSession, newestSession, readSession, sessionPlace, updateSession } from '../store/sessions';
import { isDriven } from '../store/takeovers';
import { readTranscript } from '../store/transcript-read';
import type { Deps, Stop } from './deps';
import type { HeldTurn } from './held-turn';
import { commentMessage, cutOffMessage, type LateAnswer, lateAnswerMessage, wentBackMessage } from './messages';

/** A session in hand. */
export interface OpenSession {
  readonly id: number;
  /** The agent's own id of the conversation; null until it has said one. */
  agentSession: string | null;
  /** The place in that conversation to go on from, because the person went back; null is its end. */
  resumeAt: string | null;
  /** The agent was heard in the present turn. */
  begun: boolean;
  /** The last turn the agent was heard in was cut off, and not by the person: it goes on before it is told more. */
  cutOff: boolean;
}

/** Something said to the agent, and by whom: what Switchyard puts together is its own, whatever it tells of. */
interface Saying {
  readonly text: string;
  readonly by: 'person' | 'switchyard';
}

/** What is said to the agent next. Kept as JSON with a turn that is held. */
export interface Words {
  /** All of it, as the agent is given it. */
  readonly text: string;
  /** The same in its parts, no two in a row by the same. */
  readonly said: readonly Saying[];
  /** The person's messages these words carry. */
  readonly messages: readonly number[];
  /** The requests these words tell the agent of. */
  readonly about: readonly number[];
  /** Those of them whose answer the agent has with these words. */
  readonly answers: readonly number[];
  /** The going back they tell the agent of; null for none. */
  readonly back: number | null;
}

/**
 * The session to go on with: the task's newest one of the same agent, or a new one. A conversation in which the agent
 * was never heard is begun anew, because it may not know what the task is.
 */
export async function openSession(deps: Deps, task: number, agent: string): Promise<OpenSession> {
  const newest = newestSession(deps.db, task);
  if (newest?.agent !== agent) {
    const id = await deps.writer.write((db) => insertSession(db, { task, agent, at: deps.now() }));
    return { id, agentSession: null, resumeAt: null, begun: false, cutOff: false };
  }
  // A conversation the person began in a terminal is heard of only when they hand it back.
  const driven = isDriven(deps.db, task);
  const heard = driven || (await wasHeard(deps.folders.transcripts, newest.id));
  await deps.writer.write((db) =>
    updateSession(db, { session: newest.id, state: 'starting', endedAt: null, ...(!driven && { endReason: null }) }),
  );
  const agentSession = heard ? newest.agentSession : null;
  const cutOff = agentSession !== null && wasCutOff(newest.endReason ?? '');
  const resumeAt = agentSession === null ? null : sessionPlace(deps.db, newest.id).resumeAt;
  return { id: newest.id, agentSession, resumeAt, begun: false, cutOff };
}

/**
 * What its conversation has to say of a runtime that died over it, at the place where it is gone on with: a sentence, or
 * null when none did. Asked before the session is opened, which forgets why it had ended; so it is said once for each end.
 */
export function cutShortWords(
  deps: Pick<Deps, 'db'>,
  task: { readonly id: number; readonly agent: string },
  held: HeldTurn | null,
): string | null {
  if (held !== null) return 'Switchyard ended unexpectedly here. The agent worked on, and its turn goes on.';
  const newest = newestSession(deps.db, task.id);
  if (newest?.agent !== task.agent || newest.endReason !== diedAtWork || isDriven(deps.db, task.id)) return null;
  return 'Switchyard ended unexpectedly here, and the agent with it. Its turn is begun again in the same conversation.';
}

/** The session of a turn that is gone on with: it has not ended. */
export function heldSession(deps: Pick<Deps, 'db'>, held: Pick<HeldTurn, 'session' | 'given'>): OpenSession {
  const { id, agentSession } = readSession(deps.db, held.session);
  const { resumeAt } = sessionPlace(deps.db, id);
  return { id, agentSession, resumeAt, begun: false, cutOff: held.given.cutOff };
}

/** Why a session ended, as its row says it; `stop` is what ended the work on the task from outside. */
export function endReasonOf({ begun, cutOff }: OpenSession, stop: Stop | undefined): string {
  const why = stop ?? 'turn over';
  // A person who cancels has the last word, and what they write next comes first.
  if (cutOff && stop !== 'cancelled') return `${why}${cutOffMark}`;
  if (!begun) return `${why}, before the agent was heard`;
  return cutReasons.includes(why) ? `${why}, between turns` : why;
}

const cutOffMark = ', cut off';

/** Whether the agent was at work when its session ended: the turn was cut off, or the runtime died (`endOpenSessions`). */
export function wasCutOff(endReason: string): boolean {
  return endReason.endsWith(cutOffMark) || cutReasons.includes(endReason) || endReason === diedAtWork;
}

/** What rows of earlier versions say when the runtime closed or lost the task, and then always of a turn that was cut off. */
const cutReasons: readonly string[] = ['closing', 'lost'];

/**
 * What to say next: the task's prompt in a new conversation, else the person's comments, the answers nobody waited for
 * any more, and the leave whose question was cut off, each of the last two once (`told`). Empty when there is
 * nothing new: then a cut-off turn goes on, and a finished one is finished. A turn that was cut off, by a budget, by a
 * limit or by the end of the runtime, goes on first, or what it was asked to do would be left half done. Written in a
 * transaction of its own: from its commit on what is said cannot be changed any more.
 */
export function nextWords(
  db: Database,
  subject: {
    readonly claim: { readonly task: number };
    readonly prompt: string;
    readonly promptBy: Saying['by'];
  },
  session: OpenSession,
  {
    afterTurn,
    told,
    at: handedAt,
  }: { readonly afterTurn: boolean; readonly told: ReadonlySet<number>; readonly at: number },
): Words {
  const comments = session.cutOff ? [] : handMessages(db, { task: subject.claim.task, at: handedAt });
  const opening: Saying[] = session.agentSession === null ? [{ text: subject.prompt, by: subject.promptBy }] : [];
  // Right after a restart whatever was asked may be asked again, and then it gets its stored answer or its open row.
  const unsaid = (request: Request) => afterTurn && !told.has(request.id);
  const late = undelivered(db, subject.claim.task).filter(
    (given) => unsaid(given) && (isLeave(given) || given.kind === 'clarification'),
  );
  const cutOff = openRequestsOf(db, subject.claim.task).filter((open) => unsaid(open) && isLeave(open));
  const back = untoldReturn(db, subject.claim.task);
  const ours = (text: string): Saying => ({ text, by: 'switchyard' });
  return {
    ...together([
      ...opening,
      ...(back === undefined ? [] : [ours(wentBackMessage(targetOf(db, back)))]),
      ...comments.map(
        ({ text, by }) => ({ text: commentMessage(text), by: by === 'person' ? by : 'switchyard' }) as const,
      ),
      ...(late.length > 0 ? [ours(lateAnswerMessage(late.map(inWords)))] : []),
      ...(cutOff.length > 0 ? [ours(cutOffMessage(cutOff.map((open) => open.title)))] : []),
    ]),
    messages: comments.map((comment) => comment.id),
    about: [...late, ...cutOff].map((request) => request.id),
    // Leave is kept for the asking that these words lead to.
    answers: late.flatMap(({ id, answer }) => (answer?.decision === 'allow' ? [] : [id])),
    back: back?.id ?? null,
  };
}

/** Everything that is said, with what one has to say in a row as one saying. */
export function together(sayings: readonly Saying[]): Pick<Words, 'text' | 'said'> {
  const said: Saying[] = [];
  for (const { text, by } of sayings) {
    const last = said.at(-1);
    if (last === undefined || last.by !== by) said.push({ text, by });
    else said[said.length - 1] = { by, text: `${last.text}\n\n${text}` };
  }
  return { text: said.map(({ text }) => text).join('\n\n'), said };
}

/** Marks as delivered what words carry. Safe to call twice. */
export function markSaid(db: Database, { messages, answers, back }: Words, at: number): void {
  if (back !== null) markReturnTold(db, { id: back, at });
  markMessagesDelivered(db, { messages, at });
  for (const request of answers) markDelivered(db, { request, at });
}

function targetOf(db: Database, back: Return): CheckpointRow | null {
  return listCheckpoints(db, back.task).find(({ number }) => number === back.target) ?? null;
}

/** Whether this is leave the agent asks for again by itself, once it is told that nobody refused it. */
export function isLeave(request: Pick<Request, 'kind' | 'tool'>): boolean {
  return request.kind === 'plan' || (request.kind === 'permission' && request.tool !== null);
}

/** What the agent itself says or does, as against what is noted beside it. */
const byAgent: ReadonlySet<TranscriptBody['type']> = new Set(['text', 'thought', 'tool', 'plan', 'usage']);

/** What is asked of the person on the task's behalf, with no agent at work. */
const notByAgent: readonly string[] = ['start', 'budget'] satisfies readonly RequestKind[];

/** Whether a line of the transcript is the agent's own doing. */
export function isByAgent({ type }: TranscriptBody): boolean {
  return byAgent.has(type);
}

/** Whether a line of the transcript shows that the agent took up its turn: what it says, does or asks, and nothing else. */
export function isHeard(body: TranscriptBody): boolean {
  return isByAgent(body) || (body.type === 'request' && !notByAgent.includes(body.kind));
}

async function wasHeard(folder: string, session: number): Promise<boolean> {
  for await (const events of readTranscript({ folder, session, after: 0 })) {
    if (events.some(isHeard)) return true;
  }
  return false;
}

function inWords(request: Request): LateAnswer {
  const decision = request.answer?.decision ?? null;
  const options = decision === null ? (request.answer?.options ?? []) : [];
  const parts = [...options.map((index) => request.options[index]?.label ?? ''), request.answer?.text ?? ''];
  return { title: request.title, decision, text: parts.filter((part) => part !== '').join(', ') };
}
