import type { Terminal, TerminalKind, TerminalSize } from '../contract/terminal';
import type { Database } from '../store/database';
import { openTerminals, ranNothing, type TerminalRow } from '../store/terminals';
import type { Growth } from './growth';
import type { TerminalProgram } from './terminal-program';

/** The agents' own screens, one of a task at a time. */
export interface Screens {
  /** Starts one; `keep` is part of the transaction that notes it. Throws with the reason when it does not start. */
  open(
    screen: { readonly task: number; readonly program: TerminalProgram; readonly size: TerminalSize },
    keep: (db: Database, terminal: number) => void,
  ): Promise<Terminal>;
  /** Whether a screen ended before its program was ever started. */
  neverRan(terminal: number): Promise<boolean>;
  /** Resolves when none of the task runs any more, or the signal is aborted. */
  ended(task: number, signal: AbortSignal): Promise<void>;
  /** Ends those of the task. Never throws. */
  closeOf(task: number): Promise<void>;
}

/** Makes the keeper of screens over what starts and ends programs on terminals. Nothing is done before `adopted` resolves. */
export function createScreens(given: {
  readonly db: Database;
  readonly growth: Growth;
  readonly start: (
    what: {
      readonly task: number;
      readonly kind: TerminalKind;
      readonly size: TerminalSize;
      readonly program: TerminalProgram;
    },
    keep: (db: Database, terminal: number) => void,
  ) => Promise<Terminal>;
  readonly closeAll: (rows: readonly TerminalRow[]) => Promise<void>;
  readonly adopted: () => Promise<void>;
}): Screens {
  const { db, growth, start, closeAll, adopted } = given;

  function screensOf(task: number): TerminalRow[] {
    return openTerminals(db).filter((row) => row.task === task && row.kind === 'agent');
  }

  return {
    async open(screen, keep) {
      await adopted();
      return start({ ...screen, kind: 'agent' }, keep);
    },
    async neverRan(terminal) {
      await adopted();
      return ranNothing(db, terminal);
    },
    async ended(task, signal) {
      await adopted();
      for (;;) {
        const [screen] = screensOf(task);
        if (screen === undefined || signal.aborted) return;
        // Asked before the look, so that an end between the two is not slept through.
        const more = growth.next(screen.id, signal);
        if (screensOf(task).length > 0) await more.happened;
        more.forget();
      }
    },
    async closeOf(task) {
      // Most tasks have none, and a host that does not answer must not hold those up.
      if (screensOf(task).length === 0) return;
      await adopted();
      await closeAll(screensOf(task));
    },
  };
}
