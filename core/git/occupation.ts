import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkout } from './checkout';
import { lockState } from './lock';

/** What git can have begun in a checkout and not ended, by the words for it. */
export type Operation = 'merge' | 'cherry-pick' | 'revert' | 'rebase' | 'rebase or git am';

const operations: readonly (readonly [file: string, operation: Operation, end: string])[] = [
  ['MERGE_HEAD', 'merge', 'Finish it or run git merge --abort.'],
  ['CHERRY_PICK_HEAD', 'cherry-pick', 'Finish it or run git cherry-pick --abort.'],
  ['REVERT_HEAD', 'revert', 'Finish it or run git revert --abort.'],
  ['rebase-merge', 'rebase', 'Finish it or run git rebase --abort.'],
  ['rebase-apply', 'rebase or git am', 'Finish it or abort it.'],
];

/** What was begun in a checkout and not ended; null for nothing. */
export async function unfinishedIn(checkout: Checkout): Promise<Operation | null> {
  return (await begunIn(checkout))?.[1] ?? null;
}

/** What is going on in a checkout that a landing must not disturb, as a sentence; null for nothing. */
export async function occupation(checkout: Checkout): Promise<string | null> {
  const begun = await begunIn(checkout);
  if (begun !== null) return `A ${begun[1]} is going on there. ${begun[2]}`;
  return (await lockState(checkout)) === 'free' ? null : lockedReason(checkout);
}

/** That somebody else has the lock of a checkout, as sentences. */
export function lockedReason(checkout: Checkout): string {
  return `Another git command is at work there: ${join(checkout.gitDir, 'index.lock')} exists. Wait for it to end; if none is running, delete that file.`;
}

async function begunIn(checkout: Checkout): Promise<(typeof operations)[number] | null> {
  for (const operation of operations) {
    if ((await lstat(join(checkout.gitDir, operation[0])).catch(() => null)) !== null) return operation;
  }
  return null;
}
