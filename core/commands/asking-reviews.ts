import type { AgentReview, NewAgentReview } from '../contract/agent-review';
import { CodedError } from '../contract/errors';
import type { TaskDetail } from '../contract/task';
import { reviewPrompt } from '../runner/messages';
import { repositoryPlace } from '../runner/place';
import { insertAgentReview, listAgentReviews, unfinishedReviewBy } from '../store/agent-reviews';
import { taskRow } from '../store/task-row';
import { readTaskDetail } from '../store/task-view';
import { taskWork } from '../store/task-work';
import { insertTask } from '../store/tasks';
import { alone, mustBe } from './acting';
import { assertAgent } from './agents';
import { reviewOf } from './reviews';
import type { Room } from './room';

/**
 * Has an agent review a change as it stands, as a task of its own. Throws WRONG_STATE unless the change is in review, and
 * BAD_INPUT when there is nothing in it. WRONG_STATE too while the same agent reviews this very change already.
 */
export function ask(room: Room, input: NewAgentReview): Promise<TaskDetail> {
  return alone(input.task, async () => {
    const work = taskWork(room.db, input.task);
    mustBe(work, ['review'], 'reviewed by an agent');
    const settings = room.settings();
    const agent = input.agent ?? settings.defaultAgent;
    assertAgent(room, agent);
    const { head, mergeBase, files } = await reviewOf(room, work, await repositoryPlace(room.git, work.repository));
    if (files.length === 0)
      throw new CodedError('BAD_INPUT', `The change of task ${work.id} is empty: there is nothing to review.`);
    const prompt = reviewPrompt({ ...work, head, mergeBase, files, more: input.prompt });
    const id = await room.writer.write((db) => {
      mustBe(taskRow(db, work.id), ['review'], 'reviewed by an agent');
      const same = unfinishedReviewBy(db, { reviewed: work.id, agent, head });
      if (same !== null) throw alreadyAsked({ task: work.id, agent, review: same });
      const task = insertTask(db, {
        repositoryId: work.repository.id,
        title: titleOf(work.title),
        prompt,
        agent,
        base: work.base,
        permissionLevel: input.permissionLevel ?? settings.defaultPermissionLevel,
        priority: work.priority,
        budget: settings.taskBudget,
        maxAttempts: settings.maxAttempts,
        at: room.now(),
      });
      insertAgentReview(db, { task, reviewed: work.id, head, mergeBase });
      return task;
    });
    room.announce(id);
    room.announceComments(work.id);
    room.runner.wake();
    return readTaskDetail(room.db, id);
  });
}

/** The reviews of a task's change that agents were asked for, oldest first. */
export function asked(room: Room, task: number): AgentReview[] {
  taskRow(room.db, task);
  return listAgentReviews(room.db, task);
}

/** A second press must not be a second review that is paid for. */
function alreadyAsked({ task, agent, review }: { task: number; agent: string; review: number }): CodedError {
  return new CodedError(
    'WRONG_STATE',
    `${agent} reviews this very change already, in task ${review}. Wait for it, cancel it (in the terminal: task cancel ${review}), or ask another agent.`,
    { facts: { task, review } },
  );
}

function titleOf(title: string): string {
  const whole = `Review: ${title}`;
  return whole.length <= 200 ? whole : `${whole.slice(0, 199)}…`;
}
