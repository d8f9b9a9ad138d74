import type { Agent } from '../agents/agent';
import { type Driven, nothingSaid, type Said } from '../agents/screen';
import type { Afterwards } from '../contract/takeover';
import type { Usage } from '../contract/task';
import type { TranscriptBody } from '../contract/transcript';
import { forgoTakeover } from '../store/forgo';
import { countTurn, updateSession } from '../store/sessions';
import { addSpending } from '../store/spending';
import {
  beginTakeover,
  type DrivenRow,
  endTakeover,
  isTaken,
  readDriven,
  type TakeoverRow,
  takeoverOf,
} from '../store/takeovers';
import { readTerminal } from '../store/terminals';
import type { Transcript } from '../store/transcript';
import { readTranscript } from '../store/transcript-read';
import type { Answers } from './answers';
import { stopOf } from './asking';
import { keepTurn } from './checkpoint';
import type { Subject } from './conversation';
import type { Deps } from './deps';
import { hookVariables, listen, withdrawSince } from './hearing';
import { newKey } from './hooks';
import { retell } from './retold';
import type { OpenSession } from './session';
import { terminalVariables } from './terminal-program';

/** A conversation at work, with all that it takes. */
export interface Talk {
  readonly deps: Deps;
  readonly answers: Answers;
  readonly subject: Subject;
  readonly session: OpenSession;
  readonly transcript: Transcript;
}

/** How a person's drive of a conversation ended: as they handed back, or because the work on the task was stopped. */
export type Drive = Afterwards | 'stopped';

/** What the agent is told when it is given the conversation back. */
export const handedBack =
  'The person drove this conversation in a terminal and has handed it back to you. Go on with the task from here. If everything is done, just say so.';

const wholeOnScreen =
  'You went back, but in its terminal the agent knows its whole conversation, with what came after; tell it that the files went back.';

const tookOver: TranscriptBody = { type: 'notice', level: 'info', text: 'You took over in a terminal.' };

type Tell = (body: TranscriptBody, at?: number) => void;

/**
 * Lets the person drive, when they asked to: opens the agent's own screen on this conversation, or finds the one an
 * earlier runtime left, waits until it ends, and keeps what was said on it. No turn of the agent runs meanwhile. Null
 * when nobody asked.
 */
export async function personDrives(talk: Talk): Promise<Drive | null> {
  const { deps, answers, subject, session, transcript } = talk;
  const { task } = subject.claim;
  const asked = takeoverOf(deps.db, task);
  // One that was cancelled and queued again may still be ending: it must not meet a turn.
  if (asked?.state !== 'driving') await deps.screens.closeOf(task);
  if (asked === undefined) return null;
  const { fresh } = retell(await toldOf(deps, session.id, asked));
  const tell: Tell = (body, at = deps.now()) => {
    const rest = fresh(body);
    if (rest !== null) transcript.append(rest, at);
  };
  const open = () => openScreen(talk, asked, tell);
  try {
    if (asked.state === 'asked') await open();
    else {
      tell(tookOver);
      // Whoever died before it ran has opened nothing yet.
      if (await deps.screens.neverRan(asked.terminal ?? 0)) await open();
    }
  } catch (cause) {
    if (subject.signal.aborted) return 'stopped';
    return await notOpened(talk, cause, tell);
  }
  const unheard = listen(deps, answers, subject, session, tell);
  await deps.screens.ended(task, subject.signal);
  unheard();
  const stop = stopOf(subject.signal);
  if (stop === 'closing' || stop === 'lost') return 'stopped';
  // Handed back, ended by itself or cancelled: from here on nobody may type into it.
  await deps.screens.closeOf(task);
  // By its id, because cancelling the task has ended it.
  const driven = readDriven(deps.db, asked.id);
  await takeBack(talk, driven, tell);
  const turn = await deps.writer.write((db) => countTurn(db, session.id));
  const kept = await keepTurn(deps, subject, { session, turn, seq: transcript.last(), point: null });
  if (kept !== null) tell(kept);
  return stop === undefined ? driven.afterwards : 'stopped';
}

/** A task in which nothing was being done goes back to where it was; any other goes on as if nobody had asked. */
async function notOpened({ deps, subject }: Talk, cause: unknown, tell: Tell): Promise<Drive | null> {
  const { task, generation } = subject.claim;
  // The person changed their mind while it was being opened.
  if (!isTaken(deps.db, task)) return null;
  const why = cause instanceof Error ? cause.message : String(cause);
  tell({ type: 'notice', level: 'error', text: `The agent’s terminal could not be opened. ${why}` });
  const reason = 'The agent’s terminal could not be opened.';
  const { moved, withdrawn } = await deps.writer.write((db) =>
    forgoTakeover(db, { task, by: 'runner', reason, at: deps.now(), generation }),
  );
  withdrawn.forEach(deps.announceRequest);
  deps.announce(task);
  return moved ? 'stopped' : null;
}

/** What the transcript holds of the drive already, told by a runtime that died. */
async function toldOf(deps: Deps, session: number, asked: TakeoverRow): Promise<readonly TranscriptBody[]> {
  if (asked.state !== 'driving') return [];
  const told: TranscriptBody[] = [];
  const folder = deps.folders.transcripts;
  for await (const events of readTranscript({ folder, session, after: asked.afterEvent })) told.push(...events);
  return told;
}

async function openScreen({ deps, subject, session, transcript }: Talk, asked: TakeoverRow, tell: Tell): Promise<void> {
  const { claim, agent, prompt, directory, environment, model, permissionLevel, passed } = subject;
  const afterEvent = transcript.last();
  if (agent.screen === undefined) throw new Error(`${agent.name} has no terminal of its own.`);
  const seat = { opening: prompt, directory, environment, model, permissionLevel, trusted: passed !== null };
  const { program, door } = deps.hooks;
  const { key, keyHash } = newKey();
  const hooks = program === null ? null : { program, environment: hookVariables(door, key) };
  const opened = await agent.screen.open({ ...seat, resume: session.agentSession, hooks });
  if (opened.kind === 'refused') throw new Error(opened.error);
  const { command, args, agentSession, mark } = opened;
  const begins = session.agentSession !== agentSession || agentSession === null;
  const before = session.agentSession;
  try {
    await deps.screens.open(
      {
        task: claim.task,
        size: { columns: asked.columns, rows: asked.rows },
        program: {
          shown: agent.name,
          ...{ command, args, directory },
          environment: { ...opened.environment, ...terminalVariables },
        },
      },
      (db, terminal) => {
        beginTakeover(db, { takeover: asked.id, terminal, mark, keyHash, afterEvent, at: deps.now() });
        updateSession(db, { session: session.id, state: 'active', agentSession });
      },
    );
  } catch (cause) {
    // A conversation that nobody began could not be gone on with.
    await deps.writer.write((db) => updateSession(db, { session: session.id, agentSession: before }));
    throw cause;
  }
  session.agentSession = agentSession;
  // Its screen opens a conversation at its end and nowhere else.
  if (session.resumeAt !== null) tell({ type: 'notice', level: 'warning', text: wholeOnScreen });
  if (begins) tell({ type: 'prompt', text: prompt, by: 'switchyard' });
  tell(tookOver);
  deps.announce(claim.task);
}

/** Keeps what was said on the screen and ends the takeover, so that a turn may begin. */
async function takeBack({ deps, subject, session }: Talk, row: DrivenRow, tell: Tell): Promise<void> {
  const { agent, directory, environment, prompt } = subject;
  const { task, mark, beganAt, afterwards } = row;
  // Where Switchyard was quit meanwhile, the person drove no longer than until then.
  const to = (row.terminal === null ? null : readTerminal(deps.db, row.terminal).endedAt) ?? deps.now();
  const driven = { task, agentSession: session.agentSession, mark, directory, environment };
  const { agentSession, lines, usage, unread } = await read(deps, agent, driven);
  // The task's own prompt was told when the screen was opened.
  const first = lines.findIndex(({ body }) => body.type === 'prompt' && body.text.trim() === prompt.trim());
  for (const [index, { at, body }] of lines.entries()) if (index !== first) tell(body, at);
  if (Object.values(usage).some((value) => value !== null)) tell({ type: 'usage', ...usage });
  const text = `You drove it in a terminal from ${clock(beganAt)} to ${clock(to)}.${unread}`;
  tell({ type: 'notice', level: unread === '' ? 'info' : 'warning', text }, to);
  const withdrawn = await deps.writer.write((db) => {
    const at = deps.now();
    endTakeover(db, { task, at });
    updateSession(db, { session: session.id, agentSession, resumeAt: null, usage });
    if (lines.length > 0) addSpending(db, { task, at, ...spent(usage) });
    // What was asked on the screen went with it; an older question is still good, unless the person has finished it all.
    const since = afterwards === 'review' ? 0 : beganAt;
    return withdrawSince(db, { task, since, at, reason: 'Handed back.' });
  });
  for (const id of withdrawn) deps.announceRequest(id);
  deps.announce(task);
  session.agentSession = agentSession;
  // Kept until now, because a screen that failed to open would have lost it.
  session.resumeAt = null;
  // The person has had the last word, whatever the agent was at before.
  session.cutOff = false;
  session.begun = true;
}

async function read(
  deps: Deps,
  agent: Agent,
  { task, ...driven }: Driven & { readonly task: number },
): Promise<Said & { readonly unread: string }> {
  try {
    if (agent.screen !== undefined) return { ...(await agent.screen.said(driven)), unread: '' };
  } catch (cause) {
    deps.log('warning', 'What was said in a terminal could not be read.', { task, cause: String(cause) });
  }
  const unread = ' What was said there could not be read from the agent’s own record; its terminal shows it.';
  return { agentSession: driven.agentSession, ...nothingSaid, unread };
}

function spent({ inputTokens, outputTokens, costUsd }: Usage): Omit<Parameters<typeof addSpending>[1], 'task' | 'at'> {
  return {
    usd: costUsd ?? 0,
    tokens: (inputTokens ?? 0) + (outputTokens ?? 0),
    // The time a person drives is not the agent's.
    runningMs: 0,
    usdUntold: costUsd === null,
    tokensUntold: inputTokens === null,
  };
}

/** The time of day where the runtime runs, `14:05`. */
function clock(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}
