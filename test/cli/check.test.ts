import { expect, test } from 'vitest';
import { checkRows, checkWarning } from '../../cli/check';
import type { CheckDetail } from '../../core/contract/check';

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
