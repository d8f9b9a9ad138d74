import type { AgentStatus } from '../../core/contract/agent';
import type { Change } from '../../core/contract/change';
import { assertNever } from '../../core/contract/errors';
import type { MemoryHold } from '../../core/contract/process';
import type { PushProgress } from '../../core/contract/remote';
import type { Repository } from '../../core/contract/repository';
import type { Request } from '../../core/contract/request';
import type { Settings } from '../../core/contract/settings';
import type { Task } from '../../core/contract/task';
import type { Terminal } from '../../core/contract/terminal';
import type { Train } from '../../core/contract/train';

/**
 * - `connecting`: no snapshot has arrived since the window opened at `since`: the core starts.
 * - `connected`: what is shown is what the core says.
 * - `lost`: the core no longer answers; what is shown is from `since`.
 */
export type Connection =
  | { readonly kind: 'connecting'; readonly since: number }
  | { readonly kind: 'connected' }
  | { readonly kind: 'lost'; readonly since: number };

/** Everything the window knows of the core: one snapshot and every change since. */
export interface Model {
  readonly connection: Connection;
  readonly tasks: ReadonlyMap<number, Task>;
  readonly repositories: readonly Repository[];
  /** Empty while they are looked for: one is built in, so there is always one to be found. */
  readonly agents: readonly AgentStatus[];
  readonly settings: Settings | null;
  /** Why tasks that are due do not start; null while they may. */
  readonly held: MemoryHold | null;
  /** How often what waits for an agent changed, by task: whoever shows it asks again. */
  readonly messageRounds: ReadonlyMap<number, number>;
  /** The same of the comments on a task's change. */
  readonly commentRounds: ReadonlyMap<number, number>;
  /** And of its pull request. */
  readonly pullRequestRounds: ReadonlyMap<number, number>;
  /** How far the pushes that go on have come, by task. */
  readonly pushes: ReadonlyMap<number, PushProgress>;
  /** The trains that have not ended, and those that ended while the window looked on, oldest first. */
  readonly trains: readonly Train[];
  /** Those that changed since the snapshot, and those that were asked for. */
  readonly terminals: ReadonlyMap<number, Terminal>;
  /** How many times a rule was made or taken back while the window looked on. */
  readonly rulesSeen: number;
  /** The same of worktrees and what was taken away. */
  readonly worktreesSeen: number;
}

/** What is known before anything was heard. */
export const nothingKnown: Model = {
  connection: { kind: 'connecting', since: Date.now() },
  tasks: new Map(),
  repositories: [],
  agents: [],
  settings: null,
  held: null,
  messageRounds: new Map(),
  commentRounds: new Map(),
  pullRequestRounds: new Map(),
  pushes: new Map(),
  trains: [],
  terminals: new Map(),
  rulesSeen: 0,
  worktreesSeen: 0,
};

/** The model after some changes, in order. Several at once cost one copy of the task map. */
export function applyChanges(model: Model, changes: readonly Change[]): Model {
  let tasks: Map<number, Task> | null = null;
  const writable = (from: Model): Map<number, Task> => {
    tasks ??= new Map(from.tasks);
    return tasks;
  };
  let next = model;
  for (const change of changes) {
    switch (change.type) {
      case 'snapshot':
        tasks = new Map(change.tasks.map((task) => [task.id, task]));
        next = {
          connection: { kind: 'connected' },
          tasks,
          repositories: byName(change.repositories),
          agents: change.agents,
          settings: change.settings,
          held: change.held,
          messageRounds: next.messageRounds,
          commentRounds: next.commentRounds,
          pullRequestRounds: next.pullRequestRounds,
          pushes: new Map(change.pushes.map(({ task, progress }) => [task, progress])),
          trains: [...change.trains].sort((one, other) => one.id - other.id),
          terminals: new Map(),
          rulesSeen: next.rulesSeen + 1,
          worktreesSeen: next.worktreesSeen + 1,
        };
        break;
      case 'task.changed':
        writable(next).set(change.task.id, change.task);
        break;
      case 'request.changed': {
        const task = (tasks ?? next.tasks).get(change.request.task);
        if (task !== undefined) writable(next).set(task.id, withRequest(task, change.request));
        break;
      }
      case 'messages.changed': {
        const round = (next.messageRounds.get(change.task) ?? 0) + 1;
        next = { ...next, messageRounds: new Map(next.messageRounds).set(change.task, round) };
        break;
      }
      case 'comments.changed': {
        const round = (next.commentRounds.get(change.task) ?? 0) + 1;
        next = { ...next, commentRounds: new Map(next.commentRounds).set(change.task, round) };
        break;
      }
      case 'repository.changed':
        next = {
          ...next,
          repositories: byName([
            ...next.repositories.filter(({ id }) => id !== change.repository.id),
            change.repository,
          ]),
        };
        break;
      case 'repository.removed':
        next = { ...next, repositories: next.repositories.filter(({ id }) => id !== change.id) };
        break;
      case 'terminal.changed':
        next = { ...next, terminals: new Map(next.terminals).set(change.terminal.id, change.terminal) };
        break;
      case 'agents.changed':
        next = { ...next, agents: change.agents };
        break;
      case 'rule.changed':
        // Rules are fetched by who shows them; this tells them to look again.
        next = { ...next, rulesSeen: next.rulesSeen + 1 };
        break;
      case 'worktrees.changed':
        next = { ...next, worktreesSeen: next.worktreesSeen + 1 };
        break;
      case 'pull-request.changed': {
        const round = (next.pullRequestRounds.get(change.task) ?? 0) + 1;
        next = { ...next, pullRequestRounds: new Map(next.pullRequestRounds).set(change.task, round) };
        break;
      }
      case 'push.changed': {
        const pushes = new Map(next.pushes);
        if (change.progress === null) pushes.delete(change.task);
        else pushes.set(change.task, change.progress);
        next = { ...next, pushes };
        break;
      }
      case 'train.changed': {
        const others = next.trains.filter(({ id }) => id !== change.train.id);
        next = { ...next, trains: [...others, change.train].sort((one, other) => one.id - other.id) };
        break;
      }
      case 'held.changed':
        next = { ...next, held: change.held };
        break;
      case 'settings.changed':
        next = { ...next, settings: change.settings };
        break;
      default:
        assertNever(change);
    }
  }
  return tasks === null ? next : { ...next, tasks };
}

function withRequest(task: Task, request: Request): Task {
  const others = task.requests.filter(({ id }) => id !== request.id);
  if (request.state !== 'open') return { ...task, requests: others };
  return { ...task, requests: [...others, request].sort((one, other) => one.id - other.id) };
}

function byName(repositories: readonly Repository[]): readonly Repository[] {
  return [...repositories].sort((one, other) => one.name.localeCompare(other.name) || one.id - other.id);
}
