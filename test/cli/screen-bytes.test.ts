import { expect, test } from 'vitest';
import { leaves, modesLeft, withoutQuestions } from '../../cli/screen-bytes';

test.each([
  ['as it is', '\u001d'],
  ['among other keys', 'abc\u001d'],
  ['told apart by kitty', '\u001b[93;5u'],
  ['with its press and release told apart', '\u001b[93;5:1u'],
  ['told apart by xterm', '\u001b[27;5;93~'],
])('Ctrl+] leaves a screen, %s', (_, keys) => {
  expect(leaves(keys)).toBe(true);
});

test.each([']', '\u001b', '\u0003', '\u001b[93u', '\u001b[93;5:3u', '\u001b[27;5;92~'])('%j does not', (keys) => {
  expect(leaves(keys)).toBe(false);
});

test.each([
  ['device attributes', '\u001b[c\u001b[0c\u001b[>c\u001b[=c\u001bZ'],
  ['the place of the cursor and the state', '\u001b[6n\u001b[?6n\u001b[5n'],
  ['modes and keys', '\u001b[?u\u001b[?2026$p\u001b[4$p'],
  ['name and size', '\u001b[>q\u001b[>0q\u001b[18t\u001b[22;0;0t'],
  ['colours, titles and the clipboard', '\u001b]11;?\u001b\\\u001b]0;title\u0007\u001b]52;c;?\u0007'],
  ['capabilities', '\u001bP+q544e\u001b\\\u001b_Gi=1,a=q;AAAA\u001b\\'],
])('what was printed before asks for no %s', (_, asked) => {
  expect(withoutQuestions(`before${asked}after`)).toBe('beforeafter');
});

test('colours, moves and pages of what was printed before stay', () => {
  const painted = '\u001b[31mred\u001b[0m\u001b[2;5H\u001b[?1049h\u001b[2J\u001b[1;24r日本';
  expect(withoutQuestions(painted)).toBe(painted);
});

test('a screen that is left leaves no mode of its own behind', () => {
  for (const mode of ['[<u', '[>4m', '[?1049l', '[?1l', '[?25h', '[?2004l', '[?1004l', '[?2031l', '[?1006l', '[0m'])
    expect(modesLeft).toContain(`\u001b${mode}`);
  // Nor what it had printed beneath, which would show through the words that come there.
  expect(modesLeft.endsWith('\r\n\u001b[J')).toBe(true);
});
