import type { ReactNode } from 'react';
import type { Check, CheckDetail } from '../../core/contract/check';
import type { Task } from '../../core/contract/task';
import { Empty, Failed, Skeleton } from '../parts/empty';
import { Glyph } from '../parts/glyph';
import { useModel } from '../state/app';
import { type Resource, useResource } from '../state/resource';
import { spanInWords } from '../text/amounts';
import { clean, cleanLine } from '../text/clean';
import { Ago } from '../text/time';
import { RepositoryCommand } from './repository-command';

/** The repository's own checks of this task's worktree, and the command they run. */
export function Checks({ task }: { readonly task: Task }): ReactNode {
  const repository = useModel((model) => model.repositories.find(({ id }) => id === task.repositoryId) ?? null);
  // What a check printed is not in lists; it is read again whenever one begins or ends.
  const printed = useResource(
    task.checks.length === 0 ? null : `${task.id} ${task.checks.map(runOf).join(' ')}`,
    async (client, signal) => (await client.tasks.get({ task: task.id }, { signal })).checks,
  );
  return (
    <div className="checks" data-pane>
      {repository !== null && <RepositoryCommand key={repository.id} repository={repository} kind="checkCommand" />}
      {task.checks.length === 0 && (
        <Empty title="No check has run">
          {repository?.checkCommand == null
            ? 'Set the command above, for example npm test. It runs in the worktree after the agent, before the review.'
            : 'The command runs in the worktree when the agent is finished.'}
        </Empty>
      )}
      {task.checks.map((check) => (
        <One key={check.command} check={check}>
          <Printed check={check} printed={printed} />
        </One>
      ))}
      {printed.failure !== null && <Failed failure={printed.failure} again={printed.reload} />}
    </div>
  );
}

function runOf({ startedAt, state }: Check): string {
  return `${startedAt}:${state}`;
}

function One({ check, children }: { readonly check: Check; readonly children: ReactNode }): ReactNode {
  const look = check.state === 'passed' ? 'done' : check.state === 'failed' ? 'failed' : 'running';
  const took = check.endedAt === null ? null : spanInWords(check.endedAt - check.startedAt);
  return (
    <section className="check">
      <h2 className="fact">
        <Glyph look={look} /> <code>{cleanLine(check.command)}</code>
        <span>
          {check.state === 'failed'
            ? `failed${check.exitCode === null ? ', ended by a signal' : ` with exit status ${check.exitCode}`}`
            : check.state}
        </span>
        <span className="quiet">
          {took === null ? 'for ' : `took ${took}, `}
          <Ago at={check.endedAt ?? check.startedAt} />
          {took !== null && ' ago'}
        </span>
      </h2>
      {children}
    </section>
  );
}

function Printed(given: { readonly check: Check; readonly printed: Resource<readonly CheckDetail[]> }): ReactNode {
  const { check, printed } = given;
  if (printed.value === null) return printed.loading && check.state !== 'running' ? <Skeleton lines={3} /> : null;
  const output = printed.value.find((one) => one.command === check.command)?.output ?? '';
  if (output === '') return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <pre className="code check-output" tabIndex={0}>
      {clean(output)}
    </pre>
  );
}
