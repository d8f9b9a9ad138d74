import { expect, test } from 'vitest';
import { insertContest } from '../../../core/store/contests';
import { beginPick, forgetIntent, intendPick, pickOf, restOfPick } from '../../../core/store/picks';
import { addTask, temporaryStore } from './store';

test('what another pick had not discarded yet goes with no later one, least of all the task that is picked then', () => {
  const { db } = temporaryStore();
  const contest = insertContest(db, 1);
  const [first, second, third] = [0, 1, 2].map(() => addTask(db, { contest })) as [number, number, number];
  const pick = (task: number) => ({ contest, task, by: 'person', at: 1 });
  beginPick(db, { ...pick(first), others: [second, third] });
  beginPick(db, { ...pick(second), others: [first, third] });
  expect(restOfPick(db, contest)).toEqual([first, third]);

  // One that did not land takes what was left of the other one with it.
  intendPick(db, pick(third));
  forgetIntent(db, contest);
  expect(pickOf(db, contest)).toBeUndefined();
  expect(restOfPick(db, contest)).toEqual([]);
});
