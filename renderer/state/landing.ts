import { alongWords } from '../../core/contract/base-state';
import type { Task } from '../../core/contract/task';
import { cleanLine } from '../text/clean';
import type { App } from './app';
import { aboutOf, carryOut, complain, learn } from './commands';
import type { Failure } from './failure';
import { say } from './said';

/** Has the agent bring its change up to date with its base. A failure is given back to be shown beside the conflicts. */
export async function resolveTask(app: App, task: Task): Promise<Failure | null> {
  const ended = await carryOut(app, { about: `task:${task.id}`, sentence: 'Asking to resolve…' }, (client) =>
    client.tasks.resolve({ task: task.id }),
  );
  if (!ended.ok) return ended.failure;
  learn(app, ended.value);
  say(app.said, {
    kind: 'done',
    text: `Asked ${task.agent} to merge ${cleanLine(task.base)} into its branch; “${cleanLine(task.title)}” is queued again`,
    undo: null,
    about: aboutOf(ended.value),
  });
  return null;
}

/** Bases a task on another branch. */
export async function changeBase(app: App, task: Task, base: string): Promise<void> {
  const ended = await carryOut(app, { about: `task:${task.id}`, sentence: 'Changing its base…' }, (client) =>
    client.tasks.changeBase({ task: task.id, base }),
  );
  if (!ended.ok) return complain(app, ended.failure);
  const { along, ...now } = ended.value;
  learn(app, now);
  const came = along === null ? '' : `. ${cleanLine(alongWords(along, base))}`;
  say(app.said, {
    kind: 'done',
    text: `“${cleanLine(task.title)}” is based on ${cleanLine(base)} now${came}`,
    undo: null,
    about: aboutOf(ended.value),
  });
}
