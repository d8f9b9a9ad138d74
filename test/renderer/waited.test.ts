import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Waited } from '../../core/contract/waited';
import type { Client } from '../../renderer/client';
import type { Line } from '../../renderer/state/connection';
import { applyChanges, type Model, nothingKnown } from '../../renderer/state/model';
import { createStore } from '../../renderer/state/store';
import { keepWaited } from '../../renderer/state/waited';
import * as sample from './harness/data';

const evening = new Date(2026, 10, 21, 23, 59, 0).getTime();

beforeEach(() => {
  vi.useFakeTimers({ now: evening });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A window connected to a core that notes what it is asked and answers as it is told to. */
function watch(...tasks: ReturnType<typeof sample.task>[]) {
  const model = createStore<Model>(nothingKnown);
  const asked: number[] = [];
  const listeners: (() => void)[] = [];
  let answer: (since: number) => Promise<Waited> = async (since) => ({ since, at: Date.now(), ms: 1000, waiting: 1 });
  const line: Line = {
    client: () =>
      ({
        requests: {
          waited: ({ since }: { since: number }) => {
            asked.push(since);
            return answer(since);
          },
        },
      }) as unknown as Client,
    ask: () => {},
    onClient(listener) {
      listeners.push(listener);
      return () => {};
    },
  };
  const known = keepWaited({ model, line });
  const tell = (changes: Parameters<typeof applyChanges>[1]) => model.update((value) => applyChanges(value, changes));
  const snapshot = () =>
    tell([
      {
        type: 'snapshot',
        tasks,
        repositories: [],
        agents: [],
        settings: sample.settings,
        held: null,
        pushes: [],
        trains: [],
      },
    ]);
  snapshot();
  return {
    known,
    asked,
    tell,
    snapshot,
    reconnect: () => listeners.forEach((listener) => void listener()),
    answerWith: (next: typeof answer) => {
      answer = next;
    },
  };
}

const since = new Date(2026, 10, 21).getTime();
const tomorrow = new Date(2026, 10, 22).getTime();

test('the core is asked once, and again only when another task begins or ceases to wait', async () => {
  const { asked, tell, known } = watch(sample.task(1, 'one', 'running'), sample.task(2, 'two', 'waiting'));
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual([since]);
  expect(known.get()).toMatchObject({ waited: { ms: 1000, waiting: 1 }, heardAt: evening });
  tell([{ type: 'task.changed', task: sample.task(1, 'one', 'running', { attempt: 2 }) }]);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked).toEqual([since]);
  tell([{ type: 'task.changed', task: sample.task(1, 'one', 'waiting') }]);
  tell([{ type: 'task.changed', task: sample.task(2, 'two', 'running') }]);
  expect(asked).toEqual([since, since, since]);
});

test('a task that was answered and asked again at once is another wait', () => {
  const { asked, tell } = watch(sample.task(1, 'one', 'waiting', { stateSince: 5 }));
  tell([{ type: 'task.changed', task: sample.task(1, 'one', 'waiting', { stateSince: 9 }) }]);
  expect(asked).toHaveLength(2);
});

test('a new day begins at midnight without anything else happening', async () => {
  const { asked } = watch(sample.task(1, 'one', 'waiting'));
  await vi.advanceTimersByTimeAsync(59_000);
  expect(asked).toEqual([since]);
  await vi.advanceTimersByTimeAsync(16_000);
  expect(asked).toEqual([since, tomorrow]);
});

test('an answer that comes after a newer one does not replace it', async () => {
  const { answerWith, known, tell } = watch();
  await vi.advanceTimersByTimeAsync(0);
  const after = (delay: number, ms: number) =>
    answerWith(async (from) => {
      await new Promise((resolve) => setTimeout(resolve, delay));
      return { since: from, at: 0, ms, waiting: 0 };
    });
  after(50, 1);
  tell([{ type: 'task.changed', task: sample.task(1, 'one', 'waiting') }]);
  after(10, 2);
  tell([{ type: 'task.changed', task: sample.task(1, 'one', 'running') }]);
  await vi.advanceTimersByTimeAsync(100);
  expect(known.get()?.waited.ms).toBe(2);
});

test('what could not be heard is asked again, and so is another client', async () => {
  const { answerWith, asked, reconnect, snapshot, known } = watch();
  answerWith(() => Promise.reject(new Error('gone')));
  reconnect();
  snapshot();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toHaveLength(2);
  answerWith(async (from) => ({ since: from, at: 0, ms: 77, waiting: 0 }));
  await vi.advanceTimersByTimeAsync(16_000);
  expect(asked).toHaveLength(3);
  expect(known.get()?.waited.ms).toBe(77);
});
