import type { App } from './app';
import { openTask } from './commands';

/** The end of a task's conversation, where its open request is, gone to by the person: another object each time. */
export interface AskedPlace {
  readonly task: number;
  /** Its first answer takes the focus as soon as it is on screen. */
  readonly takesFocus: boolean;
}

/** Opens a task at what it asks, however far up its conversation was read before. */
export function goToRequest(app: App, place: AskedPlace): void {
  // What was found may be in an earlier conversation; the request is in the newest.
  app.found.update(() => null);
  app.asked.update(() => ({ ...place }));
  openTask(app, place.task, 'conversation');
}
