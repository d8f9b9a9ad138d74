import { createHash } from 'node:crypto';
import { agentGone, type Question } from '../agents/agent';
import type { Answer, RequestKind } from '../contract/request';
import { ruleWords, scopeWords } from '../contract/rule';
import type { TranscriptBody } from '../contract/transcript';
import type { Claim } from '../sources/source';
import { askRequest } from '../store/asking';
import type { Database } from '../store/database';
import type { BudgetAsked } from '../store/grants';
import {
  forgetHanded,
  markDelivered,
  markHanded,
  openRequestsOf,
  readRequest,
  withdrawRequest,
} from '../store/requests';
import { taskRow } from '../store/task-row';
import { moveTask } from '../store/tasks';
import type { Answers } from './answers';
import { answerAsBefore, beforeSentence } from './as-before';
import type { Deps, Stop } from './deps';
import { staysInside } from './inside';
import { answerByRule, type Covered, ruleFor, ruleName, ruleSentence } from './standing';

/** An agent's question, or one the runner itself asks. */
export type AnyQuestion = Omit<Question, 'kind'> & {
  readonly kind: RequestKind;
  /** What makes it the same question when it is asked again; its words when left out. */
  readonly key?: string;
  /** The name of this asking, when it may be read again; see `askRequest`. */
  readonly askedAs?: string | null;
  readonly budget?: BudgetAsked;
};

/** Who asks: one claim's work, and the session it writes to. */
export interface Asker {
  readonly claim: Claim;
  readonly session: number | null;
  /** The worktree, by which it is told where a tool's files lie; null before there is one. */
  readonly directory: string | null;
  /** What happened last, oldest first, shown beside the question. */
  readonly steps: () => readonly string[];
  readonly record: (body: TranscriptBody) => void;
  /** What this asker has asked in the present turn: asking adds to it, and none of it is taken up a second time. */
  readonly asked: Set<number>;
  /** Told when the asker is given an answer. Whoever knows when it is there for good marks it as delivered then. */
  readonly onHanded: (request: number) => void;
  /** Aborted with a `Stop` when the work must end. */
  readonly signal: AbortSignal;
}

/**
 * Puts a question to the person and waits for the answer, without limit; a rule, or what they answered to the same about the
 * same content of a repository, answers in their place. The row is committed before the wait
 * begins; a row the same task left open before a restart is taken up again instead of asking twice. That the answer is
 * handed over is committed before it is. Rejects when the agent withdraws the question or the work is stopped.
 */
export async function ask(
  deps: Deps,
  answers: Answers,
  asker: Asker,
  question: AnyQuestion,
  withdrawn?: AbortSignal,
): Promise<Answer> {
  const { claim, session, directory } = asker;
  const inside = directory !== null && (await staysInside(question.tool, directory));
  const put = await deps.writer.write((db) => {
    const put = askRequest(db, {
      ...question,
      task: claim.task,
      session,
      generation: claim.generation,
      steps: asker.steps(),
      fingerprint: question.key ?? fingerprint(question),
      asked: asker.asked,
      mayBeDone,
      at: deps.now(),
    });
    const covered = session === null ? null : { ...question, task: claim.task, session, inside };
    const by = put.state === 'open' ? answerInPlace(db, { request: put.id, covered, at: deps.now() }) : null;
    if (by !== null) {
      // The row may have been open before a crash, and its task waiting.
      resumeWhenAnswered(db, { task: claim.task, by, reason: 'Answered.', at: deps.now() });
    } else if (put.state === 'open' && taskRow(db, claim.task).state === 'running') {
      moveTask(db, {
        task: claim.task,
        to: 'waiting',
        by: 'runner',
        reason: question.title,
        at: deps.now(),
        generation: claim.generation,
      });
    }
    // Inside, because two of the same may be written in one transaction.
    asker.asked.add(put.id);
    return put;
  });
  const asked = put.id;
  deps.announceRequest(asked);
  deps.announce(claim.task);
  asker.record({ type: 'request', request: asked, kind: question.kind, title: question.title });

  const end = new AbortController();
  const onStop = () => end.abort(asker.signal.reason);
  const onWithdrawn = () => end.abort(new DOMException('The agent took the question back.', 'AbortError'));
  // Whoever is gone took nothing back: the question is still good, and is adopted when the agent asks it again.
  const stays = () =>
    withdrawn?.reason === agentGone || stopOf(asker.signal) === 'closing' || stopOf(asker.signal) === 'lost';
  asker.signal.addEventListener('abort', onStop, { once: true });
  withdrawn?.addEventListener('abort', onWithdrawn, { once: true });
  if (asker.signal.aborted) onStop();
  else if (withdrawn?.aborted) onWithdrawn();
  try {
    const wait = answers.wait(asked, end.signal);
    // An answer committed before the wait began, now or in an earlier run, is delivered like any other.
    answers.deliver(readRequest(deps.db, asked));
    const answer = await wait;
    // Whether the agent was given it is known by what it was told, and that it was to be is noted.
    if (!put.handed) await hand(deps, asked, end.signal);
    const by = readRequest(deps.db, asked).answeredBy ?? 'person';
    asker.record({
      type: 'answer',
      request: asked,
      text: `${describeAnswer(answer, question)}${ruleSentence(deps.db, by)}${beforeSentence(by)}`,
      by,
      ...(answer.decision === null ? {} : { decision: answer.decision }),
    });
    asker.onHanded(asked);
    return answer;
  } catch (reason) {
    if (!stays()) await withdraw(deps, claim.task, asked);
    throw reason;
  } finally {
    asker.signal.removeEventListener('abort', onStop);
    withdrawn?.removeEventListener('abort', onWithdrawn);
  }
}

/** Answers an open question in the person's place, where a rule of theirs does or what they answered before; gives who did, or null. */
function answerInPlace(
  db: Database,
  { request, covered, at }: { readonly request: number; readonly covered: Covered | null; readonly at: number },
): string | null {
  const rule = covered === null ? undefined : ruleFor(db, covered);
  if (rule === undefined) return answerAsBefore(db, { request, at });
  answerByRule(db, { request, rule, at });
  return ruleName(rule);
}

/** Why the work was stopped, or undefined while it was not. */
export function stopOf(signal: AbortSignal): Stop | undefined {
  return signal.aborted ? (signal.reason as Stop) : undefined;
}

/**
 * Moves a task that waited back to `running` once nothing of it is open any more. Called in the transaction that
 * answers or withdraws a request, so the two facts are never apart.
 */
export function resumeWhenAnswered(db: Database, move: { task: number; by: string; reason: string; at: number }): void {
  if (taskRow(db, move.task).state !== 'waiting' || openRequestsOf(db, move.task).length > 0) return;
  moveTask(db, { ...move, to: 'running' });
}

/** Notes that an answer is there for good: it is not given again. Failing to is told in the log and to nobody else. */
export async function delivered(deps: Deps, task: number, request: number): Promise<void> {
  try {
    await deps.writer.write((db) => markDelivered(db, { request, at: deps.now() }));
    deps.announceRequest(request);
  } catch (cause) {
    deps.log('error', 'An answer was delivered but could not be marked so.', { task, request, cause: String(cause) });
  }
}

/**
 * Commits that the asker is given the answer before it is: who dies after this line may have it, who died before has
 * not. Throws the signal's reason when the asker went away meanwhile, and then it was not given.
 */
async function hand(deps: Deps, request: number, gone: AbortSignal): Promise<void> {
  await deps.writer.write((db) => markHanded(db, { request, at: deps.now() }));
  if (!gone.aborted) return;
  await deps.writer.write((db) => forgetHanded(db, request));
  throw gone.reason;
}

/** Shown beside a question that comes again after its leave was handed out. */
const mayBeDone =
  'This was allowed before, and then the agent was cut off: it may have been done already. Look before you allow it again.';

async function withdraw(deps: Deps, task: number, request: number): Promise<void> {
  await deps.writer.write((db) => {
    withdrawRequest(db, { request, at: deps.now() });
    resumeWhenAnswered(db, { task, by: 'runner', reason: 'The agent took its question back.', at: deps.now() });
  });
  deps.announceRequest(request);
  deps.announce(task);
}

/** The same question asked again after a restart has the same fingerprint. */
function fingerprint(question: AnyQuestion): string {
  const parts = [question.kind, question.title, question.body, question.tool?.name ?? '', question.tool?.input ?? ''];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** An answer in words, for the transcript: `Denied: too dangerous`. An option that only repeats the decision is not said. */
export function describeAnswer(answer: Answer, question: Pick<AnyQuestion, 'options'>): string {
  const { decision } = answer;
  const chosen = answer.options
    .map((index) => question.options[index]?.label ?? String(index))
    .filter((label) => decision === null || !repeats[decision].includes(label.toLowerCase()));
  const forGood =
    answer.rule === null ? '' : `, and always ${ruleWords(answer.rule.match)} ${scopeWords(answer.rule.scope)}`;
  const decided = decision === null ? '' : `${decision === 'allow' ? 'Allowed' : 'Denied'}${forGood}`;
  return [decided, chosen.join(', '), answer.text ?? ''].filter((part) => part !== '').join(': ');
}

/** The labels our own agents give to options that say no more than the decision does. */
const repeats: Readonly<Record<'allow' | 'deny', readonly string[]>> = {
  allow: ['allow', 'allow once'],
  deny: ['deny'],
};
