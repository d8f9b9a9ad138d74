import { expect, test } from 'vitest';
import { leaving, shownOf, typing } from '../../renderer/parts/typed';

test('a field shows what is stored until something is typed into it', () => {
  expect(shownOf(null, 'npm run dev')).toBe('npm run dev');
  expect(shownOf(undefined, '')).toBe('');
  expect(shownOf(typing(''), 'npm run dev')).toBe('');
});

test('what is stored meanwhile does not take away what is being typed', () => {
  expect(shownOf(typing('make'), 'npm start')).toBe('make');
});

test('a field that was left shows what was typed until something else is stored', () => {
  const left = leaving(typing('make'), 'npm run dev');
  expect(shownOf(left, 'npm run dev')).toBe('make');
  expect(shownOf(left, 'make')).toBe('make');
  expect(shownOf(left, 'npm start')).toBe('npm start');
});
