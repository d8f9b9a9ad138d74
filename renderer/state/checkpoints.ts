import { conversationWords } from '../../core/contract/checkpoint';
import type { Task } from '../../core/contract/task';
import type { App } from './app';
import { carryOut, complain, learn, sayOf, showSheet } from './commands';
import type { Failure } from './failure';
import { showWhole } from './part';

/** Where to go back to: a checkpoint and what it is called. */
export interface Destination {
  readonly number: number;
  readonly name: string;
}

/** Whether a task has anything to go back to: an agent began, and its worktree is there. */
export function mayGoBack(task: Task): boolean {
  return task.session !== null && task.worktree !== null && task.state !== 'done';
}

/**
 * Whether going back to a checkpoint would change anything that is known of. Where the worktree is already, only what was
 * begun since can be undone: a turn that runs, or one that was broken off. What was edited by hand is for the sheet to say.
 */
export function leadsBack({ state }: Pick<Task, 'state'>, here: boolean): boolean {
  return !here || state !== 'review';
}

/** Whether its agent is at work, or may be at any moment: then it has to be stopped before the task can go back. */
export function isAtWork({ state }: Pick<Task, 'state'>): boolean {
  return state === 'queued' || state === 'running' || state === 'waiting';
}

/** Asks which checkpoint to go back to, and says what that does. */
export function askBack(app: App, task: Pick<Task, 'id'>, checkpoint: number | null): void {
  showSheet(app, { kind: 'go-back', task: task.id, checkpoint });
}

/**
 * Goes back, with a way to undo it as long as the task rests; an agent at work is stopped first. A failure is given back
 * to be shown in place.
 */
export async function goBack(app: App, task: Task, to: Destination): Promise<Failure | null> {
  const stops = isAtWork(task);
  const sentence = stops ? 'Stopping, then going back…' : 'Going back…';
  const ended = await carryOut(app, { about: `task:${task.id}`, sentence }, async (client) => {
    if (stops) learn(app, await client.tasks.cancel({ task: task.id }));
    return client.checkpoints.back({ task: task.id, checkpoint: to.number });
  });
  if (!ended.ok) return ended.failure;
  const { left, conversation } = ended.value;
  const undo = async (): Promise<void> => {
    const now = known(app, task);
    // An agent that went on meanwhile is stopped only by who was told so.
    if (isAtWork(now)) return askBack(app, now, left);
    const failure = await goBack(app, now, { number: left, name: 'what you had left' });
    if (failure !== null) complain(app, failure, now.id);
  };
  const text = `Back at: ${to.name}. ${conversationWords(conversation).replace(/\.$/, '')}`;
  // What was shown of one turn may be no part of the change any more.
  showWhole(app);
  // What became of it is at the end, whatever was read further up to find where to go.
  app.asked.update(() => ({ task: task.id, takesFocus: false }));
  sayOf(app, known(app, task), { text, undo: () => void undo() });
  return null;
}

function known(app: App, task: Task): Task {
  return app.model.get().tasks.get(task.id) ?? task;
}
