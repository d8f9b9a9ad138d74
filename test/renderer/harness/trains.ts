import { ORPCError } from '@orpc/server';
import type { CarState } from '../../../core/contract/aboard';
import type { Change } from '../../../core/contract/change';
import type { Task } from '../../../core/contract/task';
import type { Train, TrainApproval } from '../../../core/contract/train';

/** Trains of a core in the page: one that is begun checks its first change until it is stopped. */
export function createTrains(core: {
  readonly get: (task: number) => Task;
  readonly put: (task: Task) => Task;
  readonly tell: (change: Change) => void;
}) {
  let trains: readonly Train[] = [];
  const keep = (train: Train): Train => {
    trains = [...trains.filter(({ id }) => id !== train.id), train];
    train.cars.forEach(({ task, state, reason }, index) => {
      const aboard = { train: train.id, place: index + 1, of: train.cars.length, state, reason };
      core.put({ ...core.get(task), train: aboard });
    });
    core.tell({ type: 'train.changed', train });
    return train;
  };
  const get = (id: number): Train => {
    const found = trains.find((one) => one.id === id);
    if (found === undefined) throw new ORPCError('NOT_FOUND', { message: `There is no train ${id}.` });
    return found;
  };
  return {
    /** A train goes on, as the core tells of it. */
    keep,
    start({
      changes,
      strategy = null,
    }: Omit<TrainApproval, 'strategy'> & { strategy?: Train['strategy'] | undefined }) {
      const tasks = changes.map(({ task }) => core.get(task));
      const { repositoryId = 1, repository = '', base = 'main' } = tasks[0] ?? {};
      const carOf = ({ id, title }: Task, index: number) => ({
        ...{ task: id, title, head: 'a'.repeat(40), reason: null, mergedOid: null },
        state: (index === 0 ? 'checking' : 'waiting') as CarState,
      });
      return keep({
        ...{
          id: trains.length + 1,
          repositoryId,
          repository,
          base,
          strategy,
          by: 'person',
          state: 'open',
          reason: null,
        },
        ...{ cars: tasks.map(carOf), createdAt: Date.now(), endedAt: null },
      });
    },
    list: () => [...trains].reverse(),
    get,
    stop(id: number) {
      const reason = 'You stopped the train.';
      const train = get(id);
      const cars = train.cars.map((car) => ({ ...car, state: 'left' as const, reason }));
      return keep({ ...train, cars, state: 'ended', reason, endedAt: Date.now() });
    },
  };
}
