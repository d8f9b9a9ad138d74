import { expect, test } from 'vitest';
import { namedTasks } from '../../renderer/text/named-tasks';

const known = (task: number): boolean => [3, 31, 310, 123456789].includes(task);

/** The tasks a sentence leads to, with the words that do; what it is cut into is the sentence whatever they are. */
function led(sentence: string): readonly (readonly [string, number])[] {
  const pieces = namedTasks(sentence, known);
  expect(pieces.map(({ text }) => text).join('')).toBe(sentence);
  return pieces.flatMap(({ text, task }) => (task === null ? [] : [[text, task] as const]));
}

test('a sentence leads to the tasks it names by number, and to nothing else', () => {
  expect(led('This change conflicts with #31: 2 files.')).toEqual([['#31', 31]]);
  expect(led('Lands after #3, #310')).toEqual([
    ['#3', 3],
    ['#310', 310],
  ]);
  expect(led('Task 31 is not in review. Look at task 3.')).toEqual([
    ['Task 31', 31],
    ['task 3', 3],
  ]);
  // Nobody knows it, it is a forge's number, or part of a name.
  expect(led('Waits for #32, and pull request #31 of owner/api#31')).toEqual([]);
  expect(led('task 3.5 and #31px and multitask 3 and &#31;')).toEqual([]);
  expect(led('')).toEqual([]);
});

test('only a whole number names a task, not the beginning of a longer one or of a word', () => {
  expect(led('#1234567890 and task 1234567890, #31a, #31_ and #31é.')).toEqual([]);
  expect(led('#123456789, (#31), #310-#3; after task 31.')).toEqual([
    ['#123456789', 123456789],
    ['#31', 31],
    ['#310', 310],
    ['#3', 3],
    ['task 31', 31],
  ]);
});
