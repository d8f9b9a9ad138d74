import { expect, test } from 'vitest';
import { onTopOf } from '../../../core/commands/on-top';
import { endCheck, startCheck } from '../../../core/store/checks';
import { updateRepository } from '../../../core/store/repositories';
import { taskWork } from '../../../core/store/task-work';
import { addTrain } from '../../../core/store/trains';
import { createBench, write } from '../git/fixture';
import { addTask, temporaryStore } from '../store/store';

const bench = createBench();

test('what a check said on a train of the files that would land holds until it says something else of the very same', async () => {
  const place = await bench.repository();
  const top = place.checkout.workTree;
  const head = (name = 'HEAD') => bench.plain(top, 'rev-parse', name).trim();
  const [landing, tree] = [head(), head('HEAD^{tree}')];
  write(top, 'other.txt', 'other\n');
  bench.plain(top, 'add', '-A');
  bench.plain(top, 'commit', '-q', '-m', 'Other');
  const other = head();

  const { db, repository } = temporaryStore();
  const command = 'npm test';
  updateRepository(db, repository, { checks: [{ name: 'test', command, required: true }] });
  const task = addTask(db);
  const train = addTrain(db, {
    ...{ repository, base: 'main', tip: landing, strategy: null, by: 'person', at: 1 },
    cars: [],
  });
  const begun = (at: string, clean = true) =>
    startCheck(db, { task, name: 'test', command, head: at, clean, train, at: 1 });
  const ran = (at: string, exitCode: number | null, cutOff: 'closing' | null = null) =>
    endCheck(db, { check: begun(at), exitCode, cutOff, output: '', at: 2 });
  const known = () => onTopOf(db, place, { work: taskWork(db, task), tree, head: 'b'.repeat(40), headTree: 'c' });
  const failed = { passed: [], failed: ['test'] };
  const passed = { passed: ['test'], failed: [] };

  expect(await known()).toEqual({ passed: [], failed: [] });
  ran(landing, 0);
  ran(landing, 1);
  expect(await known()).toEqual(failed);
  const running = begun(landing);
  expect(await known()).toEqual(failed);
  endCheck(db, { check: running, exitCode: null, cutOff: 'closing', output: '', at: 2 });
  expect(await known()).toEqual(failed);
  // Stopped, or too long on its way.
  ran(landing, null);
  expect(await known()).toEqual(failed);
  ran(other, 0);
  expect(await known()).toEqual(failed);
  // Something lay beside the files that it saw.
  endCheck(db, { check: begun(landing, false), exitCode: 0, output: '', at: 2 });
  expect(await known()).toEqual(failed);
  ran(landing, 0);
  ran(other, 1);
  expect(await known()).toEqual(passed);
});
