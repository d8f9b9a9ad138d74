import { z } from 'zod';
import { type Before, endedWords, hasLanded, type Part } from './stack';
import { type TaskState, taskIdSchema } from './task';

/** Something that is not as it should be with a task that stands on others, or that others stand on. */
const stackFindingSchema = z.object({
  task: taskIdSchema,
  /** What is wrong, a sentence. */
  what: z.string(),
  /** What to do about it, a sentence. */
  todo: z.string(),
});
export type StackFinding = z.infer<typeof stackFindingSchema>;

/** What looking at every stack came to. */
export const stackCheckSchema = z.object({
  /** How many tasks were looked at. */
  checked: z.number().int(),
  findings: z.array(stackFindingSchema),
});
export type StackCheck = z.infer<typeof stackCheckSchema>;

/** What is known of one task of a stack: from the store, and from git. */
export interface Stacked {
  readonly id: number;
  readonly state: TaskState;
  readonly base: string;
  /** Whether there is a branch of that name. */
  readonly hasBase: boolean;
  readonly branch: string | null;
  /** Where the branch is; null when it is not there. */
  readonly tip: string | null;
  /** Where the store has it. */
  readonly head: string | null;
  /** Its worktree; null when it has none, `problem` a sentence when it is not whole or on another branch. */
  readonly worktree: { readonly path: string; readonly problem: string | null } | null;
  /** What it stands on beside its base, and whether its branch holds that; null for nothing. */
  readonly stack: { readonly oid: string; readonly holds: boolean; readonly problem: string | null } | null;
  /** Each with where its branch is now, and whether what the task stands on holds it. */
  readonly parts: readonly (Part & { readonly tip: string | null; readonly held: boolean })[];
  readonly before: readonly Before[];
  /** A restack of it began and did not end. */
  readonly restacking: boolean;
}

/** What is wrong with one task of a stack, worst first, and what to do; nothing when it is as it should be. */
export function findingsOf(stacked: Stacked): StackFinding[] {
  const { id: task, state, branch, tip, head, stack, parts, before, worktree } = stacked;
  const rests = state === 'review' || state === 'failed' || state === 'cancelled';
  const restack = `Restack it (in the terminal: task restack ${task}).`;
  const found: (readonly [string, string] | null)[] = [
    stacked.hasBase
      ? null
      : [
          `Its base ${stacked.base} is not there.`,
          `Base it on another branch (in the terminal: task base ${task} BRANCH), or bring it back.`,
        ],
    rests && branch !== null && tip === null
      ? [
          `Its branch ${branch} is not there.`,
          `Put it back (git branch ${branch} ${head ?? 'COMMIT'}), or discard the task.`,
        ]
      : null,
    state === 'review' && tip !== null && tip !== head
      ? [
          `Its branch is at ${short(tip)}, and was last seen at ${short(head)}.`,
          `Look at it (in the terminal: task diff ${task}): what stands on it follows then.`,
        ]
      : null,
    worktree?.problem != null ? [`Its worktree ${worktree.path} is not as it was left.`, worktree.problem] : null,
    stack !== null && tip !== null && !stack.holds
      ? [
          `Its branch does not hold ${short(stack.oid)}, on which it is to stand.`,
          'Somebody put it elsewhere by hand, or went back: compare its review with what you expect before you approve.',
        ]
      : null,
    ...parts.flatMap((part) => partFindings(stacked, part)),
    ...before.map((one): readonly [string, string] | null => {
      const ended = !hasLanded(one) && (one.state === 'failed' || one.state === 'cancelled' || one.state === 'done');
      const again = one.state === 'done' ? `task restore ${one.id}` : `task retry ${one.id}`;
      return ended
        ? [
            `It is after task ${one.id}, which ${endedWords(one)}.`,
            `Bring that back (in the terminal: ${again}), or take this one off it (in the terminal: task edit ${task} --detach ${one.id}).`,
          ]
        : null;
    }),
    stack?.problem != null ? [stack.problem, restack] : null,
    stacked.restacking
      ? ['A restack of it was cut short.', `${restack} Starting Switchyard again finishes it, too.`]
      : null,
  ];
  return found.flatMap((one) => (one === null ? [] : [{ task, what: one[0], todo: one[1] }]));
}

function partFindings(
  { id, state, before, stack }: Stacked,
  part: Stacked['parts'][number],
): (readonly [string, string])[] {
  const restack = `Restack it (in the terminal: task restack ${id}).`;
  const one = before.find((each) => each.id === part.id);
  const found: (readonly [string, string])[] = [];
  if (!part.held && stack !== null)
    found.push([`What it stands on does not hold ${short(part.head)} of task ${part.id}, though it should.`, restack]);
  // While it is worked on it follows at the end of that; what it stands on is looked at when that is done, too.
  if (state !== 'review') return found;
  if (one === undefined) found.push([`It stands on task ${part.id}, which it is not after any more.`, restack]);
  else if (hasLanded(one)) found.push([`It stands on task ${part.id}, which has landed.`, restack]);
  else if (one.state === 'review' && part.tip !== null && part.tip !== part.head)
    found.push([
      `It stands on task ${part.id} as it was at ${short(part.head)}; that is at ${short(part.tip)} now.`,
      restack,
    ]);
  return found;
}

function short(oid: string | null): string {
  return oid === null ? 'nothing' : oid.slice(0, 10);
}
