import type { Answer, Request } from '../../core/contract/request';
import type { Approval } from '../../core/contract/review';
import type { Task } from '../../core/contract/task';
import type { Client } from '../client';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import type { App } from './app';
import { type Failure, failureOf, isAbort, notAnswered } from './failure';
import { type Place, tasksIn } from './places';
import { say, unsayOf } from './said';
import type { Sheet, Tab } from './view';

/** How a command ended. The failure was not said yet: whoever asked shows it in place, or calls `complain`. */
export type Ended<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/** Asks the core for something, showing at once that it is being done. Never throws. */
export async function carryOut<T>(
  app: App,
  { about, sentence }: { readonly about: string; readonly sentence: string },
  call: (client: Client) => Promise<T>,
): Promise<Ended<T>> {
  if (app.doing.get().has(about))
    return { ok: false, failure: { code: 'WRONG_STATE', message: app.doing.get().get(about) ?? '' } };
  app.doing.update((doing) => new Map(doing).set(about, sentence));
  try {
    return { ok: true, value: await call(app.line.client()) };
  } catch (error) {
    return { ok: false, failure: isAbort(error) ? notAnswered : failureOf(error) };
  } finally {
    app.doing.update((doing) => {
      const left = new Map(doing);
      left.delete(about);
      return left;
    });
  }
}

/** Says a failure at the foot of the window; in place of what else was said of a task, when it is one's. */
export function complain(app: App, failure: Failure, task: number | null = null): void {
  const about = task === null ? null : { task, state: null };
  say(app.said, { kind: 'failed', text: failure.message, undo: null, about });
}

/** Puts a task as the core gave it back into the model, so that the answer shows before the change arrives. */
export function learn(app: App, task: Task): void {
  app.model.update((model) => {
    const known = model.tasks.get(task.id);
    if (known !== undefined && known.updatedAt > task.updatedAt) return model;
    return { ...model, tasks: new Map(model.tasks).set(task.id, task) };
  });
}

/**
 * Says what became of a task by what was done, as the core gave it back. Nothing where the task has moved on by then, but that
 * what was said of it before is old, too: the newer state is on screen already.
 */
export function sayOf(
  app: App,
  task: Task,
  saying: { readonly text: string; readonly undo: (() => void) | null },
): void {
  const now = app.model.get().tasks.get(task.id);
  if (now !== undefined && now.state !== task.state) unsayOf(app.said, task.id);
  else say(app.said, { ...saying, kind: 'done', about: { task: task.id, state: task.state } });
}

/** Says what was done to a task, which stays so whatever becomes of it. */
export function sayDone(app: App, task: Pick<Task, 'id'>, text: string, undo: (() => void) | null = null): void {
  say(app.said, { kind: 'done', text, undo, about: { task: task.id, state: null } });
}

/** Answers a request. A failure is given back to be shown on its card. */
export async function answerRequest(app: App, request: Request, answer: Answer): Promise<Failure | null> {
  const sentence = answer.decision === 'deny' ? 'Denying…' : answer.decision === 'allow' ? 'Allowing…' : 'Answering…';
  const ended = await carryOut(app, { about: `request:${request.id}`, sentence }, (client) =>
    client.requests.answer({ request: request.id, answer }),
  );
  if (!ended.ok) return ended.failure;
  app.model.update((model) => {
    const task = model.tasks.get(request.task);
    if (task === undefined) return model;
    const requests = task.requests.filter(({ id }) => id !== request.id);
    return { ...model, tasks: new Map(model.tasks).set(task.id, { ...task, requests }) };
  });
  return null;
}

/** Merges what the person was shown. A failure is given back to be shown beside the review. */
export async function approveTask(app: App, task: Task, approval: Approval, commits: number): Promise<Failure | null> {
  const ended = await carryOut(
    app,
    { about: `task:${task.id}`, sentence: `Merging into ${cleanLine(task.base)}…` },
    (client) => client.tasks.approve(approval),
  );
  if (!ended.ok) return ended.failure;
  learn(app, ended.value);
  // However many the agent made, a squash put one on the base.
  const what = approval.strategy === 'squash' ? 'the change as one commit' : count(commits, 'commit');
  sayOf(app, ended.value, { text: `Merged ${what} into ${cleanLine(task.base)}`, undo: null });
  return null;
}

/**
 * Sends the change back to the agent with a comment on the whole and as many on its lines as are drafts. A failure is given
 * back so that the comment stays where it was written. `head` is the change that was shown.
 */
export async function rejectTask(
  app: App,
  task: Task,
  given: { readonly comment: string; readonly drafts: number; readonly head: string | null },
): Promise<Failure | null> {
  const { comment, drafts, head } = given;
  const many = drafts + (comment.trim() === '' ? 0 : 1);
  const yours = many === 1 ? 'your comment' : `your ${count(many, 'comment')}`;
  const ended = await carryOut(app, { about: `task:${task.id}`, sentence: `Sending ${yours}…` }, (client) =>
    client.tasks.reject({ task: task.id, comment, ...(head !== null && { head }) }),
  );
  if (!ended.ok) return ended.failure;
  learn(app, ended.value);
  sayDone(app, task, `Sent ${yours} to ${task.agent}: “${cleanLine(task.title)}”`);
  return null;
}

/** Shows a place of the rail, with no task open. */
export function goTo(app: App, place: Place): void {
  app.view.update((view) => ({
    ...view,
    place,
    task: null,
    contest: null,
    filter: '',
    drawer: false,
    part: null,
    comment: null,
    sheet: null,
  }));
}

/** Opens a task's page, at its changes when it waits for a verdict. */
export function openTask(app: App, task: number, tab?: Tab): void {
  const { tasks } = app.model.get();
  const known = tasks.get(task);
  app.view.update((view) => ({
    ...view,
    task,
    contest: known?.contest?.id === view.contest?.id ? view.contest : null,
    place: known === undefined ? view.place : placeBeside(tasks, known, view.place),
    tab: tab ?? (known?.state === 'review' ? 'changes' : 'conversation'),
    drawer: false,
    part: null,
    comment: null,
    edit: null,
    sheet: null,
  }));
}

/** The list beside an open task has the task in it: the one on screen when it does, else one that will. */
function placeBeside(tasks: ReadonlyMap<number, Task>, task: Task, place: Place): Place {
  if (tasksIn(tasks, place, '').some(({ id }) => id === task.id)) return place;
  if (task.state === 'review' || task.state === 'failed') return task.state;
  return `repository:${task.repositoryId}`;
}

/** Leaves what is open, the innermost first: the list over a page, a task, a contest. False when nothing is. */
export function goBack(app: App): boolean {
  const { drawer, task, contest } = app.view.get();
  if (drawer) app.view.update((view) => ({ ...view, drawer: false }));
  else if (task !== null) app.view.update((view) => ({ ...view, task: null }));
  else if (contest !== null) app.view.update((view) => ({ ...view, contest: null }));
  else return false;
  return true;
}

/** Lays a sheet over the window, or takes it away. */
export function showSheet(app: App, sheet: Sheet): void {
  app.view.update((view) => ({ ...view, sheet, drawer: false }));
}
