import { expect, test } from 'vitest';
import { newTaskSchema } from '../../../core/contract/task';
import { type Issue, refusedWords } from '../../../core/server/refused-input';

const refused = (input: object) =>
  refusedWords(
    (newTaskSchema.safeParse({ repositoryId: 1, title: 't', prompt: 'p', ...input }).error?.issues ?? []) as Issue[],
  );

test('an input that is refused is said in sentences, by what it is called and not by how it is checked', () => {
  expect(refused({ title: 'x'.repeat(201), prompt: ' ' })).toBe(
    'The title must be at most 200 characters long. The prompt must not be empty.',
  );
  expect(refused({ permissionLevel: 'root' })).toBe(
    'The permission level must be one of autonomous, supervised, human-required.',
  );
  expect(refused({ budget: { usd: -1 } })).toMatch(/^The budget usd must be .*\.$/);
});
