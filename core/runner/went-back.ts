import { checkpointName } from '../contract/checkpoint';
import type { Place, WorktreePlace } from '../git/checkout';
import { readHead } from '../git/open';
import { type CheckpointRow, listCheckpoints, readCheckpoint } from '../store/checkpoints';
import type { Database } from '../store/database';
import { addDecision, type Taken } from '../store/decisions';
import { markDelivered, undelivered } from '../store/requests';
import { finishReturn, type Return, wasInReview } from '../store/returns';
import { newestSession, updateSession } from '../store/sessions';
import { type TaskWork, taskWork } from '../store/task-work';
import { patchTask } from '../store/tasks';
import { openTranscript } from '../store/transcript';
import { commitChange } from './change';
import type { Deps } from './deps';
import { sizeAt } from './measure';
import type { RepositoryPlace } from './place';
import { inTaskPlace } from './processes';
import { tell } from './putting-away';
import { messageOfRound } from './round';
import { trustedWithoutAsking } from './trust';

type Needs = Pick<Deps, 'db' | 'writer' | 'announce' | 'now' | 'log' | 'folders' | 'owner'>;

/** What git notes beside a task's branch about the commits that going back makes: one that was cut short knows them by that. */
export const backReason = 'switchyard: back';

/** A task's worktree, and the repository it belongs to. */
export interface Where {
  readonly place: Place;
  readonly repository: RepositoryPlace;
  readonly branch: string;
}

/**
 * Ends a going back whose files are there: what is reviewed, the conversation, and the record of it, with the decision of
 * whoever went back. Once, however often it is called.
 */
export async function endReturn(deps: Needs, where: Where, intent: Return): Promise<Return> {
  const { task } = intent;
  const work = taskWork(deps.db, task);
  const target = readCheckpoint(deps.db, task, intent.target);
  if (work.state === 'review') await reviewAgain(deps, where, work, target);
  const head = await readHead(where.place);
  const done = { ...intent, head: head.kind === 'unborn' ? null : head.oid };
  const size = done.head === null || work.change === null ? null : await sizeAt(where.place, work, done.head);
  const session = newestSession(deps.db, task);
  if (session !== undefined) {
    const transcript = openTranscript({ folder: deps.folders.transcripts, session: session.id });
    const { id: back, target: checkpoint, left, conversation } = intent;
    const name = checkpointName({ ...target, at: target.createdAt });
    transcript.append({ type: 'back', back, checkpoint, name, left, conversation }, deps.now());
    transcript.close();
  }
  await deps.writer.write((db) => {
    if (!finishReturn(db, { id: intent.id, state: 'done', head: done.head, at: deps.now() })) return;
    addDecision(db, decisionOf(db, work, intent));
    if (session !== undefined)
      updateSession(db, { session: session.id, endReason: 'went back', ...conversed(done, target) });
    // What was answered for what is undone must not stand as leave for what comes.
    for (const { id } of undelivered(db, task)) markDelivered(db, { request: id, at: deps.now() });
    const patch = { head: done.head, ...(size !== null && { change: size }) };
    patchTask(db, { task, patch, at: deps.now() });
  });
  deps.announce(task);
  return done;
}

/** The person's decision to go back, with what they had in front of them. */
function decisionOf(db: Database, work: TaskWork, intent: Return): Taken {
  const { task, target: checkpoint, left, conversation, by, createdAt: at } = intent;
  const points = listCheckpoints(db, task);
  const named = (number: number) => {
    const point = points.find((each) => each.number === number);
    return { number, name: point === undefined ? null : checkpointName({ ...point, at: point.createdAt }) };
  };
  return {
    ...{ at, by, kind: 'go-back', task, repository: work.repository.path, request: null, rule: null },
    shown: { state: work.state, checkpoint: named(checkpoint), left: named(left), conversation },
    answered: { checkpoint, left },
  };
}

function conversed({ conversation }: Return, target: CheckpointRow) {
  if (conversation === 'anew') return { agentSession: null, resumeAt: null };
  const { agentSession } = target;
  return { ...(agentSession !== null && { agentSession }), resumeAt: conversation === 'back' ? target.point : null };
}

/**
 * Makes what was put back the change to review. That would run what the worktree brings, so only as far as it may. What
 * was left in review is put back as it was: edits that were not committed were the person's own.
 */
async function reviewAgain(
  deps: Needs,
  { place, repository, branch }: Where,
  work: TaskWork,
  target: CheckpointRow,
): Promise<void> {
  if (target.head !== null && wasInReview(deps.db, { task: work.id, number: target.number })) return;
  const worktree: WorktreePlace = { ...place, trusted: false };
  const trusted = await trustedWithoutAsking(worktree, repository);
  const say = (text: string) => tell(deps, work, [text]);
  if (repository.trusted && !trusted) {
    say(
      'What you went back to was left uncommitted, because it brings programs that you were not asked about. Ask for changes to go on.',
    );
    return;
  }
  const message = messageOfRound(deps.db, work, target.createdAt);
  const how = { branch, message, reason: backReason, signal: new AbortController().signal };
  const commit = (owned: WorktreePlace) => commitChange(owned, work, how);
  const change = await inTaskPlace(deps, work.id, { ...worktree, trusted }, commit);
  if (change.kind === 'refused') say(`What you went back to was left uncommitted. ${change.error}`);
}
