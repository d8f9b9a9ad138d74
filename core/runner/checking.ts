import { endLeftovers } from '../agents/leftovers';
import type { TranscriptBody } from '../contract/transcript';
import { endCheck, startCheck } from '../store/checks';
import type { TaskWork } from '../store/task-work';
import { runCheck } from './check';
import type { Deps } from './deps';
import { keepChildren, markerOf } from './processes';

/**
 * Runs the repository's check command, when it has one, and keeps the result with the task. Gives the transcript's line
 * about it, or null when there is no command. An untrusted repository's command is not run: it would run its programs.
 */
export async function checkChange(
  deps: Deps,
  task: TaskWork,
  where: {
    readonly directory: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly trusted: boolean;
    readonly signal: AbortSignal;
  },
): Promise<TranscriptBody | null> {
  const { repository } = task;
  const command = repository.checkCommand;
  if (command === null) return null;
  if (!where.trusted) {
    const text = `The check “${command}” was not run, because ${repository.name} is not trusted to run its programs.`;
    return { type: 'notice', level: 'warning', text };
  }
  const check = await deps.writer.write((db) => startCheck(db, { task: task.id, command, at: deps.now() }));
  deps.announce(task.id);
  const children = keepChildren(deps, task.id);
  const namespace = await deps.namespace();
  const end = await runCheck({ command, ...where, namespace, onProcess: children.started });
  // A server the check left behind may have a group of its own; it carries the task's marker all the same.
  await endLeftovers({ group: null, marker: markerOf(deps, task.id) });
  await children.over();
  await deps.writer.write((db) => endCheck(db, { check, ...end, at: deps.now() }));
  deps.announce(task.id);
  return { type: 'check', command, passed: end.exitCode === 0 };
}
