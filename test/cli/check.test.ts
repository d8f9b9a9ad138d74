import { expect, test } from 'vitest';
import { checkRows, checkWarning, heldByChecks } from '../../cli/check';
import type { CheckDetail, CheckStand } from '../../core/contract/check';

test('checks are told in the order of the repository, with what is required, and that a failed one printed nothing', () => {
  const run = (name: string, state: CheckDetail['state'], output: string) =>
    ({
      name,
      command: 'x',
      state,
      output,
      exitCode: state === 'passed' ? 0 : 1,
      stale: false,
      train: null,
    }) as CheckDetail;
  const task = { id: 1, checks: [run('slow', 'passed', 'slept'), run('test', 'failed', '\n')] };
  const known = [
    { name: 'test', command: 'x', required: true },
    { name: 'slow', command: 'x', required: false },
  ];
  expect(checkRows(task, { program: 's', known })).toEqual([
    ['  check', 'test (x), required: failed with exit code 1'],
    ['', '  It printed nothing.'],
    ['  check', 'slow (x): passed'],
  ]);
  expect(checkWarning(task, 's')).toBe('! The check test (x) failed with exit code 1.\n  It printed nothing.\n');
});

test('what keeps a change from being approved is named, with how to see what it printed, or to run it', () => {
  const stand = (name: string, state: CheckStand['state'], required = true): CheckStand => ({ name, required, state });
  const held = (...stands: CheckStand[]) => heldByChecks({ id: 7, stands }, 's');
  expect(held(stand('test', 'passed'), stand('slow', 'failed', false))).toBe('');
  expect(held(stand('te\u001b[1mst', 'failed'), stand('lint', 'not-run'))).toBe(
    '! Required before it is approved: test failed; lint has not run. What it printed: s task show 7\n',
  );
  expect(held(stand('lint', 'stale'))).toBe(
    '! Required before it is approved: lint passed on an older change. Run what is left: s check run 7\n',
  );
});
