import type { Client } from '../core/client';
import type { AtQuit } from './quit-question';

/**
 * What quitting would touch; null where that cannot be known within `limitMs`. `own` gives the runtime that ends with the app, or null.
 */
export async function whatRuns(own: () => Promise<Client | null>, limitMs: number): Promise<AtQuit | null> {
  const look = async (): Promise<AtQuit> => {
    const client = await own();
    if (client === null) return { programs: [], working: 0, keepTerminals: false };
    const [programs, { keepTerminals }, { tasks }] = await Promise.all([
      client.terminals.programs(),
      client.settings.list(),
      client.runtime.status(),
    ]);
    // A task that is driven counts as running, and its agent's screen is among the programs.
    const driven = new Set(programs.filter(({ kind }) => kind === 'agent').map(({ task }) => task)).size;
    return { programs, working: Math.max(0, tasks.running - driven), keepTerminals };
  };
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), limitMs));
  return Promise.race([look().catch(() => null), late]);
}
