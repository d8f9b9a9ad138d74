import { approvalsOf, type StackedReview } from '../../core/contract/review';
import type { Strategy } from '../../core/contract/strategy';
import type { Task } from '../../core/contract/task';
import { count } from '../text/amounts';
import { cleanLine } from '../text/clean';
import type { App } from './app';
import { carryOut, complain, learn, sayDone, sayOf } from './commands';
import type { Failure } from './failure';

/** Brings a change onto what it is after as that stands now. */
export async function restackTask(app: App, task: Task): Promise<void> {
  const ended = await carryOut(app, { about: `task:${task.id}`, sentence: 'Restacking…' }, (client) =>
    client.tasks.restack({ task: task.id }),
  );
  if (!ended.ok) return complain(app, ended.failure, task.id);
  learn(app, ended.value);
  const title = `“${cleanLine(task.title)}”`;
  // Where the two conflict it went back to its agent.
  const text =
    ended.value.state === 'review' ? `${title} was restacked` : `${task.agent} resolves what conflicts in ${title}`;
  sayDone(app, task, text);
}

/** Has a task land after another one; it can be taken off again. */
export async function putAfter(app: App, task: Task, other: number): Promise<void> {
  const ended = await carryOut(app, { about: `task:${task.id}`, sentence: `Putting it after #${other}…` }, (client) =>
    client.tasks.edit({ task: task.id, after: [other] }),
  );
  if (!ended.ok) return complain(app, ended.failure, task.id);
  learn(app, ended.value);
  const undo = () => void takeOff(app, ended.value, other);
  const text = `“${cleanLine(task.title)}” lands after #${other}`;
  sayDone(app, task, text, undo);
}

/** Takes a task off another one. */
export async function takeOff(app: App, task: Task, other: number): Promise<void> {
  const ended = await carryOut(app, { about: `task:${task.id}`, sentence: `Taking it off #${other}…` }, (client) =>
    client.tasks.edit({ task: task.id, detach: [other] }),
  );
  if (!ended.ok) return complain(app, ended.failure, task.id);
  learn(app, ended.value);
  const text = `“${cleanLine(task.title)}” is not after #${other} any more`;
  sayDone(app, task, text);
}

/** Merges all that a task is after, and it, in order, each as it was shown. A failure is given back to be shown beside them. */
export async function approveStack(
  app: App,
  task: Task,
  { stack, strategy }: { readonly stack: readonly StackedReview[]; readonly strategy?: Strategy },
): Promise<Failure | null> {
  const base = stack[0]?.base ?? null;
  const approvals = approvalsOf(stack);
  if (base === null || approvals.length < stack.length) return null;
  const sentence = `Merging ${count(stack.length, 'change')} into ${cleanLine(task.base)}…`;
  const ended = await carryOut(app, { about: `task:${task.id}`, sentence }, (client) =>
    client.tasks.approveStack({ base, approvals, ...(strategy !== undefined && { strategy }) }),
  );
  if (!ended.ok) return ended.failure;
  for (const landed of ended.value) learn(app, landed);
  const last = ended.value.at(-1) ?? task;
  const text = `Merged ${count(ended.value.length, 'change')} into ${cleanLine(task.base)}, in order`;
  sayOf(app, last, { text, undo: null });
  return null;
}
