import type { Afterwards } from '../../core/contract/takeover';
import type { Task, TaskState } from '../../core/contract/task';
import type { Client } from '../client';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import type { App } from './app';
import { carryOut, complain, learn, openTask, sayDone, sayOf } from './commands';

/** Throws a change away, with a way back: everything is kept under a backup ref. Says how many files had edits in no commit. */
export function discardTask(app: App, task: Task, edited = 0): Promise<void> {
  const also = edited === 0 ? '' : `, with edits of ${count(edited, 'file')} that are in no commit`;
  return turn(app, task, {
    sentence: 'Discarding…',
    done: `Discarded “${cleanLine(task.title)}”${also}. Everything is kept under a backup ref`,
    call: (client) => client.tasks.discard({ task: task.id }),
    undo: () => turn(app, task, { ...restoring(task), undo: null, after: () => goToRow(app, task.id) }),
  });
}

/** Brings a discarded task back to the state it was discarded in. */
export function restoreTask(app: App, task: Task): Promise<void> {
  return turn(app, task, { ...restoring(task), undo: null });
}

function restoring({ id, title }: Task): Moving {
  return {
    sentence: 'Restoring…',
    done: ({ state }) => `“${cleanLine(title)}” is ${state === 'review' ? 'in review' : state} again`,
    call: (client) => client.tasks.restore({ task: id }),
  };
}

/** Opens a task that came back, and has its row take the focus: what had it went with the row, or with the button that was pressed. */
function goToRow(app: App, task: number): void {
  app.cameBack.update(() => task);
  openTask(app, task);
}

/** Stops a task, with a way back for as long as it stays so. */
export function cancelTask(app: App, task: Task): Promise<void> {
  return turn(app, task, { ...cancelling(task), undo: (left) => takeBack(app, left, queueing(task)) });
}

/** Queues a failed or cancelled task again, with a way back to where it does nothing until it is begun. */
export function retryTask(app: App, task: Task): Promise<void> {
  return turn(app, task, { ...queueing(task), undo: (left) => takeBack(app, left, cancelling(task)) });
}

function cancelling({ id, title }: Task): Moving {
  return {
    sentence: 'Stopping…',
    done: `Cancelled “${cleanLine(title)}”`,
    call: (client) => client.tasks.cancel({ task: id }),
  };
}

function queueing({ id, title }: Task): Moving {
  return {
    sentence: 'Queueing again…',
    done: `“${cleanLine(title)}” is queued again`,
    call: (client) => client.tasks.retry({ task: id }),
  };
}

/** Lets a task that waits for a time go on now. */
export function resumeTask(app: App, task: Task): Promise<void> {
  return turn(app, task, {
    sentence: 'Resuming…',
    done: `“${cleanLine(task.title)}” goes on as soon as a slot is free`,
    call: (client) => client.tasks.resume({ task: task.id }),
    undo: null,
  });
}

/**
 * Has the agent's own screen opened for the person, after the turn that runs or in place of it, and leads there. The way back,
 * open while that takeover stands, leaves a task that was not at work where it was, or in review with whatever was done on the
 * screen.
 */
export function takeOver(app: App, task: Task, interrupt: boolean): Promise<void> {
  const afterwards = isAtWork(task) ? 'go on' : 'review';
  return taking(app, task, interrupt, (left) => {
    const now = asKnown(app, left);
    if (left.takeover === null || now.takeover?.id !== left.takeover.id) return leave(app, now);
    return turn(app, now, { ...handing(now, afterwards), undo: null });
  });
}

function isAtWork({ state }: Task): boolean {
  return state === 'queued' || state === 'running' || state === 'waiting';
}

/** A program needs a size before its place on screen has one. */
const firstSize = { columns: 100, rows: 30 };

async function taking(app: App, task: Task, interrupt: boolean, undo: Undo): Promise<void> {
  const about = { about: `task:${task.id}`, sentence: interrupt ? 'Interrupting…' : 'Opening…' };
  const ended = await carryOut(app, about, (client) =>
    client.tasks.take({ task: task.id, interrupt, size: firstSize }),
  );
  if (!ended.ok) return complain(app, ended.failure, task.id);
  learn(app, ended.value);
  app.view.update((view) => (view.task === task.id ? { ...view, tab: 'terminal', drawer: false } : view));
  const name = `“${cleanLine(task.title)}”`;
  const text = task.state === 'review' ? `Took ${name} out of review to drive its agent` : `You take over ${name}`;
  sayDone(app, task, text, undo && (() => void undo(ended.value)));
}

/**
 * Ends the person's drive of a task, with a way back to the agent's screen until the task has gone on to something else than
 * was asked for.
 */
export function handBack(app: App, task: Task, afterwards: Afterwards): Promise<void> {
  const began = task.takeover?.state === 'driving';
  return turn(app, task, {
    ...handing(task, afterwards),
    undo: (left) => {
      const now = asKnown(app, left);
      const goes = began && afterwards === 'review' && now.state === 'review';
      const isOthers = now.takeover !== null && now.takeover.id !== task.takeover?.id;
      if (isOthers || !(goes || stands(now, left))) return leave(app, now);
      // An agent that went on meanwhile is interrupted only by who was told so.
      return taking(app, now, false, null);
    },
  });
}

function handing(task: Task, afterwards: Afterwards): Moving {
  const name = `“${cleanLine(task.title)}”`;
  const began = task.takeover?.state === 'driving';
  return {
    sentence: began ? 'Handing back…' : 'Taking it back…',
    done: !began
      ? ({ state }) => notTaken(state, name, task.agent)
      : afterwards === 'review'
        ? `Your drive of ${name} is over: what there is goes into review`
        : `Handed ${name} back to ${task.agent}`,
    call: (client) => client.tasks.handBack({ task: task.id, afterwards }),
  };
}

/** Where a task is that was not taken over after all: back where it was, or still at work. */
function notTaken(state: TaskState, name: string, agent: string): string {
  if (state === 'review') return `${name} is in review again`;
  if (state === 'failed') return `${name} has failed, as before`;
  if (state === 'cancelled' || state === 'queued') return `${name} is ${state}, as before`;
  return `${agent} goes on with ${name}`;
}

/** Takes a move back by another one, which has no way back itself: so that undoing goes on to what was done before. */
function takeBack(app: App, left: Task, moving: Moving): Promise<void> {
  const now = asKnown(app, left);
  if (!stands(now, left)) return leave(app, now);
  return turn(app, now, { ...moving, undo: null });
}

function asKnown(app: App, task: Task): Task {
  return app.model.get().tasks.get(task.id) ?? task;
}

/** Whether a task is where it was left, and has been nowhere else since. */
function stands(now: Task, left: Task): boolean {
  return now.state === left.state && now.stateSince === left.stateSince;
}

/** What was done of a task since stays done: undoing what came before that would end it. */
async function leave(app: App, { id, title, state }: Task): Promise<void> {
  const message = `Nothing was undone: “${cleanLine(title)}” has gone on since and is ${standingWords[state]} now. What can be done with it is in its menu.`;
  complain(app, { code: 'WRONG_STATE', message }, id);
}

const standingWords: Readonly<Record<TaskState, string>> = {
  ...{ queued: 'queued', running: 'running', waiting: 'waiting for you', review: 'in review' },
  ...{ done: 'done', failed: 'failed', cancelled: 'cancelled' },
};

/** One move of a task: what is said while it is made and after. */
interface Moving {
  readonly sentence: string;
  readonly done: string | ((task: Task) => string);
  readonly call: (client: Client) => Promise<Task>;
}

/** How to take a move back that left the task as it is told; null for a move that is not undone. */
type Undo = ((left: Task) => Promise<void>) | null;

async function turn(
  app: App,
  task: Task,
  move: Moving & { readonly undo: Undo; readonly after?: () => void },
): Promise<void> {
  const ended = await carryOut(app, { about: `task:${task.id}`, sentence: move.sentence }, move.call);
  if (!ended.ok) return complain(app, ended.failure, task.id);
  const { value } = ended;
  const { undo } = move;
  learn(app, value);
  sayOf(app, value, {
    text: typeof move.done === 'string' ? move.done : move.done(value),
    undo: undo && (() => void undo(value)),
  });
  move.after?.();
}
