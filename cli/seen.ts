import { CodedError } from '../core/contract/errors';
import { UsageError } from './command';

/** The beginning of the commit a person saw and named, as ids are written; undefined when none was named. Throws a UsageError. */
export function seenHead(typed: string | undefined): string | undefined {
  if (typed !== undefined && !isCommitStart(typed))
    throw new UsageError('--head must be a commit id, at least its first 7 characters.');
  return typed?.toLowerCase();
}

/** Whether it may be the beginning of a commit's id, long enough to mean one. */
export function isCommitStart(typed: string): boolean {
  return /^[0-9a-f]{7,64}$/i.test(typed);
}

/** Throws MOVED, with what to type, unless a task's change is the commit that was named, if any was. */
export function assertSeen(
  change: { readonly task: number; readonly head: string; readonly seen: string | null | undefined },
  { did, program }: { readonly did: 'merged' | 'begun' | 'pushed'; readonly program: string },
): void {
  const { task, head, seen } = change;
  if (seen == null || head.startsWith(seen)) return;
  throw new CodedError(
    'MOVED',
    `Nothing was ${did}: the change of task ${task} is ${head} now, not ${seen}. Look at it again: ${program} task diff ${task}`,
  );
}
