import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { branchName, cyrb53 } from '../../../core/git/branch-name';

test('cyrb53 gives the published values', () => {
  expect(cyrb53('a')).toBe(7929297801672961);
  expect(cyrb53('b')).toBe(8684336938537663);
  expect(cyrb53('revenge')).toBe(4051478007546757);
  expect(cyrb53('revenue')).toBe(8309097637345594);
  expect(cyrb53('revenue', 1)).toBe(8697026808958300);
});

test('the same task always gets the same branch, another task another', () => {
  expect(branchName('Fix the login', '1')).toBe(branchName('Fix the login', '1'));
  expect(branchName('Fix the login', '1')).not.toBe(branchName('Fix the login', '2'));
});

test.each([
  'Fix the login',
  '',
  '   ',
  '日本語だけ',
  '--upload-pack=touch /tmp/x',
  '../../etc/passwd',
  'a.lock',
  'Ünïcödé äccents',
  'x'.repeat(500),
  `${'y'.repeat(39)}-----z`,
  'line\nbreak\0nul',
  '@{-1}',
  '~^:?*[\\',
])('the branch for the title %j is one git accepts', (title) => {
  const name = branchName(title, title);
  expect(name).toMatch(/^switchyard\/[a-z0-9]+(-[a-z0-9]+)*-[a-z0-9]+$/);
  expect(name.slice('switchyard/'.length, name.lastIndexOf('-')).length).toBeLessThanOrEqual(40);
  expect(execFileSync('git', ['check-ref-format', '--branch', name], { encoding: 'utf8' }).trim()).toBe(name);
});
