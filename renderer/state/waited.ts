import { startOfDay, type Waited } from '../../core/contract/waited';
import type { Line } from './connection';
import type { Model } from './model';
import { createStore, type Store } from './store';

/** How long agents waited today as the core added it up, and when that was by this page's clock. */
export interface KnownWaited {
  readonly waited: Waited;
  readonly heardAt: number;
}

/** How often the clock is looked at for a new day; a timer set for midnight would oversleep with the computer. */
const dayCheckMs = 15_000;

/**
 * Keeps what agents waited today. The core is asked when another task begins or ceases to wait, when the day changes and
 * when another client takes over; between that the sum goes on by itself.
 */
export function keepWaited(options: { readonly model: Store<Model>; readonly line: Line }): Store<KnownWaited | null> {
  const { model, line } = options;
  const known = createStore<KnownWaited | null>(null);
  let tasks: Model['tasks'] | null = null;
  let asked = '';
  let round = 0;

  const ask = async (since: number): Promise<void> => {
    round += 1;
    const mine = round;
    try {
      const waited = await line.client().requests.waited({ since });
      if (mine === round) known.update(() => ({ waited, heardAt: Date.now() }));
    } catch {
      // A sum is no reason to disturb anybody: asked again with the next change, or by the next client.
      if (mine === round) asked = '';
    }
  };
  const look = (): void => {
    const { connection } = model.get();
    if (connection.kind !== 'connected') return;
    tasks = model.get().tasks;
    const since = startOfDay(Date.now());
    const key = [since, ...waitingIn(tasks)].join(' ');
    if (key === asked) return;
    asked = key;
    void ask(since);
  };
  model.subscribe(() => {
    if (model.get().tasks !== tasks) look();
  });
  line.onClient(() => {
    asked = '';
    tasks = null;
  });
  setInterval(look, dayCheckMs);
  return known;
}

/** The tasks that wait, and since when each does: one that was answered and asked again is another wait. */
function waitingIn(tasks: Model['tasks']): readonly string[] {
  return [...tasks.values()]
    .filter(({ state }) => state === 'waiting')
    .map(({ id, stateSince }) => `${id}:${stateSince}`);
}
