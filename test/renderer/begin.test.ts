import { expect, test } from 'vitest';
import { begin, unreadable } from '../../renderer/begin';

test('a page whose script cannot be read says so and what to do, and no empty frame stays', async () => {
  const root = { textContent: '' };
  const started: string[] = [];
  const gone = () => Promise.reject<string>(new TypeError('Failed to fetch dynamically imported module'));
  await expect(begin(root, unreadable, gone, (app) => started.push(app))).rejects.toThrow('Failed to fetch');
  expect(root.textContent).toBe(unreadable);
  expect(started).toEqual([]);
  const whole = { textContent: '' };
  await begin(
    whole,
    unreadable,
    async () => 'app',
    (app) => started.push(app),
  );
  expect(started).toEqual(['app']);
  // What goes wrong in the app itself is no part that could not be read.
  const broken = () => {
    throw new Error('broken');
  };
  await expect(begin(whole, unreadable, async () => 'app', broken)).rejects.toThrow('broken');
  expect(whole.textContent).toBe('');
});
