import { expect, test } from 'vitest';
import { initialsOf } from '../../renderer/shell/initials';

test('a repository is two letters of its name: of two words their first, of one its first two', () => {
  expect(initialsOf(['api', 'billing-service', 'Éclair'])).toEqual(['Ap', 'BS', 'Éc']);
});

test('a name of one letter is that letter, and a digit only tells it from another', () => {
  expect(initialsOf(['q', 'q', 'api'])).toEqual(['Q', 'Q2', 'Ap']);
});

test('no two repositories have the same letters, whatever they are called', () => {
  const names = [
    'api',
    'api',
    'app',
    'apple',
    'a-p',
    'a.p',
    'AP',
    'web',
    'web-ext',
    'x',
    'x',
    '',
    '---',
    '日本語',
    '日本',
  ];
  const initials = initialsOf(names);
  expect(new Set(initials.map((pair) => pair.toLowerCase())).size).toBe(names.length);
  for (const pair of initials) expect([...pair].length).toBeLessThanOrEqual(2);
});
