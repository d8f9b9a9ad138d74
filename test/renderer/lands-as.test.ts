import { expect, test } from 'vitest';
import { landsAs } from '../../renderer/sheets/lands-as';

const commit = (subject: string) => ({ oid: 'a'.repeat(40), subject, author: 'Ada', at: 1 });
const task = { branch: 'switchyard/add-retry-1', title: 'Add retry' };
const review = {
  strategy: 'ff',
  strategies: ['ff', 'merge', 'squash', 'rebase'],
  commits: [commit('Add retry to the uploader')],
  message: 'Add retry\n\nAt most five.\n',
} as const;
const moved = { ...review, strategy: 'merge', strategies: ['merge', 'squash', 'rebase'] } as const;
const two = { ...review, commits: [commit('Add retry'), commit('Then test it')] };

test.each([
  ['the first as proposed', review, null, true, 'Fast-forward: Add retry to the uploader'],
  ['the next as proposed', review, null, false, 'Merge commit: Merge switchyard/add-retry-1: Add retry'],
  ['the first on a base that has moved', moved, null, true, 'Merge commit: Merge switchyard/add-retry-1: Add retry'],
  ['a squash', review, 'squash', false, 'Squash: Add retry'],
  ['the next of fast-forwards', two, 'ff', false, 'Rebase, 2 commits: Then test it'],
  ['one that cannot land', { ...review, strategy: null }, null, true, null],
] as const)('of %s it is said how it lands and as what', (_, shown, wanted, isFirst, words) => {
  expect(
    landsAs(task, { ...shown, strategies: [...shown.strategies], commits: [...shown.commits] }, { wanted, isFirst }),
  ).toBe(words);
});
