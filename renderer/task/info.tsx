import type { ReactNode } from 'react';
import type { Task } from '../../core/contract/task';
import { Button } from '../parts/button';
import { Failed, Skeleton } from '../parts/empty';
import { Glyph, lookWords } from '../parts/glyph';
import { useApp, useModel } from '../state/app';
import { openTask } from '../state/commands';
import { useResource } from '../state/resource';
import { mayEdit, openEdit } from '../state/task-edits';
import { exactly, money } from '../text/amounts';
import { cleanLine } from '../text/clean';
import { Prose } from '../text/prose';
import { Processes } from './processes';
import { Spent } from './spent';
import { levelWords, priorityWords } from './words';

/** Everything else there is to know of a task: its prompt, its facts and every move it made. */
export function Info({ task }: { readonly task: Task }): ReactNode {
  const detail = useResource(`${task.id} ${task.updatedAt}`, (client, signal) =>
    client.tasks.get({ task: task.id }, { signal }),
  );
  const app = useApp();
  const { usage } = task;
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Task', `#${task.id}`],
    ['Repository', <code key="repository">{cleanLine(task.repository)}</code>],
    ['Base', <code key="base">{cleanLine(task.base)}</code>],
    ...(task.paths.length === 0
      ? []
      : [['Folders', <code key="paths">{cleanLine(task.paths.join(', '))}</code>] as const]),
    ['Branch', task.branch === null ? 'not made yet' : <code key="branch">{cleanLine(task.branch)}</code>],
    ['Worktree', task.worktree === null ? 'none' : <code key="worktree">{cleanLine(task.worktree)}</code>],
    ['Agent', cleanLine(task.agent)],
    ['Permission level', levelWords[task.permissionLevel].name],
    ['Priority', priorityWords[task.priority]],
    ['Attempt', `${task.attempt} of ${task.maxAttempts}`],
    ['Spent', <Spent key="spent" task={task} />],
    ['After', task.after.length === 0 ? 'nothing' : <After key="after" ids={task.after} />],
    ['Before', task.before.length === 0 ? 'nothing' : <After key="before" ids={task.before} />],
    ['Created', exactly(task.createdAt)],
    ['Cost', usage.costUsd === 0 ? 'nothing' : (money(usage.costUsd) ?? 'unknown')],
    ['Tokens in', usage.inputTokens?.toLocaleString() ?? 'unknown'],
    ['Tokens out', usage.outputTokens?.toLocaleString() ?? 'unknown'],
    ...(task.mergedOid === null ? [] : [['Merged as', <code key="merged">{task.mergedOid}</code>] as const]),
    ...(task.backupRef === null ? [] : [['Backup', <code key="backup">{cleanLine(task.backupRef)}</code>] as const]),
  ];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div className="info" data-pane tabIndex={0}>
      <section>
        <div className="info-head">
          <h2>Prompt</h2>
          {mayEdit(task) && (
            <Button action="edit-task" onClick={() => openEdit(app, task)}>
              Edit
            </Button>
          )}
        </div>
        {detail.value !== null ? (
          <Prose text={detail.value.prompt} />
        ) : detail.failure === null ? (
          <Skeleton lines={3} />
        ) : (
          <Failed failure={detail.failure} again={detail.reload} />
        )}
      </section>
      <section>
        <h2>Facts</h2>
        <dl className="facts selectable">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      {(task.state === 'running' || task.state === 'waiting' || task.state === 'review') && (
        <section>
          <h2>Processes</h2>
          <Processes task={task} />
        </section>
      )}
      {detail.value !== null && (
        <section>
          <h2>History</h2>
          <ol className="history selectable">
            {detail.value.transitions.map((move) => (
              <li key={`${move.at} ${move.to}`}>
                <Glyph look={move.to} />
                <span>{lookWords[move.to]}</span>
                <span className="quiet">
                  {exactly(move.at)} by {cleanLine(move.by)}
                </span>
                {move.reason !== '' && <span className="quiet">{cleanLine(move.reason)}</span>}
              </li>
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}

function After({ ids }: { readonly ids: readonly number[] }): ReactNode {
  const app = useApp();
  const tasks = useModel((model) => model.tasks);
  return ids.map((id) => (
    <button key={id} type="button" className="link" onClick={() => openTask(app, id)}>
      #{id} {cleanLine(tasks.get(id)?.title ?? '')}
    </button>
  ));
}
