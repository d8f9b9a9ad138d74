import type { App } from './app';
import { openTask } from './commands';

/** A place in a conversation the person goes to: from a search, with what was looked for. */
export interface FoundPlace {
  readonly task: number;
  readonly session: number;
  readonly seq: number;
  readonly words: string;
  /** Another number for each time somebody goes there. */
  readonly round: number;
}

let rounds = 0;

/** Opens a task at a place that was found in it; at its prompt when it was found in the task's own words. */
export function goToFound(
  app: App,
  place: {
    readonly task: number;
    readonly session: number | null;
    readonly seq: number | null;
    readonly words: string;
  },
): void {
  const { task, session, seq, words } = place;
  if (session === null || seq === null) {
    openTask(app, task, 'info');
    return;
  }
  rounds += 1;
  app.found.update(() => ({ task, session, seq, words, round: rounds }));
  openTask(app, task, 'conversation');
}
