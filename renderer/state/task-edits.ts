import type { Task, TaskEdit } from '../../core/contract/task';
import { cleanLine } from '../text/clean';
import type { App } from './app';
import { carryOut, learn, sayDone, showSheet } from './commands';
import { type Drafts, withDraft } from './drafts';
import type { Failure } from './failure';

/** Whether a task can be given other words: it has not begun, and they are the person's own. */
export function mayEdit({ state, session, reviews }: Pick<Task, 'state' | 'session' | 'reviews'>): boolean {
  return state === 'queued' && session === null && reviews === null;
}

/** Opens the sheet on which a task is changed. */
export function openEdit(app: App, { id }: Pick<Task, 'id'>): void {
  showSheet(app, { kind: 'edit-task', task: id });
}

/** The name of the draft of one of a task's texts as it shall be. */
export function draftOf(task: number, text: 'title' | 'prompt'): string {
  return `edit-${text}:${task}`;
}

/** Changes a task. A failure is given back to be shown where it was written. */
export async function editTask(app: App, task: Task, edit: TaskEdit): Promise<Failure | null> {
  const ended = await carryOut(app, { about: `task:${task.id}`, sentence: 'Saving…' }, (client) =>
    client.tasks.edit({ task: task.id, ...edit }),
  );
  if (!ended.ok) return ended.failure;
  learn(app, ended.value);
  app.drafts.update((drafts) => withoutDrafts(drafts, task.id));
  sayDone(app, task, `Changed “${cleanLine(ended.value.title)}”`);
  return null;
}

function withoutDrafts(drafts: Drafts, task: number): Drafts {
  return withDraft(withDraft(drafts, draftOf(task, 'title'), ''), draftOf(task, 'prompt'), '');
}
