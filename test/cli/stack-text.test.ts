import { expect, it } from 'vitest';
import { meetingText, othersHeading } from '../../cli/stack-text';

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
