import type { Train, TrainApproval } from '../../core/contract/train';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import type { App } from './app';
import { carryOut, complain } from './commands';
import type { Failure } from './failure';
import { say } from './said';

/** Approves changes to land one after the other, each as it was shown. A failure is given back to be shown beside them. */
export async function startTrain(app: App, approval: TrainApproval): Promise<Failure | null> {
  const ended = await carryOut(app, { about: 'land', sentence: 'Starting…' }, (client) =>
    client.trains.start(approval),
  );
  if (!ended.ok) return ended.failure;
  const { id, base, cars } = ended.value;
  meet(app, ended.value);
  say(app.said, {
    kind: 'done',
    text: `Train ${id}: ${count(cars.length, 'change')} ${cars.length === 1 ? 'lands' : 'land'} on ${cleanLine(base)} as ${cars.length === 1 ? 'its' : 'their'} checks pass`,
    // What has landed by then could not be undone; the list shows how to stop the rest.
    undo: null,
  });
  return null;
}

/** Ends a train; what has not landed stays in review. */
export async function stopTrain(app: App, train: number): Promise<void> {
  const ended = await carryOut(app, { about: aboutTrain(train), sentence: 'Stopping…' }, (client) =>
    client.trains.stop({ train }),
  );
  if (ended.ok) meet(app, ended.value);
  else complain(app, ended.failure);
}

/** Shows a train that has ended no more. */
export function dismissTrain(app: App, train: number): void {
  app.model.update((model) => ({ ...model, trains: model.trains.filter(({ id }) => id !== train) }));
}

/** What stopping a train is about. */
export function aboutTrain(train: number): string {
  return `train:${train}`;
}

/** Shows a train as the core gave it back, before the change arrives; one that is known came later, and stays. */
function meet(app: App, train: Train): void {
  app.model.update((model) => {
    const others = model.trains.filter(({ id }) => id !== train.id);
    const isNews = others.length === model.trains.length || train.state === 'ended';
    return isNews ? { ...model, trains: [...others, train].sort((one, other) => one.id - other.id) } : model;
  });
}
