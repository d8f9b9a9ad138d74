import { expect, it } from 'vitest';
import { approvalSchema } from '../../../core/contract/review';
import { newTaskSchema } from '../../../core/contract/task';

const oid = 'a'.repeat(40);

it.each([
  ['an approval', approvalSchema, { task: 1, base: oid, head: oid, tree: oid, stategy: 'squash' }, 'stategy'],
  [
    'a new task',
    newTaskSchema,
    { repositoryId: 1, title: 't', prompt: 'p', permisionLevel: 'autonomous' },
    'permisionLevel',
  ],
])('a misspelt choice in %s is refused and not dropped', (_what, schema, input, misspelt) => {
  const { success, error } = schema.safeParse(input);
  expect(success).toBe(false);
  expect(error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: [misspelt] }]);
});
