import type { ConversationAfter } from '../contract/checkpoint';
import { CodedError } from '../contract/errors';
import type { Session } from '../contract/session';
import type { Place } from '../git/checkout';
import { dropCheckpoint } from '../git/checkpoint-ref';
import { listChanges } from '../git/diff';
import { isOfEnds } from '../git/ends';
import { filesIn, type PutBackPlan, planPutBack, putBack } from '../git/put-back';
import { reclaimWorktree } from '../git/reclaim';
import { clearStaleLocks } from '../git/recover';
import { commitsFor } from '../git/reflog';
import { refOid, treeOf } from '../git/resolve';
import type { Snapshot } from '../git/snapshot';
import {
  addCheckpoint,
  type CheckpointRow,
  currentCheckpoint,
  listCheckpoints,
  readCheckpoint,
} from '../store/checkpoints';
import type { Database } from '../store/database';
import { comeAfterNewest, finishReturn, lastReturn, openReturnOf, type Return, recordReturn } from '../store/returns';
import { sessionPlace } from '../store/sessions';
import { type TaskWork, taskWork } from '../store/task-work';
import { openTranscript } from '../store/transcript';
import { worktreeOf } from '../store/worktrees';
import { filesPart, rowOf, sizeOf, snapshotNow, stagedPart } from './checkpoint';
import type { Deps } from './deps';
import { alreadyThere, notAsKept, obstacle } from './not-back';
import { repositoryPlace } from './place';
import { tell } from './putting-away';
import { backReason, endReturn, type Where } from './went-back';

type Needs = Pick<Deps, 'db' | 'writer' | 'git' | 'agents' | 'announce' | 'now' | 'log' | 'folders' | 'owner'>;

/** How often a worktree may change while what is left is kept, before it is left alone. */
const tries = 3;

/**
 * Puts a task's worktree back to a checkpoint, after what is left is kept as one. Nobody may be at work on the task. A
 * crash at any point leaves nothing half done: `settleReturn` finishes it. It takes the place of one that could not be
 * finished. Throws NOT_FOUND, and WRONG_STATE or CONFLICT, having touched nothing, when it cannot be done.
 */
export async function goBack(
  deps: Needs,
  { task, checkpoint, by }: { readonly task: number; readonly checkpoint: number; readonly by: string },
): Promise<Return> {
  const target = readCheckpoint(deps.db, task, checkpoint);
  const work = taskWork(deps.db, task);
  const session = work.newestSession;
  await clearLocks(deps, work);
  const where = await worktreeIn(deps, work);
  if (where === null || session === undefined) {
    throw new CodedError('WRONG_STATE', `Task ${task} has no worktree to put back. Retry it, or look at its backup.`, {
      facts: { task, worktree: work.worktree },
    });
  }
  if ((await refOid(where.place, target.ref)) !== target.oid) throw notAsKept(target);
  for (let attempt = 1; ; attempt++) {
    const { snapshot, plan } = await look(deps, work, where, target);
    if (plan.kind === 'changed' && attempt < tries) continue;
    if (plan.kind !== 'planned') throw obstacle(work, where.place, plan);
    const turns = sessionPlace(deps.db, session.id).turns;
    const known = await knownAs(deps.db, where.place, { work, session, turns, snapshot });
    const isThere =
      known?.row.number === target.number || (await isCommitted(where.place, { target, snapshot, turns }));
    if (known !== undefined || isThere) await dropCheckpoint(where.place, snapshot);
    if (isThere) {
      await abandonReturn(deps, task);
      throw alreadyThere(target);
    }
    const change = await sizeOf(where.place, currentCheckpoint(deps.db, task), snapshot);
    const seq = newestEvent(deps, session.id);
    const conversation = conversationAt(deps, work.agent, target);
    const inReview = work.state === 'review' && known?.exactly !== false;
    const id = await deps.writer.write((db) => {
      const left =
        known?.row.number ??
        addCheckpoint(db, { ...rowOf(snapshot), ...leftAt(db, work, session), seq, change, at: deps.now() });
      const what = {
        task,
        target: target.number,
        left,
        conversation,
        by,
        inReview,
        turn: turns,
      };
      giveUp(db, { task, at: deps.now() });
      return recordReturn(db, { ...what, at: deps.now() });
    });
    const intent = openReturnOf(deps.db, task);
    if (intent?.id !== id) throw new CodedError('CONFLICT', `Task ${task} went back meanwhile. Look at it again.`);
    await putBack(where.place, plan);
    return endReturn(deps, where, intent);
  }
}

/**
 * Finishes a going back that was cut short, before anything else happens to the task. Throws what keeps it from being
 * finished, with what to do; nothing is lost meanwhile.
 */
export async function settleReturn(deps: Needs, task: number): Promise<void> {
  const open = openReturnOf(deps.db, task);
  if (open === undefined) return;
  const work = taskWork(deps.db, task);
  const target = listCheckpoints(deps.db, task).find(({ number }) => number === open.target);
  await clearLocks(deps, work);
  const where = await worktreeIn(deps, work);
  if (where === null || target === undefined || (await refOid(where.place, target.ref)) !== target.oid) {
    deps.log('warning', 'A going back was given up: its worktree or its checkpoint is gone.', { task });
    return abandonReturn(deps, task);
  }
  const { snapshot, plan } = await look(deps, work, where, target);
  if (plan.kind !== 'planned') throw obstacle(work, where.place, plan);
  const left = listCheckpoints(deps.db, task).find(({ number }) => number === open.left);
  const ends = left === undefined ? [target] : [target, left];
  await keepWritten(deps, where, { work, open, snapshot, tip: plan.tip, ends });
  await putBack(where.place, plan);
  await endReturn(deps, where, open);
}

/**
 * Keeps what somebody made since a going back was cut short, which is in none of its two ends, as a checkpoint that can be gone
 * back to: files, what was staged, commits, and repositories nested in it. Of what is only put back half nothing is kept: both
 * ends have it.
 */
async function keepWritten(
  deps: Needs,
  { place, branch }: Where,
  now: {
    readonly work: TaskWork;
    readonly open: Return;
    readonly snapshot: Snapshot;
    readonly tip: string | null;
    readonly ends: readonly CheckpointRow[];
  },
): Promise<void> {
  const { work, open, snapshot, tip, ends } = now;
  const session = work.newestSession;
  const other: string[][] = [];
  for (const { oid } of ends) {
    other.push((await listChanges(place, { base: oid, head: snapshot.oid })).flatMap(pathsOf));
  }
  const [first = [], ...rest] = other;
  const written = first.filter((path) => rest.every((paths) => paths.includes(path)));
  // Finishing it may have been cut short, too, after this was kept.
  const same = listCheckpoints(deps.db, work.id).filter(({ state }) => state === rowOf(snapshot).state);
  if (same.length > 0 || written.length === 0) {
    const kept = [...ends, ...same].map((row) => ({ ...row, staged: stagedPart(row.state) }));
    const made = await commitsFor(place, { branch, reason: backReason });
    if (await isOfEnds(place, { snapshot, tip }, { ends: kept, made })) return dropCheckpoint(place, snapshot);
  }
  // Where nothing tells which conversation it belongs to, its ref keeps it.
  if (session === undefined) return;
  const change = await sizeOf(place, currentCheckpoint(deps.db, work.id), snapshot);
  const seq = newestEvent(deps, session.id);
  const number = await deps.writer.write((db) => {
    const left = { ...rowOf(snapshot), ...leftAt(db, work, session), seq, change, at: deps.now() };
    const number = addCheckpoint(db, left);
    comeAfterNewest(db, open.id);
    return number;
  });
  const names = `${written.slice(0, 5).join(', ')}${written.length > 5 ? ' …' : ''}`;
  const did = written.length > 0 ? `wrote ${names}` : 'staged, committed or moved something';
  const text = `Something ${did} after a going back had begun and before it was finished. That is kept as checkpoint ${number}.`;
  tell(deps, work, [text]);
}

function pathsOf({ path, oldPath }: { readonly path: string; readonly oldPath?: string | null }): string[] {
  return oldPath ? [path, oldPath] : [path];
}

/** Lets go of a going back that cannot be finished, if there is one. The worktree stays as it is. */
export async function abandonReturn(deps: Pick<Deps, 'writer' | 'now'>, task: number): Promise<void> {
  await deps.writer.write((db) => giveUp(db, { task, at: deps.now() }));
}

function giveUp(db: Database, { task, at }: { readonly task: number; readonly at: number }): void {
  const open = openReturnOf(db, task);
  if (open !== undefined) finishReturn(db, { id: open.id, state: 'abandoned', head: null, at });
}

/** What going back to a checkpoint means for the agent's conversation. */
export function conversationAt(
  deps: Pick<Deps, 'agents'>,
  agent: string,
  { kind, agentSession, point }: Pick<CheckpointRow, 'kind' | 'agentSession' | 'point'>,
): ConversationAfter {
  if (agentSession === null) return 'anew';
  const goesBack = deps.agents().get(agent)?.goesBack === true;
  return goesBack && (point !== null || kind === 'left') ? 'back' : 'kept';
}

/** Nobody is at work on the task, so locks in its worktree were left by who is gone; but for those of a git that works there. */
async function clearLocks(deps: Needs, { id, repository }: TaskWork): Promise<void> {
  const row = worktreeOf(deps.db, id);
  if (row === undefined) return;
  await clearStaleLocks(await repositoryPlace(deps.git, repository), { ...row, ownerDead: true });
}

async function worktreeIn(deps: Needs, work: TaskWork): Promise<Where | null> {
  const row = worktreeOf(deps.db, work.id);
  if (row?.state !== 'ready') return null;
  const repository = await repositoryPlace(deps.git, work.repository);
  const found = await reclaimWorktree(repository, row.path);
  if (found.kind !== 'usable') return null;
  const place = { git: deps.git, checkout: found.checkout, trusted: false };
  return { place, repository, branch: row.branch };
}

async function look(
  deps: Needs,
  work: TaskWork,
  { place, branch }: Where,
  target: CheckpointRow,
): Promise<{ readonly snapshot: Snapshot; readonly plan: PutBackPlan }> {
  const snapshot = await snapshotNow(
    deps,
    { task: work.id, place, branch },
    { also: await filesIn(place, target.oid) },
  );
  const plan = await planPutBack(place, { to: target.oid, from: snapshot, branch });
  if (plan.kind !== 'planned') await dropCheckpoint(place, snapshot);
  return { snapshot, plan };
}

/**
 * The checkpoint that keeps all that is left already: what the worktree is, and how far the conversation came. Not
 * `exactly` when what it keeps uncommitted was committed since, for the review.
 */
async function knownAs(
  db: Database,
  place: Place,
  now: { readonly work: TaskWork; readonly session: Session; readonly turns: number; readonly snapshot: Snapshot },
): Promise<{ readonly row: CheckpointRow; readonly exactly: boolean } | undefined> {
  const { work, session, turns, snapshot } = now;
  const { state } = rowOf(snapshot);
  const kept = listCheckpoints(db, work.id).filter(({ removedAt }) => removedAt === null);
  const same = kept.find((row) => row.state === state && row.session === session.id && row.turn === turns);
  if (same !== undefined) return { row: same, exactly: true };
  // Since the person went back only what was put there was committed, so that it could be reviewed.
  const last = lastReturn(db, work.id);
  const target = kept.find(({ number }) => number === last?.target);
  if (last === undefined || target === undefined || last.turn !== turns || last.head !== snapshot.head)
    return undefined;
  const committed = last.head === null ? null : await treeOf(place, last.head);
  const isTarget = filesPart(target.state) === filesPart(state) && committed === snapshot.staged;
  return isTarget ? { row: target, exactly: false } : undefined;
}

/** Whether nothing happened since the checkpoint but that what it keeps was committed, for the review. */
async function isCommitted(
  place: Place,
  { target, snapshot, turns }: { readonly target: CheckpointRow; readonly snapshot: Snapshot; readonly turns: number },
): Promise<boolean> {
  if (target.kind === 'start' || target.kind === 'left' || target.turn !== turns || snapshot.head === null)
    return false;
  const alike = filesPart(target.state) === filesPart(rowOf(snapshot).state);
  return alike && (await treeOf(place, snapshot.head)) === snapshot.staged;
}

function leftAt(db: Database, work: TaskWork, session: Session) {
  const { turns, resumeAt } = sessionPlace(db, session.id);
  const parent = currentCheckpoint(db, work.id)?.number ?? null;
  const { agentSession } = session;
  return {
    task: work.id,
    kind: 'left' as const,
    session: session.id,
    turn: turns,
    agentSession,
    point: resumeAt,
    parent,
  };
}

function newestEvent(deps: Needs, session: number): number {
  const transcript = openTranscript({ folder: deps.folders.transcripts, session });
  try {
    return transcript.last();
  } finally {
    transcript.close();
  }
}
