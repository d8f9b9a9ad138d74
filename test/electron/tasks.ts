import type { Change } from '../../core/contract/change';
import type { Request } from '../../core/contract/request';
import type { Settings } from '../../core/contract/settings';
import type { Task } from '../../core/contract/task';

/** A request as far as what is told of it outside of the window needs it. */
export function request(id: number, more: Partial<Request> = {}): Request {
  return {
    id,
    task: Math.floor(id / 10),
    taskTitle: `Task ${Math.floor(id / 10)}`,
    repository: '/work/api',
    agent: 'claude',
    priority: 'default',
    rules: [],
    kind: 'permission',
    title: 'npm test',
    body: '',
    tool: { name: 'Bash', command: 'npm test', input: '{}', diff: null },
    options: [],
    allowsText: true,
    multiple: false,
    steps: [],
    state: 'open',
    answer: null,
    createdAt: 5_000 + id,
    answeredAt: null,
    answeredBy: null,
    deliveredAt: null,
    ...more,
  };
}

/** A task that runs, or waits with these requests; request 21 is one of task 2. */
export function task(id: number, more: Partial<Task> = {}): Task {
  const requests = more.requests ?? [];
  return {
    id,
    title: `Task ${id}`,
    agent: 'claude',
    repository: '/work/api',
    state: requests.length > 0 ? 'waiting' : 'running',
    outcome: null,
    stateSince: 100,
    createdAt: 50,
    contest: null,
    ...more,
    requests,
  } as unknown as Task;
}

export const changed = (one: Task): Change => ({ type: 'task.changed', task: one });

export function snapshot(tasks: readonly Task[], settings: Partial<Settings> = {}): Change {
  const all = { notifyFinished: true, quietHours: 'off', theme: 'system', ...settings };
  return { type: 'snapshot', tasks, repositories: [], agents: [], settings: all } as unknown as Change;
}

export const settingsChanged = (settings: Partial<Settings>): Change =>
  ({
    type: 'settings.changed',
    settings: { notifyFinished: true, quietHours: 'off', ...settings },
  }) as unknown as Change;
