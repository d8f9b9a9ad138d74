import { useEffect } from 'react';
import type { AgentReview, NewAgentReview } from '../../core/contract/agent-review';
import type { Task } from '../../core/contract/task';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import type { App } from './app';
import { useModel } from './app';
import { carryOut, complain, learn, openTask, showSheet } from './commands';
import type { Failure } from './failure';
import { useResource } from './resource';
import { say } from './said';

/** The reviews of a task's change by agents, as they are now; none before it has a change. */
export function useAgentReviews(task: Task): readonly AgentReview[] {
  const round = useModel((model) => model.commentRounds.get(task.id) ?? 0);
  const { value, reload } = useResource(task.change === null ? null : `reviews ${task.id}`, (client, signal) =>
    client.reviews.asked({ task: task.id }, { signal }),
  );
  useEffect(() => {
    if (round > 0) reload();
  }, [round, reload]);
  const tasks = useModel((model) => model.tasks);
  // How each goes on is told with its own task.
  return (value ?? []).map((review) => ({ ...review, state: tasks.get(review.task)?.state ?? review.state }));
}

/** Opens the sheet on which an agent is asked to review a change. */
export function openAskReview(app: App, task: Pick<Task, 'id'>): void {
  showSheet(app, { kind: 'ask-review', task: task.id });
}

/** Has an agent review a change. A failure is given back to be shown where it was asked for. */
export async function askForReview(app: App, asked: NewAgentReview): Promise<Failure | null> {
  const about = { about: aboutReviews(asked.task), sentence: 'Asking…' };
  const ended = await carryOut(app, about, (client) => client.reviews.ask(asked));
  if (!ended.ok) return ended.failure;
  const review = ended.value;
  learn(app, review);
  say(app.said, {
    kind: 'done',
    text: `${cleanLine(review.agent)} reviews the change in task ${review.id}`,
    undo: null,
  });
  return null;
}

/** Makes agents' comments on a change the person's own. */
export async function acceptComments(app: App, task: number, comments: readonly number[]): Promise<void> {
  const about = { about: aboutReviews(task), sentence: 'Accepting…' };
  const ended = await carryOut(app, about, (client) => client.comments.accept({ comments: [...comments] }));
  if (!ended.ok) complain(app, ended.failure);
  else if (comments.length > 1)
    say(app.said, { kind: 'done', text: `Accepted ${count(comments.length, 'comment')}`, undo: null });
}

/** Throws agents' comments on a change away, with a way to have them again. */
export async function dismissComments(app: App, task: number, comments: readonly number[]): Promise<void> {
  const turn = async (dismissed: boolean): Promise<boolean> => {
    const about = { about: aboutReviews(task), sentence: dismissed ? 'Dismissing…' : 'Bringing back…' };
    const ended = await carryOut(app, about, (client) =>
      client.comments.dismiss({ comments: [...comments], dismissed }),
    );
    if (!ended.ok) complain(app, ended.failure);
    return ended.ok;
  };
  if (!(await turn(true))) return;
  say(app.said, {
    ...{ kind: 'done', text: `Dismissed ${count(comments.length, 'comment')}` },
    undo: () => void turn(false),
  });
}

/** Opens the task of a review, in which its agent's conversation is. */
export function openReviewTask(app: App, review: number): void {
  openTask(app, review, 'conversation');
}

/** What `doing` knows work on the reviews of a task's change by. */
export function aboutReviews(task: number): string {
  return `reviews:${task}`;
}
