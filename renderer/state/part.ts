import type { App } from './app';
import type { ChangePart } from './view';

/** Shows part of a task's change where the whole of it is shown otherwise. */
export function showPart(app: App, task: number, of: ChangePart): void {
  app.view.update((view) => ({ ...view, part: { task, of }, tab: 'changes', sheet: null }));
}

/** Shows the task's whole change again, which is what a verdict is about. */
export function showWhole(app: App): void {
  app.view.update((view) => ({ ...view, part: null }));
}
