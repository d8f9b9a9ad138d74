import { expect, it } from 'vitest';
import { approvalSchema, stackApprovalSchema } from '../../../core/contract/review';
import { newTaskSchema } from '../../../core/contract/task';
import { trainApprovalSchema } from '../../../core/contract/train';

const oid = 'a'.repeat(40);
const approval = { task: 1, base: oid, mergeBase: oid, head: oid, tree: oid };

it.each([
  ['an approval', approvalSchema, { ...approval, stategy: 'squash' }, 'stategy'],
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

it('an approval that does not say what the change was compared with is refused', () => {
  expect(approvalSchema.safeParse(approval).success).toBe(true);
  const { mergeBase: _, ...without } = approval;
  expect(approvalSchema.safeParse(without).error?.issues).toMatchObject([{ path: ['mergeBase'] }]);
  const { base, ...seen } = without;
  const several = [
    stackApprovalSchema.safeParse({ base, approvals: [seen] }),
    trainApprovalSchema.safeParse({ base, changes: [seen] }),
  ];
  expect(several.map(({ error }) => error?.issues[0]?.path.at(-1))).toEqual(['mergeBase', 'mergeBase']);
});
