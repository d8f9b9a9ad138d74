import { app, BrowserWindow, dialog, powerMonitor } from 'electron';
import type { Client } from '../core/client';
import { type AtQuit, type QuitChoice, quitChoices, quitQuestion } from './quit-question';

/** How the app is quit. */
export interface Quitting {
  /** Quits without a question: the system shuts down, or somebody asked for it elsewhere. */
  now(): void;
  /** Whether the person chose that what runs on terminals goes on. */
  keepsTerminals(): boolean;
}

/** Whoever quits waits no longer than this to hear what runs. */
const lookMs = 5_000;

/**
 * Has quitting, and closing the last window where that quits, ask once when it would end programs on terminals. The window
 * stays until the person has answered. `own` gives the runtime that ends with the app, or null.
 */
export function guardQuitting(own: () => Promise<Client | null>): Quitting {
  let phase: 'open' | 'asking' | 'agreed' = 'open';
  let keeps = false;

  async function ask(): Promise<void> {
    const choice = await chosen(own);
    // Meanwhile the system may have said that there is no time for questions.
    if (phase !== 'asking') return;
    phase = choice === 'cancel' ? 'open' : 'agreed';
    keeps = choice === 'keep';
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
  const now = () => {
    phase = 'agreed';
    app.quit();
  };
  void app.whenReady().then(() => powerMonitor.on('shutdown', now));
  return { now, keepsTerminals: () => keeps };
}

async function chosen(own: () => Promise<Client | null>): Promise<QuitChoice> {
  const question = quitQuestion(await whatRuns(own));
  if (question === null) return 'end';
  const asked = { type: 'question' as const, ...question, buttons: [...question.buttons], noLink: true };
  const settled = { ...asked, defaultId: quitChoices.indexOf('keep'), cancelId: quitChoices.indexOf('cancel') };
  const [window] = BrowserWindow.getAllWindows().filter((each) => each.isVisible() && !each.isMinimized());
  const { response } =
    window === undefined ? await dialog.showMessageBox(settled) : await dialog.showMessageBox(window, settled);
  return quitChoices[response] ?? 'cancel';
}

/** What quitting would touch: nothing, where that cannot be known in time. */
async function whatRuns(own: () => Promise<Client | null>): Promise<AtQuit> {
  const nothing: AtQuit = { programs: [], working: 0, keepTerminals: false };
  const look = async (): Promise<AtQuit> => {
    const client = await own();
    if (client === null) return nothing;
    const [programs, { keepTerminals }, { tasks }] = await Promise.all([
      client.terminals.programs(),
      client.settings.list(),
      client.runtime.status(),
    ]);
    // A task that is driven counts as running, and its agent's screen is among the programs.
    const driven = new Set(programs.filter(({ kind }) => kind === 'agent').map(({ task }) => task)).size;
    return { programs, working: Math.max(0, tasks.running - driven), keepTerminals };
  };
  const late = new Promise<AtQuit>((resolve) => setTimeout(() => resolve(nothing), lookMs));
  return Promise.race([look().catch(() => nothing), late]);
}
