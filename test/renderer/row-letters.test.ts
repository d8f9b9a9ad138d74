import { expect, test } from 'vitest';
import { actionIds, actions } from '../../renderer/keys/actions';
import { refusedOnRow } from '../../renderer/tasks/row-letters';

const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const titles = { mac: false, open: 'One', row: 'Two\nlines' };

test('what moves the open task on, or answers its agent, is refused on another row, and says why', () => {
  for (const key of ['w', 'h', 'e', 'n', 'a', 'd', '1', '9'])
    expect(refusedOnRow({ ...none, key }, titles)).toBe(
      `${key.toUpperCase()} did nothing: “One” is open, not “Two lines”. Open that with ↵ first.`,
    );
  expect(refusedOnRow({ ...none, key: 'Backspace', ctrlKey: true }, titles)).toMatch(/^Ctrl Backspace did nothing/);
});

test('keys that go somewhere, select or open something stay as they are', () => {
  const changing = ['w', 'h', 'e', 'n', 'a', 'd', 'mod+Backspace'];
  const others = actionIds
    .flatMap((id) => actions[id].keys)
    .filter((key) => !/[ +]/.test(key) && !changing.includes(key));
  for (const key of [...others, 'g', 'q', '0']) expect(refusedOnRow({ ...none, key }, titles)).toBe(null);
});

test('with no task open, or no row in hand, nothing is refused', () => {
  expect(refusedOnRow({ ...none, key: 'w' }, { ...titles, open: null })).toBe(null);
  expect(refusedOnRow({ ...none, key: 'w' }, { ...titles, row: null })).toBe(null);
});
