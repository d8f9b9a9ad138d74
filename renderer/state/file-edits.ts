import { cleanLine } from '../text/clean';
import type { App } from './app';
import { carryOut, openTask } from './commands';
import { type Drafts, withDraft } from './drafts';
import { undoEdit } from './edits';
import type { Failure } from './failure';
import { say } from './said';

/** What was typed into a file of a change and is not saved: the text, and the blob it was typed over. */
export interface FileDraft {
  readonly blob: string;
  readonly text: string;
}

/** What is typed into a file of a task's change, if anything is. */
export function fileDraft(drafts: Drafts, task: number, path: string): FileDraft | null {
  const [, blob, text] = /^([0-9a-f]*)\n(.*)$/s.exec(drafts[nameOf(task, path)] ?? '') ?? [];
  return blob === undefined || text === undefined ? null : { blob, text };
}

/** Keeps what is typed into a file; null forgets it. */
export function keepFileDraft(app: App, task: number, path: string, draft: FileDraft | null): void {
  const kept = draft === null ? '' : `${draft.blob}\n${draft.text}`;
  app.drafts.update((drafts) => withDraft(drafts, nameOf(task, path), kept));
}

/** The files of a task's change that something was typed into and that are not saved. */
export function filesBegun(drafts: Drafts, task: number): readonly string[] {
  const start = nameOf(task, '');
  return Object.keys(drafts).flatMap((name) => (name.startsWith(start) ? [name.slice(start.length)] : []));
}

/** A file of a task's change that something was typed into. */
export interface TypedFile {
  readonly task: number;
  readonly path: string;
}

/** The files of several tasks' changes that something was typed into and that are not saved. */
export function typedInto(drafts: Drafts, tasks: readonly number[]): readonly TypedFile[] {
  return tasks.flatMap((task) => filesBegun(drafts, task).map((path) => ({ task, path })));
}

/** Shows a file of a task's change in its editor, with what was typed into it. */
export function showTyped(app: App, { task, path }: TypedFile): void {
  if (app.view.get().task !== task || app.view.get().sheet !== null) openTask(app, task, 'changes');
  app.view.update((view) => ({ ...view, tab: 'changes', part: null, edit: { task, path } }));
}

/** Forgets what was typed into a file, with a way to have it again. */
export function dropFileDraft(app: App, task: number, path: string): void {
  const draft = fileDraft(app.drafts.get(), task, path);
  if (draft === null) return;
  keepFileDraft(app, task, path, null);
  const undo = (): void => keepFileDraft(app, task, path, draft);
  say(app.said, { kind: 'done', text: `Threw away what you typed into ${cleanLine(path)}`, undo });
}

/** Saves a file of a change as the person's commit and offers to undo that. A failure is given back; what was typed stays. */
export async function saveFile(
  app: App,
  edit: { readonly task: number; readonly head: string; readonly path: string; readonly text: string },
): Promise<Failure | null> {
  const { task, path } = edit;
  const ended = await carryOut(app, { about: aboutFile(task, path), sentence: 'Saving…' }, (client) =>
    client.reviews.write(edit),
  );
  if (!ended.ok) return ended.failure;
  const undo = (): void => void undoEdit(app, task);
  say(app.said, { kind: 'done', text: `Saved ${cleanLine(path)} as a commit of yours`, undo });
  return null;
}

/** What `doing` knows the saving of a file by. */
export function aboutFile(task: number, path: string): string {
  return nameOf(task, path);
}

function nameOf(task: number, path: string): string {
  return `file-edit:${task}:${path}`;
}
