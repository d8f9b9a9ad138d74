import { agentWords, othersOf, standOfContest } from '../../core/contract/contest';
import { isInHand, type Task } from '../../core/contract/task';
import { count } from '../text/amounts';
import type { App } from './app';
import { carryOut, complain, learn } from './commands';
import type { Failure } from './failure';
import { say } from './said';

type Tasks = ReadonlyMap<number, Task>;
type Contest = NonNullable<Task['contest']>;

/** Shows the tasks of a contest beside each other. */
export function openContest(app: App, { id, tasks }: Contest): void {
  const any = tasks.map((task) => app.model.get().tasks.get(task)).find((task) => task !== undefined);
  app.view.update((view) => ({
    ...view,
    task: null,
    contest: { id, task: tasks[0] ?? 0 },
    // The list beside it has its tasks in it.
    place: view.place === 'inbox' && any !== undefined ? `repository:${any.repositoryId}` : view.place,
    drawer: false,
    part: null,
    sheet: null,
  }));
}

/** The tasks of a contest that the window knows, by id. */
export function tasksOf(tasks: Tasks, { tasks: ids }: Contest): readonly Task[] {
  return ids.flatMap((id) => tasks.get(id) ?? []);
}

/** The tasks of a task's contest that would go if it was picked; none outside of one, and none once one was picked. */
export function othersLeft(tasks: Tasks, { id, contest }: Pick<Task, 'id' | 'contest'>): readonly Task[] {
  return contest === null || contest.picked !== null ? [] : othersOf(tasksOf(tasks, contest), id);
}

/** Which of a contest a task is, as `2 of 3`; null for one that is in none. */
export function placeIn({ id, contest }: Pick<Task, 'id' | 'contest'>): string | null {
  return contest === null ? null : `${contest.tasks.indexOf(id) + 1} of ${contest.tasks.length}`;
}

/**
 * Of the tasks in review those that wait for the person, in the order given: of a contest that is ready to be compared only the
 * first, and none while its agents are at work.
 */
export function waitForReview(reviews: readonly Task[], tasks: Tasks): readonly Task[] {
  const seen = new Set<number>();
  return reviews.filter(({ contest }) => {
    if (contest === null || contest.picked !== null) return true;
    if (standOfContest(tasksOf(tasks, contest), null) === 'at work' || seen.has(contest.id)) return false;
    seen.add(contest.id);
    return true;
  });
}

/** What is to be decided on of the contest of a task in review, in words; null where that is the change alone. */
export function contestWords(tasks: Tasks, { contest }: Pick<Task, 'contest'>): string | null {
  if (contest === null || contest.picked !== null) return null;
  return standOfContest(tasksOf(tasks, contest), null) === 'landed' ? 'One has landed' : 'Ready to compare';
}

/** What becomes of the others of a contest when one is picked, a sentence. */
export function othersGo(others: readonly Task[]): string {
  const names = others.map((other) => `#${other.id} ${agentWords(other)}`).join(', ');
  const running = others.filter(isInHand).length;
  const stops =
    running === 0 ? '' : ` ${running === others.length ? 'Their agents are' : 'Those at work are'} stopped.`;
  return `${names}. Everything of ${others.length === 1 ? 'it' : 'them'} is kept and can be restored.${stops}`;
}

/** Picks a task of a contest: the others are discarded, with a way back. A failure is given back to be shown in place. */
export async function pickTask(app: App, task: Task): Promise<Failure | null> {
  const about = { about: `contest:${task.contest?.id}`, sentence: 'Discarding the others…' };
  const ended = await carryOut(app, about, (client) => client.contests.pick({ task: task.id }));
  if (!ended.ok) return ended.failure;
  const { discarded, left } = ended.value;
  learn(app, ended.value.task);
  say(app.said, {
    kind: 'done',
    text: `Picked #${task.id}; discarded ${count(discarded.length, 'other')}. Everything is kept`,
    undo: () => void restoreAll(app, discarded),
  });
  const [first] = left;
  return first === undefined ? null : { code: 'WRONG_STATE', message: `Task ${first.task} stays. ${first.reason}` };
}

async function restoreAll(app: App, tasks: readonly number[]): Promise<void> {
  for (const task of tasks) {
    const about = { about: `task:${task}`, sentence: 'Restoring…' };
    const ended = await carryOut(app, about, (client) => client.tasks.restore({ task }));
    if (!ended.ok) return complain(app, ended.failure);
    learn(app, ended.value);
  }
  say(app.said, { kind: 'done', text: `Restored ${count(tasks.length, 'task')}`, undo: null });
}
