import { alongWords } from '../../core/contract/base-state';
import type { Task } from '../../core/contract/task';
import { cleanLine } from '../text/clean';
import type { App } from './app';
import { carryOut, complain, learn, sayDone } from './commands';
import type { Failure } from './failure';

/** Has the agent bring its change up to date with its base. A failure is given back to be shown beside the conflicts. */
export async function resolveTask(app: App, task: Task): Promise<Failure | null> {
  const ended = await carryOut(app, { about: `task:${task.id}`, sentence: 'Asking to resolve…' }, (client) =>
    client.tasks.resolve({ task: task.id }),
  );
  if (!ended.ok) return ended.failure;
  learn(app, ended.value);
  sayDone(
    app,
    task,
    `Asked ${task.agent} to merge ${cleanLine(task.base)} into the branch of “${cleanLine(task.title)}”`,
  );
  return null;
}

/** Bases a task on another branch. */
export async function changeBase(app: App, task: Task, base: string): Promise<void> {
  const ended = await carryOut(app, { about: `task:${task.id}`, sentence: 'Changing its base…' }, (client) =>
    client.tasks.changeBase({ task: task.id, base }),
  );
  if (!ended.ok) return complain(app, ended.failure, task.id);
  const { along, ...now } = ended.value;
  learn(app, now);
  const came = along === null ? '' : `. ${cleanLine(alongWords(along, base))}`;
  sayDone(app, task, `“${cleanLine(task.title)}” is based on ${cleanLine(base)} now${came}`);
}
