import { useEffect, useState } from 'react';
import { type CheckOutput, type CheckStand, type RepositoryCheck, standOfChecks } from '../../core/contract/check';
import type { Repository } from '../../core/contract/repository';
import type { Task } from '../../core/contract/task';
import { cleanLine } from '../text/clean';
import { type App, useApp, useModel } from './app';
import { carryOut, complain, learn } from './commands';
import { failureOf, isAbort } from './failure';
import { say } from './said';

/** How the checks of a task's repository stand for its change, as far as is known here. */
export function useStands(task: Task): readonly CheckStand[] {
  const repository = useModel((model) => model.repositories.find(({ id }) => id === task.repositoryId) ?? null);
  return repository === null ? [] : standOfChecks(repository.checks, task.checks);
}

/** What the check that runs for a task printed so far; null while none runs or nothing was heard of it. */
export function useLiveOutput(task: number, run: number | null): CheckOutput | null {
  const { line } = useApp();
  const [heard, setHeard] = useState<CheckOutput | null>(null);
  useEffect(() => {
    if (run === null) return;
    const left = new AbortController();
    const follow = async (): Promise<void> => {
      for await (const output of await line.client().checks.follow({ task }, { signal: left.signal })) setHeard(output);
    };
    follow().catch((error) => {
      // What was printed is read whole when the check is over; until then it is only not seen.
      if (!isAbort(error)) console.warn(failureOf(error).message);
    });
    return () => left.abort();
  }, [line, task, run]);
  return run !== null && heard?.run === run ? heard : null;
}

/** Runs checks on a change in review: all of them, or one. */
export async function runChecks(app: App, task: Task, name?: string): Promise<void> {
  const ended = await carryOut(app, { about: aboutChecks(task.id), sentence: 'Starting…' }, (client) =>
    client.checks.run({ task: task.id, ...(name !== undefined && { names: [name] }) }),
  );
  if (ended.ok) learn(app, ended.value);
  else complain(app, ended.failure);
}

/** Ends the check that runs for a task, and those that were to come after it. */
export async function stopChecks(app: App, task: Task): Promise<void> {
  const ended = await carryOut(app, { about: aboutChecks(task.id), sentence: 'Stopping…' }, (client) =>
    client.checks.stop({ task: task.id }),
  );
  if (ended.ok) learn(app, ended.value);
  else complain(app, ended.failure);
}

/** What running and stopping the checks of a task is about. */
export function aboutChecks(task: number): string {
  return `checks:${task}`;
}

/** Makes these all the checks of a repository, and says so. False when it could not be done, which is said, too. */
export async function setChecks(
  app: App,
  repository: Repository,
  { checks, done }: { readonly checks: readonly RepositoryCheck[]; readonly done: string },
): Promise<boolean> {
  const about = `repository:${repository.id}`;
  const ended = await carryOut(app, { about, sentence: 'Saving…' }, (client) =>
    client.repositories.configure({ repository: repository.id, checks: [...checks] }),
  );
  if (!ended.ok) {
    complain(app, ended.failure);
    return false;
  }
  const before = repository.checks;
  say(app.said, {
    kind: 'done',
    text: cleanLine(done),
    undo: () => void setChecks(app, repository, { checks: before, done: `${repository.name} has the checks it had` }),
  });
  return true;
}
