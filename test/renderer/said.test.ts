import { expect, test } from 'vitest';
import type { Task } from '../../core/contract/task';
import type { App } from '../../renderer/state/app';
import { complain, sayDone, sayOf } from '../../renderer/state/commands';
import type { Saying } from '../../renderer/state/said';
import { createStore } from '../../renderer/state/store';

type Known = Pick<Task, 'id' | 'state'>;

function windowOf(...tasks: readonly Known[]) {
  const said = createStore<readonly Saying[]>([]);
  const model = createStore({ tasks: new Map(tasks.map((task) => [task.id, task])) });
  const app = { said, model } as unknown as App;
  const shown = () =>
    said
      .get()
      .filter((saying) => saying.shown)
      .map(({ text }) => text);
  return { app, model, shown };
}

const task = (id: number, state: Task['state']) => ({ id, state }) as Task;
const failure = (message: string) => ({ code: 'WRONG_STATE', message }) as const;

test('what is said of a task takes the place of everything that was said of it, and of nothing else', () => {
  const { app, shown } = windowOf(task(1, 'cancelled'), task(2, 'review'));
  complain(app, failure('One cannot be cancelled.'), 1);
  complain(app, failure('Two cannot be restacked.'), 2);
  complain(app, failure('No remote.'));
  expect(shown()).toHaveLength(3);
  sayOf(app, task(1, 'cancelled'), { text: 'Cancelled one', undo: null });
  expect(shown()).toEqual(['Two cannot be restacked.', 'No remote.', 'Cancelled one']);
  sayDone(app, task(2, 'review'), 'Sent your comment');
  expect(shown()).toEqual(['No remote.', 'Sent your comment']);
  complain(app, failure('Two again.'), 2);
  expect(shown()).toEqual(['No remote.', 'Two again.']);
});

test('a state that a task has left already is not said any more, nor what was said of it before', () => {
  const { app, shown } = windowOf(task(1, 'review'));
  sayDone(app, task(1, 'review'), 'Sent your comment');
  // The answer to the press comes after the change it made, and the next one.
  sayOf(app, task(1, 'queued'), { text: 'One is queued again', undo: null });
  expect(shown()).toEqual([]);
  sayOf(app, task(1, 'review'), { text: 'One is in review again', undo: null });
  expect(shown()).toEqual(['One is in review again']);
});
