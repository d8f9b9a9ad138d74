import { expect, test } from 'vitest';
import { proposedMessage } from '../../../core/contract/strategy';
import { titleFrom } from '../../../core/contract/title';
import { commitMessage, roundMessage, wentBackMessage } from '../../../core/runner/messages';

test('an agent is told in a sentence of its own which state its files are in, and that an undone going back is none', () => {
  expect(wentBackMessage({ kind: 'start', turn: 0 })).toContain(
    'how they were before your first turn. What was changed',
  );
  expect(wentBackMessage({ kind: 'turn', turn: 2 })).toContain('how they were after turn 2. What was changed');
  expect(wentBackMessage({ kind: 'left', turn: 2 })).toContain('undid going back');
  expect(wentBackMessage({ kind: 'left', turn: 2 })).not.toContain('not there any more');
});

const long = `Rework the whole of the authentication middleware with sessions, tokens and everything that was stored before`;

test.each([
  ['the prompt is the title', 'Add retry', '# Add retry.', 'Add retry\n'],
  ['the prompt begins with it as a line', 'Add retry', 'Add retry\n\nAt most five.', 'Add retry\n\nAt most five.\n'],
  [
    'the prompt begins with it as a sentence',
    'Add retry',
    'Add retry. At most\nfive.',
    'Add retry\n\nAt most\nfive.\n',
  ],
  ['its first line says more', 'Add retry', 'Add retry to the uploader', 'Add retry\n\nAdd retry to the uploader\n'],
  ['the title is the person’s own', 'Uploads', 'Add retry.\nFive.', 'Uploads\n\nAdd retry.\nFive.\n'],
  ['the title is as long as one may be', long, long, `${long.slice(0, 64)}…\n\n${long}\n`],
  ['the title was cut from the prompt', titleFrom(long), long, `${titleFrom(long)}\n\n${long}\n`],
])('a commit says nothing twice, and its subject is short, where %s', (_, title, prompt, message) => {
  expect(commitMessage({ title, prompt })).toBe(message);
  const lines = message.split('\n').filter((line) => line !== '');
  expect(lines[0]?.length).toBeLessThanOrEqual(72);
  expect(new Set(lines).size).toBe(lines.length);
});

test('a commit of a later round is called by its number, in the room a subject has', () => {
  expect(roundMessage({ title: 'Add retry', number: 3 })).toBe('Round 3: Add retry\n');
  const [subject = '', , whole] = roundMessage({ title: 'word '.repeat(20).trim(), number: 12 }).split('\n');
  expect([subject.startsWith('Round 12: word'), subject.length <= 72, whole?.length]).toEqual([true, true, 109]);
});

test('a merge says of which branch, and the title whole where that does not fit', () => {
  const task = { branch: 'switchyard/add-retry-1', title: 'Add retry' };
  expect(proposedMessage('merge', task, 'Add retry\n')).toBe('Merge switchyard/add-retry-1: Add retry\n');
  expect(proposedMessage('squash', task, 'Add retry\n')).toBe('Add retry\n');
  expect(proposedMessage('merge', { ...task, title: long }, '')).toBe(`Merge switchyard/add-retry-1\n\n${long}\n`);
});
