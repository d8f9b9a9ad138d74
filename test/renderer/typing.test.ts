import { expect, it } from 'vitest';
import { heldKey, pasted, typing, unbroken } from '../../renderer/terminal/typing';

it('sends what is typed in order, one piece at a time, and keeps characters whole', async () => {
  const sent: string[] = [];
  let open = 0;
  let most = 0;
  const type = typing(
    async (text) => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      sent.push(text);
      open -= 1;
    },
    () => {},
  );
  type('a');
  type('b');
  const long = `${'x'.repeat(32 * 1024 - 1)}😀${'y'.repeat(100)}`;
  type(long);
  while (sent.join('').length < long.length + 2) await new Promise((resolve) => setImmediate(resolve));
  expect(sent.join('')).toBe(`ab${long}`);
  expect(most).toBe(1);
  expect(sent.every((piece) => piece.isWellFormed())).toBe(true);
});

it('drops what was waiting when a piece could not be sent, and says so once', async () => {
  const failures: unknown[] = [];
  const type = typing(
    () => Promise.reject(new Error('gone')),
    (error) => failures.push(error),
  );
  type('one');
  type('two');
  await new Promise((resolve) => setImmediate(resolve));
  expect(failures).toHaveLength(1);
});

it('pastes text and nothing that could pass for a key', () => {
  expect(pasted('ls\t-l\n\x1b[201~rm\x03\x7f\r\n')).toBe('ls\t-l\n[201~rm\r\n');
});

it('pastes one line without the break that would run it, and several only after asking', () => {
  expect(unbroken('rm -r build\n')).toBe('rm -r build');
  expect(unbroken('ls \t\r\n \n')).toBe('ls \t');
  expect(unbroken('ls ')).toBe('ls ');
  expect(unbroken('\n')).toBe('');
  expect(unbroken('one\ntwo')).toBe(null);
  expect(unbroken('\ntwo')).toBe(null);
});

it('holds keys for a terminal to come as its program will read them, and leaves letters and the system’s chords alone', () => {
  const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  const held = (key: string, more: Partial<typeof plain> = {}) => heldKey({ ...plain, key, ...more });
  expect(['Enter', 'Tab', 'Backspace', 'Escape', 'ArrowUp'].map((key) => held(key))).toEqual([
    ...['\r', '\t', '\x7f', '\x1b', '\x1b[A'],
  ]);
  expect([held('c', { ctrlKey: true }), held('U', { ctrlKey: true })]).toEqual(['\x03', '\x15']);
  expect([held('w'), held('F5'), held('Dead'), held('toString')]).toEqual([null, null, null, null]);
  expect([
    held('c', { metaKey: true }),
    held('Tab', { altKey: true }),
    held('c', { ctrlKey: true, shiftKey: true }),
  ]).toEqual([...[null, null, null]]);
});
