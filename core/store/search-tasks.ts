import type { Database } from './database';
import { addTasks, lastOf, rewordTasks, type TaskWords } from './search-write';
import { allRows, getRow } from './statement';

const tasksAtOnce = 100;

const taskWords = `SELECT task.id, task.title, coalesce(task_prompt.text, '') AS prompt, task.created_at AS at
  FROM task LEFT JOIN task_prompt ON task_prompt.task_id = task.id`;

/**
 * Takes the words of tasks into the index that were added or changed since it last did. Yields after each transaction, so that
 * whoever goes through it may rest, or stop: it goes on from there the next time.
 */
export function* takeInTasks(index: Database, store: Database): Generator<void, void, void> {
  for (;;) {
    const tasks = allRows<TaskWords>(
      store,
      `${taskWords} WHERE task.id > ? ORDER BY task.id LIMIT ?`,
      lastOf(index, 'task'),
      tasksAtOnce,
    );
    if (tasks.length === 0) break;
    addTasks(index, tasks);
    yield;
  }
  for (;;) {
    const reworded = allRows<{ number: number; task: number }>(
      store,
      'SELECT number, task_id AS task FROM task_rewording WHERE number > ? ORDER BY number LIMIT ?',
      lastOf(index, 'rewording'),
      tasksAtOnce,
    );
    const last = reworded.at(-1)?.number;
    if (last === undefined) return;
    const tasks = [...new Set(reworded.map(({ task }) => task))];
    const words = tasks.flatMap((task) => getRow<TaskWords>(store, `${taskWords} WHERE task.id = ?`, task) ?? []);
    rewordTasks(index, words, last);
    yield;
  }
}
