import { expect, it } from 'vitest';
import { meetingText, othersHeading, problemText, restackedText } from '../../cli/stack-text';

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
  const says = 'It has edits in a.txt. Commit them, then restack (in the terminal: task restack 9).';
  expect(stuck(says)).toBe(`${says.replace('in the terminal: ', 'switchyard ')}\n`);
  expect([stuck(null), stuck(conflict, `It still stands on changes that have landed. ${conflict}`)]).toEqual(['', '']);
  expect(problemText({ id: 9, stack: null }, null, 'switchyard')).toBe('');
});

it('says what a restack did also of a change that begins at another commit and whose branch stays', () => {
  const at = (head: string, mergeBase: string) => ({ head: head.repeat(40), mergeBase: mergeBase.repeat(40) });
  const said = (before: ReturnType<typeof at> | null, on: number | null = null) => {
    const stack = on === null ? null : { on: [on], problem: null };
    return restackedText({ id: 9, base: 'main', stack }, { before, after: at('a', 'b') });
  };
  const moved = 'Task 9 was brought onto what it stands on as that is now.\n';
  expect([said(at('c', 'b')), said(null)]).toEqual([moved, moved]);
  expect(said(at('a', 'c'))).toBe(
    'Task 9 holds what it stands on as that is now, and is compared with bbbbbbbbbb from now on, not with cccccccccc.\n',
  );
  expect(said(at('a', 'b'))).toMatch(/^Nothing to do: task 9 stands on no other change, and is merged into main/);
  expect(said(at('a', 'b'), 8)).toMatch(/^Nothing to do: task 9 stands on what it is to stand on already/);
});
