import { expect, test } from 'vitest';
import { actionIds, actions } from '../../renderer/keys/actions';
import { heard } from '../../renderer/keys/press';
import { refusedOnRow } from '../../renderer/tasks/row-letters';

const titles = { mac: false, open: 'One', row: 'Two\nlines' };

/** What is said of keys pressed one after the other, as the table writes them. */
const saidOf = (keys: string, given: Partial<Parameters<typeof refusedOnRow>[1]> = {}) => {
  const [first = '', second] = keys.split(' ');
  const pressed = second === undefined ? heard(first, null) : heard(second, first);
  return refusedOnRow(pressed, { ...titles, ...given });
};

const changing = [
  ...['w', 'h', 'e', 'n', 'a', 'd', 'mod+Backspace', '1', '9'],
  ...['y', 'u', 'o', 'g y', 'g z', 'g c', 'g x'],
];

test('what changes or checks the open task, or answers its agent, is refused on another row, and says why', () => {
  for (const keys of changing) expect(saidOf(keys), keys).toMatch(/ did nothing: “One” is open, not “Two lines”\./);
  expect(saidOf('w')).toBe('W did nothing: “One” is open, not “Two lines”. Open that with ↵ first.');
  expect(saidOf('mod+Backspace')).toMatch(/^Ctrl Backspace did nothing/);
  expect(saidOf('g c')).toMatch(/^G then C did nothing/);
});

test('keys that go somewhere, select or open something stay as they are, alone and in pairs', () => {
  const others = actionIds.flatMap((id) => actions[id].keys).filter((keys) => !changing.includes(keys));
  // The second letter of each of these does something else by itself.
  expect(others).toEqual(expect.arrayContaining(['g d', 'g n', 'g w', 'g a', 'g e', 'g 1', 'g 5']));
  for (const keys of [...others, 'g', 'q', '0']) expect(saidOf(keys), keys).toBe(null);
});

test('with no task open, or no row in hand, nothing is refused', () => {
  expect(saidOf('w', { open: null })).toBe(null);
  expect(saidOf('w', { row: null })).toBe(null);
});
