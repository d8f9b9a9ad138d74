import { expect, test } from 'vitest';
import { begunWords, goesOnWith } from '../../cli/begun';

const tasks = { queued: 0, running: 0, waiting: 0, review: 0, done: 0, failed: 0, cancelled: 0 };

test('a start says what it finished and what it goes on with, and that there is nothing only where that is so', () => {
  const [begun, end] = [
    'No runtime was running, so one was started in the background.',
    'It is ended by `switchyard stop`.',
  ];
  const said = (found: Partial<Parameters<typeof begunWords>[0]>) =>
    begunWords({ finished: [], goesOn: null, lost: [], ...found });
  expect(said({})).toBe(`${begun} It has no unfinished task. ${end}`);
  const finished = [
    { id: 21, base: 'trunk' },
    { id: 20, base: 'main' },
  ];
  expect(said({ finished })).toBe(
    `${begun} It finished merging task 20 into main, task 21 into trunk, which had been cut short. Nothing else is unfinished. ${end}`,
  );
  expect(said({ goesOn: goesOnWith(tasks, [3]), lost: [{ id: 7 }] })).toBe(
    `${begun} It goes on with train 3. 1 failed because Switchyard ended in it too often: task 7. ${end}`,
  );
});

test('trains and tasks go on together', () => {
  expect(goesOnWith(tasks, [])).toBeNull();
  expect(goesOnWith({ ...tasks, queued: 1, waiting: 1, review: 4 }, [2, 3])).toBe('2 unfinished tasks and trains 2, 3');
});
