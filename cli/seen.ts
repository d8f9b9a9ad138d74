import { CodedError } from '../core/contract/errors';
import type { Review } from '../core/contract/review';
import { UsageError } from './command';

/** What a person saw of a change, and named: the beginnings of commits. */
export interface Seen {
  readonly head: string;
  /** What the change was compared with; null when only its commit was named. */
  readonly mergeBase: string | null;
}

/** The beginning of the commit a person saw and named, as ids are written; undefined when none was named. Throws a UsageError. */
export function seenHead(typed: string | undefined): string | undefined {
  if (typed !== undefined && !isCommitStart(typed))
    throw new UsageError('--head must be a commit id, at least its first 7 characters.');
  return typed?.toLowerCase();
}

/** The commit a person saw, and what it was compared with where that is named, too; undefined of none. Throws a UsageError. */
export function seenRange(typed: string | undefined): Seen | undefined {
  const seen = typed === undefined ? undefined : seenIn(typed);
  if (seen === null)
    throw new UsageError(
      '--head must be a commit id, at least its first 7 characters, or two of them as task diff says: what it was compared with, two dots, the commit.',
    );
  return seen;
}

/** The same of what was typed anywhere; null when it is neither. */
export function seenIn(typed: string): Seen | null {
  const ids = typed.toLowerCase().split('..');
  const [head, mergeBase = null] = ids.reverse();
  return ids.length <= 2 && ids.every(isCommitStart) && head !== undefined ? { head, mergeBase } : null;
}

/** Whether it may be the beginning of a commit's id, long enough to mean one. */
function isCommitStart(typed: string): boolean {
  return /^[0-9a-f]{7,64}$/i.test(typed);
}

/** Throws MOVED, with what to type, unless a task's change is what was named, if anything was. */
export function assertSeen(
  { task, head, mergeBase }: Pick<Review, 'task' | 'head' | 'mergeBase'>,
  {
    seen,
    did,
    program,
  }: {
    readonly seen: Seen | undefined;
    readonly did: 'merged' | 'begun' | 'pushed';
    readonly program: string;
  },
): void {
  if (seen === undefined) return;
  const moved = !head.startsWith(seen.head)
    ? `is ${head} now, not ${seen.head}`
    : !mergeBase.startsWith(seen.mergeBase ?? '')
      ? `is compared with ${mergeBase} now, not with ${seen.mergeBase}`
      : null;
  if (moved === null) return;
  throw new CodedError(
    'MOVED',
    `Nothing was ${did}: the change of task ${task} ${moved}. Look at it again: ${program} task diff ${task}`,
  );
}
