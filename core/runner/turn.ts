import { type TurnEnd, unknownUsage } from '../agents/agent';
import { breachWords, leftOf } from '../contract/budget';
import type { Usage } from '../contract/task';
import type { TranscriptBody } from '../contract/transcript';
import { countTurn, readSession, updateSession } from '../store/sessions';
import { budgetsOf } from '../store/spending';
import { takeoverOf } from '../store/takeovers';
import { ask, delivered, stopOf } from './asking';
import { keepTurn } from './checkpoint';
import type { EndedTurn, Stop } from './deps';
import { givenWith, type HeldTurn, programsOf } from './held-turn';
import { openMeter } from './meter';
import { providerAnswers, working } from './parking';
import { watchForPause } from './pause';
import { keepChildren } from './processes';
import { retell } from './retold';
import { openReviewDesk } from './review-desk';
import { isByAgent, isHeard, markSaid, type Words } from './session';
import { settle } from './settle';
import { followSteps } from './steps';
import type { Talk } from './talk';

/**
 * An agent that is heard this long after it was given an answer has written it down: Claude Code does so within 0.1 s,
 * Goose before it asks its model for more. One that dies before may ask again, and is then given the answer again.
 */
const keptAfterMs = 2000;

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

/** What one turn of a conversation begins with. */
interface Beginning {
  readonly words: Words;
  /** The requests the agent has been told of; the turn adds those its words are about. */
  readonly told: Set<number>;
  /** The turn to go on with, when an earlier runtime left its agent at work. */
  readonly held: HeldTurn | null;
}

/** Lets the agent take one turn, keeps what it led to, and tells how it ended. */
export async function takeTurn(talk: Talk, { words, told, held }: Beginning): Promise<TurnEnd | Paused | Lost> {
  const { deps, answers, subject, session, transcript } = talk;
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
  const steps = followSteps();
  let usesTools = false;
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
    steps.saw(body);
    // From its first word on the agent has what was said: a crash after that must not say it twice.
    if (!session.begun && isHeard(body)) begin();
    if (isByAgent(body)) heard();
    if (body.type === 'tool' && !usesTools) {
      usesTools = true;
      void providerAnswers(deps, subject.agent.name, startedAt).catch(broken);
    }
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
  for (const { text, by } of words.said) if (text !== '') record({ type: 'prompt', text, by });
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
      model: subject.model,
      permissionLevel: given.permissionLevel,
      trusted: given.passed !== null,
      budgetUsd: given.budgetUsd,
      costBefore: given.costBefore,
      review: await openReviewDesk(deps, { ...subject, agent: subject.agent.name }),
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
            steps: steps.newest,
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
    // One that the runtime's end cut short goes on with the next runtime.
    if (lost === null && stopOf(signal) !== 'closing' && stopOf(signal) !== 'lost') {
      deps.announceTurn({ session: session.id, turn: number, ...endedAs(turnEnd) });
    }
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

function endedAs(end: TurnEnd): Omit<EndedTurn, 'session' | 'turn'> {
  const error = 'error' in end ? end.error : null;
  const goesOn = end.kind === 'limited' || end.kind === 'spent' || (end.kind === 'failed' && end.retryable);
  return { end: end.kind, error, goesOn };
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
