import { createHash } from 'node:crypto';
import type { ChangeSize } from '../contract/task';
import type { TranscriptBody } from '../contract/transcript';
import { type Captured, captureFiles } from '../git/capture';
import type { Place } from '../git/checkout';
import { checkpointRef } from '../git/checkpoint-ref';
import { changeSize } from '../git/diff';
import { readHead } from '../git/open';
import { filesIn } from '../git/put-back';
import { refOid } from '../git/resolve';
import { type Snapshot, type SnapshotOptions, snapshotWorktree } from '../git/snapshot';
import { addCheckpoint, type CheckpointRow, currentCheckpoint } from '../store/checkpoints';
import { wasRestacked } from '../store/restacks';
import { readSession, sessionPlace } from '../store/sessions';
import type { Deps } from './deps';
import { type OpenSession, wasCutOff } from './session';

/** The worktree whose state is kept. */
export interface Kept {
  readonly task: number;
  readonly place: Place;
  readonly branch: string;
}

type Subject = Pick<Kept, 'place' | 'branch'> & { readonly claim: { readonly task: number } };

/**
 * Keeps the worktree as it is before the first turn, once, and says whether it did so now. That it could not be is logged and
 * stops nothing.
 */
export async function keepStart(deps: Deps, subject: Subject, session: number, seq: number): Promise<boolean> {
  const { task } = subject.claim;
  if (currentCheckpoint(deps.db, task) !== undefined) return false;
  const kept = await logged(deps, task, async () => {
    const snapshot = await snapshotNow(deps, { ...subject, task }, {});
    const at = { session, turn: 0, seq, agentSession: null, point: null };
    const change = { files: 0, additions: 0, deletions: 0 };
    await deps.writer.write((db) =>
      addCheckpoint(db, { ...rowOf(snapshot), ...at, task, kind: 'start', parent: null, change, at: deps.now() }),
    );
    return true;
  });
  return kept ?? false;
}

/** What came to a worktree between two turns: nothing, what the transcript's line says, or what could not be kept. */
export type Between =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'kept'; readonly line: TranscriptBody }
  | { readonly kind: 'failed' };

/**
 * Keeps what came to the files since the last turn, before the next one begins: Switchyard's where that brought the branch onto
 * another commit, else the person's or what a check, setup or a run command left, which nothing tells apart. After a turn that was
 * cut off it may be the agent's, and what came belongs to the turn that goes on. That it could not be kept is logged and stops nothing.
 */
export async function keepBetween(deps: Deps, subject: Subject, session: OpenSession, seq: number): Promise<Between> {
  const { task } = subject.claim;
  const current = currentCheckpoint(deps.db, task);
  if (current === undefined || isUnfinished(deps, session, current.session)) return { kind: 'nothing' };
  const kept = await logged(deps, task, async () => {
    const also = current.kind === 'left' ? await filesIn(subject.place, current.oid) : [];
    const files = await captureFiles(subject.place, also);
    if (filesPart(current.state) === filesAre(files)) return { kind: 'nothing' } as const;
    const snapshot = await snapshotNow(deps, { ...subject, task }, { files });
    const change = await sizeOf(subject.place, current, snapshot);
    const { turns: turn } = sessionPlace(deps.db, session.id);
    const { agentSession, resumeAt } = session;
    // Of the conversation no more is known than where the turn before ended, if that is what is kept.
    const point = current.session === session.id && current.turn === turn ? current.point : resumeAt;
    const kind = wasRestacked(deps.db, { task, since: current.createdAt }) ? 'restacked' : 'edited';
    const place = { session: session.id, turn, seq, agentSession, point, parent: current.number };
    const checkpoint = await deps.writer.write((db) =>
      addCheckpoint(db, { ...rowOf(snapshot), ...place, task, kind, change, at: deps.now() }),
    );
    return { kind: 'kept', line: { type: 'checkpoint', checkpoint, between: kind, turn, ...change } } as const;
  });
  return kept ?? { kind: 'failed' };
}

/** Whether the agent was at work when it was last heard of, so that what it did is kept nowhere; `last` is the session that was kept last. */
export function isUnfinished({ db }: Pick<Deps, 'db'>, session: OpenSession, last: number): boolean {
  return session.cutOff || (last !== session.id && wasCutOff(readSession(db, last).endReason ?? ''));
}

/**
 * Keeps what a turn made of the worktree, and gives the transcript's line about it; null when the turn changed no file.
 * That it could not be kept is logged and said, and stops nothing.
 */
export async function keepTurn(
  deps: Deps,
  subject: Subject,
  turn: Pick<CheckpointRow, 'turn' | 'seq' | 'point'> & { readonly session: OpenSession },
): Promise<TranscriptBody | null> {
  const { task } = subject.claim;
  const { session, ...when } = turn;
  const line = await logged(deps, task, async () => {
    const current = currentCheckpoint(deps.db, task);
    // What is left by going back is kept with some of what git ignores, which is no change of the turn's.
    const also = current?.kind === 'left' ? await filesIn(subject.place, current.oid) : [];
    const files = await captureFiles(subject.place, also);
    if (current !== undefined && filesPart(current.state) === filesAre(files)) return null;
    const snapshot = await snapshotNow(deps, { ...subject, task }, { files });
    const change = await sizeOf(subject.place, current, snapshot);
    const place = { ...when, session: session.id, agentSession: session.agentSession, parent: current?.number ?? null };
    const checkpoint = await deps.writer.write((db) =>
      addCheckpoint(db, { ...rowOf(snapshot), ...place, task, kind: 'turn', change, at: deps.now() }),
    );
    return { type: 'checkpoint', checkpoint, turn: turn.turn, ...change } as const;
  });
  if (line !== undefined) return line;
  return {
    type: 'notice',
    level: 'warning',
    text: 'What this turn did could not be kept as a checkpoint; the log says why.',
  };
}

/** Takes a snapshot of a worktree under a ref of its task's checkpoints. */
export async function snapshotNow(
  deps: Pick<Deps, 'now'>,
  { task, place, branch }: Kept,
  what: Pick<SnapshotOptions, 'also' | 'files'>,
): Promise<Snapshot> {
  const at = deps.now();
  const head = await readHead(place);
  // An agent may have left the branch, whose commits must not be lost when it is put back.
  const isOn = head.kind === 'branch' && head.branch === branch;
  const tip = isOn ? null : await refOid(place, `refs/heads/${branch}`);
  const keep = tip === null ? [] : [tip];
  return snapshotWorktree(place, { ...what, head, ref: checkpointRef(task, at), at, ignored: false, keep });
}

/** What of a snapshot is kept in its row. */
export function rowOf(snapshot: Snapshot): Pick<CheckpointRow, 'ref' | 'oid' | 'tree' | 'head' | 'state'> {
  const { ref, oid, tree, head, staged } = snapshot;
  return { ref, oid, tree, head, state: `${filesAre(snapshot)} ${staged} ${head}` };
}

function filesAre({ tree, gitFolders }: Pick<Captured, 'tree' | 'gitFolders'>): string {
  return createHash('sha256')
    .update(JSON.stringify([tree, gitFolders]))
    .digest('hex');
}

/** The part of a state that says what is on disk. */
export function filesPart(state: string): string {
  return state.split(' ', 1)[0] ?? '';
}

/** The part of a state that says what was staged: a tree. */
export function stagedPart(state: string): string {
  return state.split(' ', 2)[1] ?? '';
}

/** How much a snapshot differs from the checkpoint before it. */
export async function sizeOf(place: Place, before: CheckpointRow | undefined, snapshot: Snapshot): Promise<ChangeSize> {
  const base = before?.oid ?? snapshot.head;
  return base === null ? { files: 0, additions: 0, deletions: 0 } : changeSize(place, { base, head: snapshot.oid });
}

/** What the step gives; undefined when it failed, which is logged. */
async function logged<Result>(deps: Deps, task: number, step: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await step();
  } catch (cause) {
    deps.log('error', 'A checkpoint could not be kept.', { task, cause: String(cause) });
    return undefined;
  }
}
