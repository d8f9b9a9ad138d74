import { CodedError } from '../contract/errors';
import { hasLanded } from '../contract/stack';
import type { Train } from '../contract/train';
import { repositoryPlace } from '../runner/place';
import { clearTrainWorktree } from '../runner/train-worktree';
import { listDependencies } from '../store/dependencies';
import { repositoryById } from '../store/repositories';
import {
  carsOf,
  emptyTrain,
  endCar,
  endTrain,
  openTrains,
  readTrain,
  type TrainRow,
  trainRow,
  trainsWithWorktree,
} from '../store/trains';
import type { Room } from './room';
import { runCar } from './train-car';
import { nextStep } from './train-plan';

const stoppedWords = 'You stopped the train.';

/** Runs the trains there are: one after the other in each repository. */
export interface Trains {
  /** Begins, with those an earlier runtime left where they were. */
  start(): void;
  /** A train was approved: it runs as soon as those before it have ended. */
  wake(): void;
  /** Tells followers of a train and its tasks. */
  announce(train: number): void;
  /** Ends a train, and resolves when nothing of it is under way. Throws WRONG_STATE when it has ended. */
  stop(train: number): Promise<Train>;
  /** Resolves when nothing is under way; what has not landed by then is gone on with by the next start. */
  close(): Promise<void>;
}

/** Makes what runs trains. Where each stands is read from the store, so that a crash loses nothing. */
export function createTrains(room: () => Room): Trains {
  const closing = new AbortController();
  /** What runs, by repository. */
  const running = new Map<number, Promise<void>>();
  /** The trains that run, each with how it is ended. */
  const underWay = new Map<number, { readonly end: AbortController; readonly over: Promise<void> }>();
  let isStarted = false;

  function announce(id: number): void {
    const train = readTrain(room().db, id);
    room().publish({ type: 'train.changed', train });
    for (const { task } of train.cars) room().announce(task);
  }

  function wake(): void {
    if (!isStarted || closing.signal.aborted) return;
    for (const { repository } of openTrains(room().db)) {
      if (running.has(repository)) continue;
      const all = runAll(repository).then(
        () => {
          running.delete(repository);
          // One that was approved after the last look.
          wake();
        },
        (cause: unknown) => {
          // Not again by itself: what the store refuses now it refuses at once again.
          running.delete(repository);
          room().log('error', 'Trains could not be run.', { repository, cause: String(cause) });
        },
      );
      running.set(repository, all);
    }
  }

  async function runAll(repository: number): Promise<void> {
    // After what announced it: whoever approved it is through then.
    await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      const next = openTrains(room().db).find((train) => train.repository === repository);
      if (next === undefined || closing.signal.aborted) return;
      const stop = new AbortController();
      const over = run(next, stop.signal).catch((cause: unknown) => brokeOff(next.id, cause));
      underWay.set(next.id, { end: stop, over });
      await over.finally(() => underWay.delete(next.id));
    }
  }

  async function brokeOff(train: number, cause: unknown): Promise<void> {
    if (closing.signal.aborted) return;
    room().log('error', 'A train broke off.', { train, cause: String(cause) });
    const why = cause instanceof CodedError ? cause.message : String(cause);
    await empty(train, `The train broke off. ${why}`);
    await end(train);
  }

  async function run({ id, repository }: TrainRow, signal: AbortSignal): Promise<void> {
    const place = await repositoryPlace(room().git, repositoryById(room().db, repository));
    // What an earlier runtime left there may be half of something.
    await clearTrainWorktree(room(), place, id);
    for (;;) {
      if (closing.signal.aborted) return;
      if (signal.aborted) {
        // What was landing when it was stopped may not have landed.
        await empty(id, stoppedWords);
        break;
      }
      const { db, writer, now } = room();
      const landsAfter = (task: number) =>
        listDependencies(db, task)
          .filter((one) => !hasLanded(one))
          .map((one) => one.id);
      const step = nextStep(carsOf(db, id), landsAfter);
      if (step.kind === 'end') break;
      const { task } = step.car;
      if (step.kind === 'leave') {
        const reason = `It lands after ${step.after.map((one) => `task ${one}`).join(', ')}, which has not landed.`;
        await writer.write((to) => endCar(to, { train: id, task, state: 'left', reason, at: now() }));
      } else await runCar(room(), trainRow(db, id), step.car, signal);
      announce(id);
    }
    await clearTrainWorktree(room(), place, id);
    await end(id);
  }

  async function empty(train: number, reason: string): Promise<void> {
    await room().writer.write((db) => emptyTrain(db, { train, reason, at: room().now() }));
  }

  async function end(train: number): Promise<void> {
    await room().writer.write((db) => endTrain(db, { train, at: room().now() }));
    announce(train);
  }

  /** Worktrees of trains that ended while theirs could not be taken away. */
  async function clearLeft(): Promise<void> {
    for (const { id, repository, state } of trainsWithWorktree(room().db)) {
      if (state === 'open' || closing.signal.aborted) continue;
      await repositoryPlace(room().git, repositoryById(room().db, repository))
        .then((place) => clearTrainWorktree(room(), place, id))
        .catch((cause) =>
          room().log('warning', 'The worktree of a train is still there.', { train: id, cause: String(cause) }),
        );
    }
  }

  return {
    start() {
      isStarted = true;
      wake();
      running.set(0, clearLeft());
    },
    wake,
    announce,
    async stop(train) {
      const { state } = trainRow(room().db, train);
      if (state === 'ended')
        throw new CodedError('WRONG_STATE', `Train ${train} has ended already.`, { facts: { train } });
      await empty(train, stoppedWords);
      const one = underWay.get(train);
      one?.end.abort();
      if (one === undefined) await end(train);
      else await one.over;
      return readTrain(room().db, train);
    },
    async close() {
      closing.abort();
      for (const one of underWay.values()) one.end.abort();
      await Promise.all(running.values());
    },
  };
}
