import { assertNever, CodedError } from '../contract/errors';
import type { Place } from '../git/checkout';
import type { PutBackPlan } from '../git/put-back';
import type { CheckpointRow } from '../store/checkpoints';
import type { TaskWork } from '../store/task-work';

/** Why a worktree was not put back: it is there already. */
export function alreadyThere({ task, number }: CheckpointRow): CodedError {
  return new CodedError('WRONG_STATE', `The worktree of task ${task} is as checkpoint ${number} has it already.`, {
    facts: { task, checkpoint: number },
  });
}

/** Why a worktree was not put back: what keeps the checkpoint is gone, or is not what was kept and shown. */
export function notAsKept({ task, number, ref }: CheckpointRow): CodedError {
  return new CodedError(
    'WRONG_STATE',
    `Task ${task} did not go back, and nothing was touched: ${ref}, which keeps checkpoint ${number}, was moved or taken away. Go back to another one.`,
    { facts: { task, checkpoint: number, ref } },
  );
}

/** Why a worktree was not put back, and what to do about it. */
export function obstacle(
  { id }: TaskWork,
  { checkout }: Place,
  plan: Exclude<PutBackPlan, { readonly kind: 'planned' }>,
): CodedError {
  const nothing = `Task ${id} did not go back, and nothing was touched:`;
  const facts = { task: id, path: checkout.workTree };
  switch (plan.kind) {
    case 'changed':
      return new CodedError(
        'CONFLICT',
        `${nothing} something keeps writing in ${checkout.workTree}. End it, then go back.`,
        { facts },
      );
    case 'in-the-way': {
      const some = plan.paths.slice(0, 5).join(', ');
      const more = plan.paths.length > 5 ? ` and ${plan.paths.length - 5} more` : '';
      return new CodedError(
        'CONFLICT',
        `${nothing} git ignores ${some}${more} in ${checkout.workTree}, and files would have to be written in its place. Move it away, then go back.`,
        { facts: { ...facts, paths: plan.paths.slice(0, 100) } },
      );
    }
    case 'busy':
      return new CodedError(
        'CONFLICT',
        `${nothing} another git command is at work in ${checkout.workTree}: ${plan.lock} exists. Wait for it to end; if none is running, delete that file. Then go back.`,
        { facts: { ...facts, lock: plan.lock } },
      );
    case 'rebasing':
      return new CodedError(
        'CONFLICT',
        `${nothing} a rebase is under way in ${checkout.workTree}. Finish it there, or take it back with git rebase --abort, then go back.`,
        { facts },
      );
    case 'moved-on':
      return new CodedError(
        'CONFLICT',
        `${nothing} it was on ${plan.branch} then, which had no commit and has some now. Go back to another checkpoint.`,
        { facts: { ...facts, branch: plan.branch } },
      );
    default:
      return assertNever(plan);
  }
}
