import { CodedError } from '../contract/errors';
import type { Conflict, Review } from '../contract/review';
import { type Footing, standsOn } from '../contract/stack';
import type { Task } from '../contract/task';
import { isAncestor } from '../git/diff';
import type { NotLanded } from '../git/land';
import { refOid } from '../git/resolve';
import { restackOnto } from '../git/restack';
import { keepForStack } from '../git/restack-ref';
import { worktreeStatus } from '../git/status';
import { reattachWorktree } from '../git/worktree';
import { settleEdit } from '../runner/edits';
import { footingNow, namesOf } from '../runner/footing';
import { settleReturn } from '../runner/going-back';
import { settleEarlier } from '../runner/landed';
import { noteChange, sizeAt } from '../runner/measure';
import { conflictMessage } from '../runner/messages';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import { carryOutRestack, settleRestack, whereToMove } from '../runner/restacks';
import type { Database } from '../store/database';
import { addMessage } from '../store/messages';
import { recordRestack } from '../store/restacks';
import { clearProblem, isStale, noteProblem, partsOf, setStack, stackOf } from '../store/stacks';
import { taskRow } from '../store/task-row';
import { readTask } from '../store/task-view';
import { type TaskWork, taskWork } from '../store/task-work';
import { moveTask, patchTask } from '../store/tasks';
import { leaveTrain } from '../store/trains';
import { alone } from './acting';
import { runAgain } from './checks';
import { recordResolve } from './decisions';
import { noticeMoved } from './moved';
import type { Room } from './room';
import { some } from './some';
import { type StackWay, wayOf, waysOut } from './stack-way';

/** What came of bringing a task onto what it is after, as that stands now. */
export type Restacking =
  /** It stood there, or nobody may move it now because it is being worked on. */
  | { readonly kind: 'stood' }
  | { readonly kind: 'restacked' }
  /** It cannot be done by itself; `problem` is a sentence. `told` when its agent is at it. */
  | { readonly kind: 'stuck'; readonly problem: string; readonly told: boolean };

/**
 * Brings a task in review onto the changes it is after as they stand now, or onto its base when they have landed, unless the
 * same was tried in vain; with `again` even then. What conflicts is given to its agent once.
 */
export function restack(room: Room, task: number, { again = false } = {}): Promise<Restacking> {
  return alone(task, () => restackHeld(room, task, { again }));
}

/** Who asked that its agent be told once more of what conflicts, and the review that was shown. */
interface Asked {
  readonly by: string;
  readonly review: Review;
}

/** The same for whoever has the task alone. With `asked` its agent is told of what conflicts also when it was before. */
export async function restackHeld(
  room: Room,
  task: number,
  { again = false, asked }: { readonly again?: boolean; readonly asked?: Asked } = {},
): Promise<Restacking> {
  if (taskRow(room.db, task).state !== 'review') return { kind: 'stood' };
  await settleEarlier(room, task);
  await settleEdit(room, task);
  await settleReturn(room, task);
  if ((await settleRestack(room, task)) === 'open') return { kind: 'stood' };
  const work = taskWork(room.db, task);
  if (work.state !== 'review') return { kind: 'stood' };
  if (standsOn(footingNow(room.db, task), partsOf(room.db, task)) && !(again && (await isOff(room, work)))) {
    if (await room.writer.write((db) => clearProblem(db, task))) room.announce(task);
    return { kind: 'stood' };
  }
  // What somebody committed since is another thing to try.
  await noticeMoved(room, [task]);
  const stack = stackOf(room.db, task);
  if (!again && stack?.problem != null && stack.tried === (await tryNow(room, task)))
    return { kind: 'stuck', problem: stack.problem, told: false };
  return bring(room, work, asked);
}

/** Whether somebody put a task's branch where what it stands on is not. */
async function isOff(room: Room, { stackOid, branch, repository }: TaskWork): Promise<boolean> {
  if (stackOid === null || branch === null) return false;
  const place = await repositoryPlace(room.git, repository);
  const head = await refOid(place, `refs/heads/${branch}`);
  return head !== null && !(await isAncestor(place, stackOid, head));
}

/** What would be done for a task now, by which it is told from what was tried before: where the base is belongs to it, too. */
export async function tryNow(room: Room, task: number): Promise<string> {
  const { base, repository } = taskWork(room.db, task);
  if (!footingNow(room.db, task).withBase) return tryOf(room.db, task, null);
  // Nothing of it is to be run, so what it would run need not be looked at. One that is not there has no base, either.
  const tip = await repositoryPlace(room.git, { ...repository, trusted: false }).then(
    (place) => refOid(place, `refs/heads/${base}`),
    () => null,
  );
  return tryOf(room.db, task, tip);
}

function tryOf(db: Database, task: number, base: string | null): string {
  return `${taskRow(db, task).change_head} ${ontoOf(footingNow(db, task), base)}`;
}

function ontoOf({ parts, withBase }: Footing, base: string | null): string {
  return [...parts.map(({ id, head }) => `${id} ${head}`), ...(withBase ? [`base ${base ?? 'gone'}`] : [])].join(' ');
}

async function bring(room: Room, work: TaskWork, asked: Asked | undefined): Promise<Restacking> {
  const { id: task } = work;
  const place = await repositoryPlace(room.git, work.repository);
  const found = await wayOf(room, place, work);
  if (found.kind === 'gone') return { kind: 'stuck', problem: found.problem, told: false };
  if (found.kind === 'none') return stuck(room, work, { ...found, oid: found.from });
  const { way } = found;
  const { from, onto, head, base, footing } = way;
  await noteChange(room, place, { task, head });
  const isStuck = (problem: string) => stuck(room, work, { oid: from, problem, base });
  const message = `Take what ${namesOf(footing, work)} changed\n`;
  const made = await restackOnto(place, { ...way, message });
  const { parts } = footing;
  if (made.kind === 'conflict') return conflicting(room, work, place, { ...made, way, asked });
  if (made.kind === 'there') {
    // Compared with another commit it is another change, which whoever has it on screen is to see.
    const change = await sizeAt(place, { base: work.base, stackOid: parts.length === 0 ? null : onto }, head);
    await room.writer.write((db) => {
      setStack(db, { task, oid: onto, parts });
      patchTask(db, { task, patch: { head, ...(change !== null && { change }) }, at: room.now() });
    });
    room.announce(task);
    return { kind: 'restacked' };
  }
  const where = await whereToMove(room, work, { base: head, head: made.oid });
  if ('reason' in where) return isStuck(where.reason);
  // A check would go on in files that are others by then.
  await room.checks.stop(task, 'Ended because the change was restacked.');
  const intent = { task, oldHead: head, newHead: made.oid, oldOid: from, newOid: onto, parts };
  const id = await room.writer.write((db) => recordRestack(db, { ...intent, at: room.now() }));
  const refused = await carryOutRestack(room, work, where, { ...intent, id });
  if (refused !== null) return isStuck(refusedWords(work, refused));
  room.announceComments(task);
  await runAgain(room, task);
  return { kind: 'restacked' };
}

/** Hands a conflict to the task's agent, which is told to merge; once for each state of what it is to stand on. */
async function conflicting(
  room: Room,
  work: TaskWork,
  place: RepositoryPlace,
  found: {
    readonly conflicts: readonly Conflict[];
    readonly toMerge: string;
    readonly way: StackWay;
    readonly asked: Asked | undefined;
  },
): Promise<Restacking> {
  const { id: task } = work;
  const { conflicts, toMerge, way, asked } = found;
  const { from, footing, base } = way;
  const names = namesOf(footing, work);
  const files = some(conflicts.map(({ path }) => path));
  const told = ontoOf(footing, base);
  const isStuck = (problem: string) => stuck(room, work, { oid: from, problem, base });
  const what = `It conflicts with ${names} in ${files}`;
  if (asked === undefined && stackOf(room.db, task)?.told === told)
    return isStuck(`${what}, which its agent did not resolve. ${await waysOut(place, work, way)}`);
  // Whatever lies there would be committed as the agent's.
  const edited = await editedIn(place, work);
  if (edited.length > 0) {
    const problem = `${what}, and its worktree has edits in ${some(edited)}, in no commit. Commit them or take them out, then restack (in the terminal: task restack ${task}).`;
    return isStuck(problem);
  }
  await keepForStack(place, { task, name: 'onto', oid: toMerge });
  const problem = `${what}; its agent brings them together.`;
  const text = conflictMessage({ base: names, oid: toMerge, conflicts });
  const moved = await room.writer.write((db) => {
    if (taskRow(db, task).state !== 'review') return false;
    const at = room.now();
    noteProblem(db, { task, oid: from, problem, tried: tryOf(db, task, base), told });
    leaveTrain(db, { task, state: 'returned', reason: problem, at });
    if (asked !== undefined) recordResolve(room, db, { ...asked, work, conflicts });
    const patch = { runAfter: null, queuedReason: `Its agent brings it onto ${names} as that stands now.` };
    const reason = asked === undefined ? `Restacked: it conflicts in ${files}.` : 'Resolve conflicts.';
    moveTask(db, { task, to: 'queued', by: asked?.by ?? 'runner', reason, at, patch });
    addMessage(db, { task, text, by: 'runner', at });
    return true;
  });
  if (moved) room.runner.wake();
  room.announce(task);
  return { kind: 'stuck', problem, told: moved };
}

/** The files of a task's worktree that are not as they are in its change. */
async function editedIn(place: RepositoryPlace, { worktree }: TaskWork): Promise<string[]> {
  const checkout = worktree === null ? null : await reattachWorktree(place, worktree);
  if (checkout === null) return [];
  return (await worktreeStatus({ ...place, checkout, trusted: false })).map(({ path }) => path);
}

async function stuck(
  room: Room,
  { id: task }: TaskWork,
  { oid, problem, base }: { readonly oid: string; readonly problem: string; readonly base: string },
): Promise<Restacking> {
  await room.writer.write((db) => noteProblem(db, { task, oid, problem, tried: tryOf(db, task, base) }));
  room.announce(task);
  return { kind: 'stuck', problem, told: false };
}

/** Keeps why a task could not be restacked, where trying broke off. */
export async function noteBroken(room: Room, task: number, problem: string): Promise<void> {
  const tried = await tryNow(room, task);
  await room.writer.write((db) => {
    const { state, change_head: head } = taskRow(db, task);
    if (state !== 'review' || !isStale(db, task)) return;
    noteProblem(db, { task, oid: stackOf(db, task)?.oid ?? head ?? '', problem, tried });
  });
  room.announce(task);
}

function refusedWords({ id, branch }: TaskWork, end: NotLanded): string {
  switch (end.kind) {
    case 'moved':
      return `${branch} moved meanwhile.`;
    case 'busy':
      return `Its worktree is busy. ${end.reason}`;
    case 'in-the-way':
      return `Its worktree has edits in ${some(end.files)}, in no commit, that would be written over. Commit them on ${branch} or take them out, then restack (in the terminal: task restack ${id}).`;
  }
}

/** Restacks when somebody asks for it. Throws CONFLICT, saying why, when it cannot be done. */
export async function restackNow(room: Room, task: number): Promise<Task> {
  const end = await restack(room, task, { again: true });
  if (end.kind !== 'stuck' || end.told) return readTask(room.db, task);
  throw new CodedError('CONFLICT', `Task ${task} was not restacked. ${end.problem}`, { facts: { task } });
}
