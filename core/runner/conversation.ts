import { type Agent, type TurnEnd, unknownUsage } from '../agents/agent';
import { breachOf, breachWords, leftOf } from '../contract/budget';
import type { PermissionLevel, Usage } from '../contract/task';
import type { TranscriptBody } from '../contract/transcript';
import type { WorktreePlace } from '../git/checkout';
import type { Claim } from '../sources/source';
import { releaseMessages } from '../store/messages';
import { countTurn, readSession, updateSession } from '../store/sessions';
import { budgetsOf } from '../store/spending';
import { isTaken, takeoverOf } from '../store/takeovers';
import type { Transcript } from '../store/transcript';
import type { Answers } from './answers';
import { ask, delivered, stopOf } from './asking';
import type { Leave } from './budget';
import { keepStart, keepTurn } from './checkpoint';
import type { Deps, Stop } from './deps';
import { givenWith, type HeldTurn, programsOf } from './held-turn';
import { openMeter } from './meter';
import { working } from './parking';
import { watchForPause } from './pause';
import { keepChildren } from './processes';
import { retell } from './retold';
import { endReasonOf, isByAgent, isHeard, markSaid, type OpenSession, type Words } from './session';
import { settle } from './settle';
import { waitForOpen } from './waiting';
import { comesNext, letGo, wordsFor } from './words';

/** What a conversation is about and where it happens. */
export interface Subject {
  readonly claim: Claim;
  readonly prompt: string;
  readonly agent: Agent;
  readonly permissionLevel: PermissionLevel;
  /** What of the repository's programs may run, as `mayRunInWorktree` gives it; null for none of them. */
  readonly passed: readonly string[] | null;
  /** The worktree, and the branch it is on. */
  readonly place: WorktreePlace;
  readonly branch: string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Leave to begin a turn; waits for the person when a budget is reached. */
  readonly mayGoOn: () => Promise<Leave>;
}

/** How many of the newest steps are shown beside a question. */
const stepsKept = 5;

/**
 * An agent that is heard this long after it was given an answer has written it down: Claude Code does so within 0.1 s,
 * Goose before it asks its model for more. One that dies before may ask again, and is then given the answer again.
 */
const keptAfterMs = 2000;

/**
 * Lets the agent work until nothing is left to say to it: the task's prompt or the person's comments, then whatever
 * answers came too late for the turn that asked. A question that outlived its turn is waited for. The first turn that
 * does not end well ends the conversation.
 */
export async function converse(
  deps: Deps,
  answers: Answers,
  subject: Subject,
  session: OpenSession,
  transcript: Transcript,
  held: HeldTurn | null = null,
): Promise<TurnEnd | Lost> {
  const talk = { deps, answers, subject, session, transcript };
  try {
    const told = new Set<number>(held?.given.told);
    let afterTurn = false;
    if (held === null) await keepStart(deps, subject, session.id, transcript.last());
    const next = () => comesNext(talk, { afterTurn, told });
    let words = held?.given.words ?? (await next());
    for (let going = held; ; going = null) {
      if ('kind' in words) return words;
      // A person may take long over a budget; what they wrote can be changed until it is said.
      const waits = going === null && words.messages.length > 0 && isSpent(deps, subject.claim.task);
      if (waits) await letGo(deps, subject.claim.task);
      const leave = going === null ? await subject.mayGoOn() : 'go on';
      if (leave === 'taken') {
        await letGo(deps, subject.claim.task);
        words = await next();
        continue;
      }
      // Whoever ends it here has the last word.
      if (leave !== 'go on') session.cutOff = false;
      if (leave !== 'go on') return { kind: leave === 'stop' ? 'cancelled' : 'completed', usage: unknownUsage };
      if (waits) words = await wordsFor(talk, { afterTurn, told });
      const end = await turn(deps, answers, subject, session, transcript, words, told, going);
      if (end.kind === 'lost') return end;
      afterTurn = end.kind === 'completed';
      // By now more may have been allowed, or another day begun: then what paused the turn no longer holds.
      if (end.kind === 'paused' || end.kind === 'spent') {
        if (end.kind === 'spent' && !isSpent(deps, subject.claim.task))
          return { kind: 'failed', error: unexplained, retryable: false, usage: end.usage };
        words = await next();
        continue;
      }
      const { claim, signal } = subject;
      // Who wants to drive may mend by hand what the agent could not.
      if (end.kind !== 'completed' && (signal.aborted || !isTaken(deps.db, claim.task))) return end;
      words = await next();
      if ('kind' in words || words.text !== '') continue;
      if (!(await waitForOpen(deps, answers, { claim, signal }))) return end;
      if (signal.aborted) return { kind: 'cancelled', usage: end.usage };
      words = await next();
    }
  } finally {
    const stop = stopOf(subject.signal);
    const endReason = endReasonOf(session, stop);
    await deps.writer.write((db) => {
      updateSession(db, { session: session.id, state: 'ended', endReason, endedAt: deps.now() });
      // Whoever took the task over has them in hand then.
      if (stop !== 'lost') releaseMessages(db, subject.claim.task);
    });
    deps.announceMessages(subject.claim.task);
  }
}

/** A turn whose agent was lost with the process that held it: its session goes on elsewhere. */
export interface Lost {
  readonly kind: 'lost';
  readonly error: string;
}

/** A turn that was ended here because a budget was reached, or because the person takes over. */
interface Paused {
  readonly kind: 'paused';
  readonly usage: Usage;
}

async function turn(
  deps: Deps,
  answers: Answers,
  subject: Subject,
  session: OpenSession,
  transcript: Transcript,
  words: Words,
  told: Set<number>,
  held: HeldTurn | null,
): Promise<TurnEnd | Paused | Lost> {
  const { claim } = subject;
  const number = held?.given.number ?? (await deps.writer.write((db) => countTurn(db, session.id)));
  const given =
    held?.given ??
    givenWith(deps.programs.version, {
      ...{ words, told: [...told], startedAt: deps.now(), event: transcript.last() },
      usage: readSession(deps.db, session.id).usage,
      ...{ resume: session.agentSession, resumeAt: session.resumeAt, number },
      cutOff: session.cutOff,
      costBefore: session.agentSession === null ? null : readSession(deps.db, session.id).usage.costUsd,
      budgetUsd: leftOf(budgetsOf(deps.db, { task: claim.task, at: deps.now() }), 'usd'),
      permissionLevel: subject.permissionLevel,
      passed: subject.passed,
    });
  const { startedAt } = given;
  const retold = retell(held?.heard ?? []);
  const programs = programsOf(deps, {
    ...{ task: claim.task, session: session.id, given, held: held?.turn ?? null, onThrough: retold.through },
  });
  for (const request of words.about) told.add(request);
  const asked = new Set<number>();
  const handed = new Map<number, number>();
  const heard = () => {
    for (const [request, at] of handed) {
      if (deps.now() < at + keptAfterMs) continue;
      handed.delete(request);
      void delivered(deps, claim.task, request);
    }
  };
  let unkept: { readonly cause: unknown } | undefined;
  const end = new AbortController();
  const onStop = () => end.abort(subject.signal.reason);
  subject.signal.addEventListener('abort', onStop, { once: true });
  if (subject.signal.aborted) onStop();
  const { signal } = end;
  const taken = (interrupts: boolean) => interrupts && end.abort('taken' satisfies Stop);
  const unheard = deps.takes.hear(claim.task, taken);
  if (takeoverOf(deps.db, claim.task)?.interrupts === 1) taken(true);
  const children = keepChildren(deps, claim.task);
  const steps: string[] = [];
  const record = (body: TranscriptBody) => {
    try {
      const fresh = retold.fresh(body);
      if (fresh !== null) transcript.append(fresh, deps.now());
    } catch (cause) {
      // An agent whose words cannot be kept, on a full disk for instance, must not go on unseen.
      unkept ??= { cause };
      end.abort(stopOf(signal) ?? 'closing');
    }
    pause.saw(body);
    const step = stepOf(body);
    if (step !== null) steps.push(step);
    if (steps.length > stepsKept) steps.shift();
    // From its first word on the agent has what was said: a crash after that must not say it twice.
    if (!session.begun && isHeard(body)) begin();
    if (isByAgent(body)) heard();
  };
  const begin = () => {
    session.begun = true;
    const { agentSession } = session;
    const resumed = session.resumeAt === null ? {} : { agentSession, resumeAt: null };
    session.resumeAt = null;
    void deps.writer
      .write((db) => updateSession(db, { session: session.id, state: 'active', ...resumed }))
      .catch(broken);
    void deps.writer
      .write((db) => markSaid(db, words, deps.now()))
      .then(() => words.messages.length > 0 && deps.announceMessages(claim.task))
      .catch(broken);
  };
  const broken = (cause: unknown) =>
    deps.log('error', 'A session could not be kept.', { task: claim.task, cause: String(cause) });

  const pause = watchForPause(() => end.abort('spent' satisfies Stop));
  const spender = { task: claim.task, session: session.id, agent: subject.agent.name };
  const meter = openMeter(deps, { ...spender, before: held?.given.usage ?? null }, (breach) => {
    record({ type: 'notice', level: 'warning', text: `Paused, because ${breachWords(breach)}.` });
    pause.ask();
  });
  if (words.text !== '') record({ type: 'prompt', text: words.text, by: words.by });
  session.begun = false;
  let point: string | null = null;
  try {
    const turnEnd = await subject.agent.take({
      id: given.id,
      start: programs.start,
      prompt: words.text,
      opening: subject.prompt,
      resume: given.resume,
      resumeAt: given.resumeAt,
      directory: subject.directory,
      environment: subject.environment,
      namespace: await deps.namespace(),
      permissionLevel: given.permissionLevel,
      trusted: given.passed !== null,
      budgetUsd: given.budgetUsd,
      costBefore: given.costBefore,
      silenceMs: deps.settings().silenceMinutes * 60_000,
      signal,
      record,
      onSession: (agentSession) => {
        session.agentSession = agentSession;
        // Until it was heard the new conversation holds nothing, and the next start must go back again.
        if (session.resumeAt !== null) return;
        void deps.writer.write((db) => updateSession(db, { session: session.id, agentSession })).catch(broken);
      },
      onPoint: (place) => {
        point = place;
      },
      onProcess: children.started,
      onUsage: meter.heard,
      ask: async (question, withdrawn, name) => {
        const over = [meter.waiting(), pause.waiting()];
        return ask(
          deps,
          answers,
          {
            claim,
            session: session.id,
            directory: subject.directory,
            steps: () => [...steps],
            record,
            asked,
            onHanded: (request) => void handed.set(request, deps.now()),
            signal,
          },
          { ...question, askedAs: programs.askedAs(name) },
          withdrawn,
        ).finally(() => {
          for (const answered of over) answered();
        });
      },
    });
    await meter.over(turnEnd.usage, session.begun && turnEnd.kind !== 'limited');
    if (unkept) throw unkept.cause;
    const lost = turnEnd.kind === 'failed' ? programs.lost() : null;
    if (lost !== null) record({ type: 'notice', level: 'warning', text: `${lost} The agent goes on in another.` });
    else if (turnEnd.kind === 'failed') record({ type: 'notice', level: 'error', text: turnEnd.error });
    if (turnEnd.kind === 'limited') record({ type: 'notice', level: 'warning', text: turnEnd.error });
    if (turnEnd.kind === 'completed') await working(deps, claim.task, startedAt);
    const passing = lost === null ? turnEnd : ({ ...turnEnd, kind: 'failed', error: lost, retryable: true } as const);
    await settle(deps, { task: claim.task, words, told, startedAt, asked }, passing);
    if (lost !== null) {
      session.cutOff ||= session.begun;
      return { kind: 'lost', error: lost };
    }
    if (stopOf(signal) !== 'closing' && stopOf(signal) !== 'lost') {
      const came = turnEnd.kind === 'completed' ? point : null;
      const kept = await keepTurn(deps, subject, { session, turn: given.number, seq: transcript.last(), point: came });
      if (kept !== null) record(kept);
    }
    const cut = turnEnd.kind === 'cancelled' || turnEnd.kind === 'spent';
    if (session.begun || turnEnd.kind === 'completed') session.cutOff = isCutOff(turnEnd, stopOf(signal));
    const ours = stopOf(signal) === 'spent' || stopOf(signal) === 'taken';
    return cut && ours ? { kind: 'paused', usage: turnEnd.usage } : turnEnd;
  } finally {
    // Nothing is left for it to count unless the agent threw, and then it would go on counting for ever.
    await meter.over(unknownUsage, session.begun).catch(broken);
    subject.signal.removeEventListener('abort', onStop);
    pause.close();
    unheard();
    await children.over();
    await programs.over();
  }
}

/**
 * Whether the agent was at work when its turn ended, and has not failed: a turn that held too much memory is put before
 * the person, whose words on it come first.
 */
function isCutOff(end: TurnEnd, stop: Stop | undefined): boolean {
  if (end.kind === 'completed') return false;
  if (stop === 'closing' || stop === 'lost' || stop === 'spent' || stop === 'taken') return true;
  return end.kind === 'limited' || end.kind === 'spent';
}

/** A transcript line short enough to stand beside a question; null for what is no step. */
function stepOf(body: TranscriptBody): string | null {
  if (body.type === 'tool' && body.status !== 'pending') return `${body.title} (${body.status})`;
  if (body.type === 'text') return body.text.trim() === '' ? null : body.text.trim().slice(0, 200);
  return null;
}

function isSpent(deps: Deps, task: number): boolean {
  return breachOf(budgetsOf(deps.db, { task, at: deps.now() })) !== null;
}

const unexplained =
  'The agent stopped at a limit of cost that no budget here sets. Look at its own settings, then retry.';
