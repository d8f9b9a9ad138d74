import { type ReactNode, useState } from 'react';
import { type Check, type CheckDetail, isWorktreeScript, type RepositoryCheck } from '../../core/contract/check';
import type { Repository } from '../../core/contract/repository';
import type { Review } from '../../core/contract/review';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Empty, Failed, Skeleton } from '../parts/empty';
import { Note } from '../parts/note';
import { useApp, useDoing, useModel } from '../state/app';
import { aboutChecks, runChecks, stopChecks, useLiveOutput } from '../state/checks';
import type { Resource } from '../state/resource';
import { useResource } from '../state/resource';
import { cleanLine } from '../text/clean';
import { CheckEditor } from './check-editor';
import { CheckHead } from './check-head';
import { CheckOutput } from './check-output';
import { CheckSuggestions } from './check-suggestions';
import { RepositoryCommand } from './repository-command';

interface Props {
  readonly task: Task;
  readonly review: Resource<Review>;
}

/** The checks of the task's repository: how each stands for its change, what it printed, and how to run and change them. */
export function Checks({ task, review }: Props): ReactNode {
  const repository = useModel((model) => model.repositories.find(({ id }) => id === task.repositoryId) ?? null);
  const running = task.checks.find(({ state }) => state === 'running')?.run ?? null;
  const live = useLiveOutput(task.id, running);
  // What a check printed is not in lists; it is read again whenever one begins or ends.
  const printed = useResource(
    task.checks.length === 0 ? null : `${task.id}`,
    async (client, signal) => (await client.tasks.get({ task: task.id }, { signal })).checks,
    runsAsOne(task.checks),
  );
  /** The check that is edited, by its name; empty for a new one. */
  const [edited, setEdited] = useState<string | null>(null);
  const leave = (): void => setEdited(null);
  const checks = repository?.checks ?? [];
  // A run of a check that was renamed or removed is still something that was seen.
  const gone = task.checks.filter((run) => run.train !== null || !checks.some(({ name }) => name === run.name));
  const changed = review.value?.files.map(({ path }) => path) ?? [];
  const body = (run: Check | null): ReactNode =>
    run !== null && <Printed run={run} task={task} changed={changed} printed={printed} live={live?.output ?? null} />;
  return (
    <div className="checks" data-pane>
      {repository !== null && (
        <Bar task={task} repository={repository} running={running !== null} add={() => setEdited('')} />
      )}
      {edited === '' && repository !== null && <CheckEditor repository={repository} check={null} leave={leave} />}
      {checks.length === 0 && gone.length === 0 && edited === null && (
        <Empty title="Nothing checks this change">
          Add a command of the repository’s own, for example npm test. It runs in the worktree after the agent, before
          the review, and whenever you say so.
        </Empty>
      )}
      {checks.length === 0 && repository !== null && edited === null && <CheckSuggestions repository={repository} />}
      {checks.map((check) => {
        const run = task.checks.find(({ name, train }) => name === check.name && train === null) ?? null;
        return (
          <section className="check" key={check.name} aria-label={`Check ${cleanLine(check.name)}`}>
            <CheckHead check={check} run={run}>
              <RunOne task={task} check={check} busy={running !== null} />
              <Button look="quiet" onClick={() => setEdited(edited === check.name ? null : check.name)}>
                Edit<span className="unseen"> {cleanLine(check.name)}</span>
              </Button>
            </CheckHead>
            {edited === check.name && repository !== null && (
              <CheckEditor key={check.name} repository={repository} check={check} leave={leave} />
            )}
            {body(run)}
          </section>
        );
      })}
      {gone.map((run) => (
        <section className="check" key={`${run.name} ${run.train}`} aria-label={runLabel(run)}>
          <CheckHead check={null} run={run} />
          {body(run)}
        </section>
      ))}
      {printed.failure !== null && <Failed failure={printed.failure} again={printed.reload} />}
      {repository !== null && (
        <div className="worktree-scripts">
          <RepositoryCommand key={`setup ${repository.id}`} repository={repository} kind="setupCommand" />
          <RepositoryCommand key={`teardown ${repository.id}`} repository={repository} kind="teardownCommand" />
        </div>
      )}
    </div>
  );
}

function runLabel({ name, train }: Check): string {
  if (train !== null) return `${cleanLine(name)} on train ${train}`;
  return isWorktreeScript(name) ? name : `Former check ${cleanLine(name)}`;
}

/** Another number as soon as any of the runs is another one or is over. */
function runsAsOne(checks: readonly Check[]): number {
  return checks.reduce((sum, { run, state }) => sum + run * 2 + (state === 'running' ? 0 : 1), 0);
}

function Bar(props: {
  readonly task: Task;
  readonly repository: Repository;
  readonly running: boolean;
  readonly add: () => void;
}): ReactNode {
  const { task, repository, running } = props;
  const app = useApp();
  const doing = useDoing(aboutChecks(task.id));
  const canRun = task.state === 'review' && repository.checks.length > 0;
  return (
    <div className="checks-bar">
      <p className="quiet">
        Checks of <b>{cleanLine(repository.name)}</b>
      </p>
      {running ? (
        <Button action="stop-checks" doing={doing} onClick={() => void stopChecks(app, task)}>
          Stop
        </Button>
      ) : (
        canRun && (
          <Button action="run-checks" doing={doing} onClick={() => void runChecks(app, task)}>
            {repository.checks.length === 1 ? 'Run' : 'Run all'}
          </Button>
        )
      )}
      <Button look="quiet" onClick={props.add}>
        Add a check
      </Button>
    </div>
  );
}

function RunOne(props: { readonly task: Task; readonly check: RepositoryCheck; readonly busy: boolean }): ReactNode {
  const { task, check, busy } = props;
  const app = useApp();
  if (task.state !== 'review' || busy) return null;
  return (
    <Button look="quiet" onClick={() => void runChecks(app, task, check.name)}>
      Run<span className="unseen"> {cleanLine(check.name)}</span>
    </Button>
  );
}

function Printed(props: {
  readonly run: Check;
  readonly task: Task;
  readonly changed: readonly string[];
  readonly printed: Resource<readonly CheckDetail[]>;
  readonly live: string | null;
}): ReactNode {
  const { run, task, changed, printed } = props;
  if (run.state === 'running') {
    return props.live === null ? null : <CheckOutput live task={task} changed={changed} output={props.live} />;
  }
  const left = run.leftBehind.slice(0, 5).map(cleanLine).join(', ');
  const more = run.leftBehind.length - 5;
  const found = printed.value?.find((one) => one.run === run.run);
  return (
    <>
      {run.leftBehind.length > 0 && !isWorktreeScript(run.name) && (
        <Note kind="warning">
          It left edits in the worktree that are in no commit: {left}
          {more > 0 && ` and ${more} more`}. They are not in the change. Take them out or commit them before you
          approve.
        </Note>
      )}
      {found === undefined && printed.loading && <Skeleton lines={3} />}
      {found !== undefined && found.output.trim() !== '' && (
        // Whoever looks for what failed should not have to read past what passed.
        <details open={run.state === 'failed' || task.checks.length === 1}>
          <summary>
            What it printed<span className="unseen">: {cleanLine(run.name)}</span>
          </summary>
          <CheckOutput task={task} changed={changed} output={found.output} />
        </details>
      )}
    </>
  );
}
