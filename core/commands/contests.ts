import { type ComparedTask, type Comparison, compareFiles, type ListedChange } from '../contract/contest';
import { CodedError } from '../contract/errors';
import type { ChangeSize, Task } from '../contract/task';
import { listVersions, type Range, sizeOfFiles } from '../git/diff';
import { ownChange } from '../git/overlap';
import { noteSeen } from '../runner/measure';
import { type RepositoryPlace, repositoryPlace } from '../runner/place';
import { listChecks, listTrainChecks } from '../store/checks';
import { startOfContest } from '../store/contests';
import { countRequests } from '../store/requests';
import { taskRow } from '../store/task-row';
import { readTask } from '../store/task-view';
import { taskWork } from '../store/task-work';
import { tipsOf } from './reviews';
import type { Room } from './room';

/** The tasks of a contest, which any of them names, beside each other. Throws WRONG_STATE for a task that is in none. */
export async function compare(room: Room, task: number): Promise<Comparison> {
  const contest = contestOf(room, task);
  const place = { ...(await repositoryPlace(room.git, taskWork(room.db, task).repository)), trusted: false };
  const looked = await Promise.all(contest.tasks.map((id) => lookAt(room, place, id)));
  return {
    contest: contest.id,
    oid: startOfContest(room.db, contest.id),
    tasks: looked.map(({ listed: _, ...compared }) => compared),
    files: compareFiles(looked.flatMap(({ listed }) => (listed === null ? [] : [listed]))),
  };
}

/** The contest of a task. Throws NOT_FOUND, and WRONG_STATE for a task that is in none. */
export function contestOf({ db }: Pick<Room, 'db'>, task: number): NonNullable<ComparedTask['task']['contest']> {
  taskRow(db, task);
  const { contest } = readTask(db, task);
  if (contest !== null) return contest;
  throw new CodedError(
    'WRONG_STATE',
    `Task ${task} was added alone, so there is nothing to compare it with or pick it from. To have several agents do one task, name them all when it is added (in the terminal: task add … --agent claude --agent goose).`,
    { facts: { task } },
  );
}

async function lookAt(
  room: Room,
  place: RepositoryPlace,
  id: number,
): Promise<ComparedTask & { readonly listed: ListedChange | null }> {
  const questions = countRequests(room.db, id);
  try {
    const range = await changeOf(room, place, id);
    if (range === null) return { task: readTask(room.db, id), questions, range, problem: null, listed: null };
    const files = await listVersions(place, range);
    const task = await asSeen(room, id, { head: range.head, change: sizeOfFiles(files) });
    // A task that has begun and committed nothing is at the commit they all began at.
    if (range.base === range.head) return { task, questions, range: null, problem: null, listed: null };
    return { task, questions, range, problem: null, listed: { task: id, files } };
  } catch (cause) {
    // One change that cannot be read must not hide the others.
    const problem = cause instanceof Error ? cause.message : String(cause);
    room.log('warning', 'A change could not be compared.', { task: id, cause: problem });
    return { task: readTask(room.db, id), questions, range: null, problem, listed: null };
  }
}

/** A task as its branch has its change now, which somebody may have moved by hand: that is kept, too, where anything is written. */
async function asSeen(
  room: Room,
  id: number,
  { head, change }: { readonly head: string; readonly change: ChangeSize },
): Promise<Task> {
  if (await noteSeen(room, { task: id, head, change })) room.announce(id);
  const task = readTask(room.db, id);
  if (task.state !== 'review') return task;
  return { ...task, change, checks: [...listChecks(room.db, id, head), ...listTrainChecks(room.db, id)] };
}

async function changeOf(room: Room, place: RepositoryPlace, task: number): Promise<Range | null> {
  const tips = await tipsOf(room, taskWork(room.db, task), place);
  return tips === null ? null : ownChange(place, tips);
}
