import { notDriven } from '../contract/move-words';
import type { TranscriptBody } from '../contract/transcript';
import { forgoTakeover } from '../store/forgo';
import { updateSession } from '../store/sessions';
import { beginTakeover, isTaken, readDriven, type TakeoverRow, takeoverOf } from '../store/takeovers';
import { readTranscript } from '../store/transcript-read';
import { stopOf } from './asking';
import type { Deps } from './deps';
import { type Drive, takeBack } from './handing-back';
import { hookVariables, listen } from './hearing';
import { newKey } from './hooks';
import { retell } from './retold';
import { endReasonOf } from './session';
import type { Talk } from './talk';
import { terminalVariables } from './terminal-program';

const wholeOnScreen =
  'You went back, but in its terminal the agent knows its whole conversation, with what came after; tell it that the files went back.';

/** Why a check ends that runs when a person takes its task over: what they look at, and change, must be theirs alone. */
export const takenWords = 'Ended because you took the task over in a terminal.';

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
  const back = await takeBack(talk, driven, tell);
  return stop === undefined ? back : 'stopped';
}

/** A task in which nothing was being done goes back to where it was; any other goes on as if nobody had asked. */
async function notOpened({ deps, subject }: Talk, cause: unknown, tell: Tell): Promise<Drive | null> {
  const { task, generation } = subject.claim;
  // The person changed their mind while it was being opened.
  if (!isTaken(deps.db, task)) return null;
  const why = cause instanceof Error ? cause.message : String(cause);
  tell({ type: 'notice', level: 'error', text: `The agent’s terminal could not be opened. ${why}` });
  const { moved, withdrawn } = await deps.writer.write((db) =>
    forgoTakeover(db, { task, by: 'runner', reason: notDriven.notOpened, at: deps.now(), generation }),
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
        updateSession(db, {
          session: session.id,
          state: 'active',
          agentSession,
          endReason: endReasonOf(session, undefined),
        });
      },
    );
  } catch (cause) {
    // A conversation that nobody began could not be gone on with, and the turn that may begin now is cut off by what ends it.
    const opened = { session: session.id, agentSession: before, endReason: null };
    await deps.writer.write((db) => updateSession(db, opened));
    throw cause;
  }
  session.agentSession = agentSession;
  // Its screen opens a conversation at its end and nowhere else.
  if (session.resumeAt !== null) tell({ type: 'notice', level: 'warning', text: wholeOnScreen });
  if (begins) tell({ type: 'prompt', text: prompt, by: 'switchyard' });
  tell(tookOver);
  deps.announce(claim.task);
}
