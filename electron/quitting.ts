import { app, BrowserWindow, dialog, type Event, powerMonitor } from 'electron';
import type { Client } from '../core/client';
import { type QuitChoice, quitChoices, quitQuestion } from './quit-question';
import { whatRuns } from './what-runs';

/** How the app is quit. */
export interface Quitting {
  /**
   * Quits without a question: the system shuts down, or somebody asked for it elsewhere, who may have said what becomes of what
   * runs on terminals.
   */
  now(keepTerminals?: boolean): void;
  /** Whether the person chose that what runs on terminals goes on; undefined when the setting decides. */
  keepsTerminals(): boolean | undefined;
}

/** Whoever quits waits no longer than this to hear what runs. */
const lookMs = 5_000;

/**
 * Has quitting, and closing the last window where that quits, ask once when it would end programs on terminals. The window
 * stays until the person has answered. `own` gives the runtime that ends with the app, or null.
 */
export function guardQuitting(own: () => Promise<Client | null>): Quitting {
  let phase: 'open' | 'asking' | 'agreed' = 'open';
  let keeps: boolean | undefined;

  async function ask(): Promise<void> {
    // A question that could not be put was answered by nobody.
    const choice = await chosen(own).catch((): QuitChoice => 'cancel');
    // Meanwhile the system may have said that there is no time for questions.
    if (phase !== 'asking') return;
    phase = choice === 'cancel' ? 'open' : 'agreed';
    keeps = choice === 'keep' ? true : undefined;
    if (phase === 'agreed') app.quit();
  }

  app.on('before-quit', (event) => {
    if (phase === 'agreed') return;
    event.preventDefault();
    if (phase === 'asking') return;
    phase = 'asking';
    void ask();
  });
  app.on('browser-window-created', (_event, window) => {
    window.on('close', (event) => {
      if (phase === 'agreed' || process.platform === 'darwin' || BrowserWindow.getAllWindows().length > 1) return;
      event.preventDefault();
      app.quit();
    });
  });
  const now = (keepTerminals?: boolean) => {
    phase = 'agreed';
    keeps = keepTerminals ?? keeps;
    app.quit();
  };
  const shutDown = (event: Event) => {
    // The system waits a little then, in which work is parked.
    event.preventDefault();
    now();
  };
  // Its types know of no event, which there is.
  void app.whenReady().then(() => powerMonitor.on('shutdown', shutDown as () => void));
  return { now, keepsTerminals: () => keeps };
}

async function chosen(own: () => Promise<Client | null>): Promise<QuitChoice> {
  const question = quitQuestion(await whatRuns(own, lookMs));
  if (typeof question === 'string') return question;
  const asked = { type: 'question' as const, ...question, buttons: [...question.buttons], noLink: true };
  const settled = { ...asked, defaultId: quitChoices.indexOf('keep'), cancelId: quitChoices.indexOf('cancel') };
  const [window] = BrowserWindow.getAllWindows().filter((each) => each.isVisible() && !each.isMinimized());
  if (window === undefined) return quitChoices[(await dialog.showMessageBox(settled)).response] ?? 'cancel';
  // A question goes unanswered with the window it lies over, when its page crashes; nobody need ever answer it then.
  const gone = new Promise<null>((resolve) => window.once('closed', () => resolve(null)));
  const answered = await Promise.race([dialog.showMessageBox(window, settled), gone]);
  return (answered === null ? undefined : quitChoices[answered.response]) ?? 'cancel';
}
