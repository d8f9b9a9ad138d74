import type { Agent } from '../agents/agent';
import { type Driven, nothingSaid, type Said } from '../agents/screen';
import { notDriven } from '../contract/move-words';
import type { Afterwards } from '../contract/takeover';
import type { Usage } from '../contract/task';
import type { Terminal } from '../contract/terminal';
import type { TranscriptBody } from '../contract/transcript';
import { refOid } from '../git/resolve';
import { worktreeStatus } from '../git/status';
import { currentCheckpoint } from '../store/checkpoints';
import { type Forgone, forgoTakeover } from '../store/forgo';
import { countTurn, diedAtWork, readSession, updateSession } from '../store/sessions';
import { addSpending } from '../store/spending';
import { type DrivenRow, endTakeover, setAfterwards, takeoverOf } from '../store/takeovers';
import { taskRow } from '../store/task-row';
import { type TaskWork, taskWork } from '../store/task-work';
import { readTerminal } from '../store/terminals';
import { type Between, isUnfinished, keepBetween, keepTurn } from './checkpoint';
import type { Deps } from './deps';
import { withdrawSince } from './hearing';
import { sizeAt } from './measure';
import { repositoryPlace } from './place';
import { endReasonOf } from './session';
import type { Subject, Talk } from './talk';

/** How a person's drive of a conversation ended: as they handed back, or because the work on the task was stopped. */
export type Drive = Afterwards | 'stopped';

/** What the agent is told when it is given the conversation back. */
export const handedBack =
  'The person drove this conversation in a terminal and has handed it back to you. Go on with the task from here. If everything is done, just say so.';

/**
 * Keeps what was said on the screen and ends the takeover, so that a turn may begin. Where nothing was said on that of a task
 * in which nothing was being done, that goes back to where it was, in the same transaction, and nothing more is to be done:
 * `stopped`. What came to the files of one that was in review meanwhile is handed in without a turn. Can be done again from its
 * beginning by the next runtime until that transaction is committed.
 */
export async function takeBack(
  talk: Talk,
  row: DrivenRow,
  tell: (body: TranscriptBody, at?: number) => void,
): Promise<Drive> {
  const { deps, subject, session, transcript } = talk;
  const { claim, agent, directory, environment, prompt } = subject;
  const { task, mark, beganAt } = row;
  // Where Switchyard was quit meanwhile, the person drove no longer than until then.
  const screen = row.terminal === null ? null : readTerminal(deps.db, row.terminal);
  const to = screen?.endedAt ?? deps.now();
  const driven = { task, agentSession: session.agentSession, mark, directory, environment };
  const { agentSession, lines, usage, unread } = await read(deps, agent, driven);
  // The task's own prompt was told when the screen was opened.
  const first = lines.findIndex(({ body }) => body.type === 'prompt' && body.text.trim() === prompt.trim());
  for (const [index, { at, body }] of lines.entries()) if (index !== first) tell(body, at);
  if (Object.values(usage).some((value) => value !== null)) tell({ type: 'usage', ...usage });
  const isIdle = lines.length === 0 && unread === '' && wasAtRest(row);
  const more = isIdle ? ` Nothing was said in its conversation.${failedWords(screen)}` : unread;
  const text = `You drove it in a terminal from ${clock(beganAt)} to ${clock(to)}.${more}`;
  tell({ type: 'notice', level: unread === '' ? 'info' : 'warning', text }, to);
  // Of one that an earlier version began its session had no reason yet: what died over the screen cut off no turn.
  const endedFrom = row.former === 'review' || row.former === 'cancelled';
  if (isIdle && endedFrom && readSession(deps.db, session.id).endReason === diedAtWork) session.cutOff = false;
  // What came to the files meanwhile is no turn's.
  const came = isIdle ? await keepBetween(deps, subject, session, transcript.last()) : null;
  if (came?.kind === 'kept') tell(came.line);
  const afterwards = came === null ? row.afterwards : await whatFollows(talk, row, came.kind);

  const { withdrawn, moved } = await deps.writer.write((db): Forgone => {
    const at = deps.now();
    // What was asked on the screen went with it; an older question is still good, unless the person has finished it all.
    const since = afterwards === 'review' ? 0 : beganAt;
    const asked = withdrawSince(db, { task, since, at, reason: 'Handed back.' });
    // Cancelling the task has ended it, and it may have been taken over once more.
    if (isIdle && takeoverOf(db, task)?.id === row.id) {
      if (afterwards === 'as it was') {
        // Nothing of it is finished by hand, also where that was asked for.
        setAfterwards(db, { task, afterwards: 'go on' });
        const forgone = forgoTakeover(db, {
          task,
          by: 'runner',
          reason: notDriven.nothingSaid,
          at,
          generation: claim.generation,
        });
        const withdrawn = [...asked, ...forgone.withdrawn];
        if (forgone.moved) {
          const ended = { state: 'ended', endReason: endReasonOf(session, undefined), endedAt: at } as const;
          updateSession(db, { session: session.id, agentSession, ...ended });
          return { moved: true, withdrawn };
        }
      } else setAfterwards(db, { task, afterwards });
    }
    endTakeover(db, { task, at });
    // Where nothing was said the place it was gone back to still is where it goes on.
    const goesOn = { endReason: null, ...(!isIdle && { resumeAt: null }) };
    updateSession(db, { session: session.id, agentSession, usage, ...goesOn });
    if (lines.length > 0) addSpending(db, { task, at, ...spent(usage) });
    return { moved: false, withdrawn: asked };
  });
  for (const id of withdrawn) deps.announceRequest(id);
  deps.announce(task);
  session.agentSession = agentSession;
  if (moved) return 'stopped';
  // Kept until now, because a screen that failed to open would have lost it.
  if (!isIdle) session.resumeAt = null;
  // The person has had the last word, whatever the agent was at before.
  session.cutOff = false;
  session.begun = true;
  if (!isIdle) {
    const turn = await deps.writer.write((db) => countTurn(db, session.id));
    const kept = await keepTurn(deps, subject, { session, turn, seq: transcript.last(), point: null });
    if (kept !== null) tell(kept);
  }
  return afterwards === 'as it was' ? 'go on' : afterwards;
}

/** That a screen ended by itself as a program does that could not go on, and where that can be read. */
function failedWords(screen: Pick<Terminal, 'id' | 'exitCode'> | null): string {
  if (screen === null || screen.exitCode === null || screen.exitCode === 0) return '';
  return ` Its program ended with exit code ${screen.exitCode}; terminal ${screen.id} of the task shows what it printed.`;
}

/** Whether nothing was being done on a task when it was taken over, nor would by itself now. */
function wasAtRest({ former, formerRunAfter }: DrivenRow): boolean {
  return former !== null || formerRunAfter !== null;
}

/** What follows on a screen on which nothing was said: `as it was` where nobody asked for more, or nothing came that could be handed in. */
async function whatFollows(talk: Talk, row: DrivenRow, came: Between['kind']): Promise<Afterwards | 'as it was'> {
  // Of a task in review it would be in no commit, and nobody could approve it.
  const handsIn = row.former === 'review' || row.afterwards === 'review';
  return handsIn && (await cameMeanwhile(talk, row, came)) ? 'review' : 'as it was';
}

/**
 * Whether anything came to the branch or to the files while the person drove: what its agent or a check had left there before is
 * no work of theirs. `came` is what was kept of it just now, whatever the clock said then and says now.
 */
async function cameMeanwhile(
  { deps, subject, session }: Talk,
  row: DrivenRow,
  came: Between['kind'],
): Promise<boolean> {
  if (came === 'kept') return true;
  const work = taskWork(deps.db, row.task);
  const head = await refOid(subject.place, `refs/heads/${subject.branch}`);
  const { change_head: seen } = taskRow(deps.db, row.task);
  const last = currentCheckpoint(deps.db, row.task);
  if (row.former === 'review' && head !== seen) return true;
  // Where its turn was cut off nobody knows what of it was there before, nor where it could not be held against what was.
  if (last === undefined || came === 'failed' || isUnfinished(deps, session, last.session))
    return hasChange(deps, subject, { work, head });
  // Kept by an earlier try. By when, not by the lines of the transcript: a runtime that died with the screen just opened had told none of it.
  if (last.session === session.id && last.createdAt > row.beganAt) return true;
  return head !== seen && head !== last.head;
}

/** Whether there is anything to review: a commit of its own, or a file that is in none. */
async function hasChange(
  deps: Deps,
  { place }: Subject,
  { work, head }: { readonly work: TaskWork; readonly head: string | null },
): Promise<boolean> {
  const repository = await repositoryPlace(deps.git, work.repository);
  if ((await worktreeStatus({ ...repository, checkout: place.checkout })).length > 0) return true;
  // What cannot be compared is handed in, which says why.
  return head === null || (await sizeAt(place, work, head))?.files !== 0;
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
