import { expect, it } from 'vitest';
import { meetingText, othersHeading, problemText } from '../../cli/stack-text';

it('says on one line how two changes meet, with nothing in a name that a terminal would heed', () => {
  const lines = { mine: [{ first: 3, last: 3 }], theirs: [{ first: 2, last: 9 }] };
  const path = 'a\u001b[2Jb\nc';
  expect(meetingText({ path, conflict: 'rename', about: `It was renamed to ${path}.`, ...lines })).toBe(
    'conflicts  ab c  lines 3, and there 2–9  It was renamed to ab c.',
  );
});

it('says whose the other side of an overlap is', () => {
  expect(othersHeading(9, 'main')).toBe('The change of task 9:');
  expect(othersHeading(null, 'ma\u001b[2Jin')).toBe('What came to main since it began:');
});

it('says once why a change does not stand where it should, and how it is brought there', () => {
  const stuck = (problem: string | null, held: string | null = null) =>
    problemText({ id: 9, stack: { on: [8], problem } }, held, 'switchyard');
  const conflict = 'It conflicts with task 8 in a.txt, which its agent did not resolve.';
  expect(stuck(conflict)).toBe(`${conflict}\nOnce that is mended: switchyard task restack 9\n`);
  const says = 'It has edits in a.txt. Commit them, then restack (task restack 9).';
  expect(stuck(says)).toBe(`${says}\n`);
  expect([stuck(null), stuck(conflict, `It still stands on changes that have landed. ${conflict}`)]).toEqual(['', '']);
  expect(problemText({ id: 9, stack: null }, null, 'switchyard')).toBe('');
});
