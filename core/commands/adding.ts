import type { Budget } from '../contract/budget';
import type { Caller } from '../contract/caller';
import type { NewContest } from '../contract/contest';
import { CodedError } from '../contract/errors';
import { type NewTask, type PermissionLevel, permissionLevels, type Task, type TaskDetail } from '../contract/task';
import { openRepository } from '../git/open';
import { resolveBranch } from '../git/resolve';
import { insertContest } from '../store/contests';
import type { Database } from '../store/database';
import { repositoryById } from '../store/repositories';
import { taskRow } from '../store/task-row';
import { readTask, readTaskDetail } from '../store/task-view';
import { insertTask, type ResolvedTask } from '../store/tasks';
import { assertAgent, assertModel } from './agents';
import type { Room } from './room';

/**
 * Stores a task as queued and wakes the queue. What it names is looked at first, so a typing error fails here. Throws NOT_ALLOWED
 * when a key asks for more than it may.
 */
export async function create(room: Room, caller: Caller, input: NewTask): Promise<TaskDetail> {
  assertKeyMayAsk(room, caller, input);
  const insert = await resolved(room, { ...input, by: caller.by });
  const agent = input.agent ?? room.settings().defaultAgent;
  assertModel(room, { agent, model: input.model });
  const id = await room.writer.write((db) => insert(db, { agent, model: input.model }));
  tellAdded(room, [id], input);
  return readTaskDetail(room.db, id);
}

/** Stores a task for each of some agents, with one prompt, all of them or none. One is picked of them in the end. */
export async function createContest(room: Room, { agents, ...input }: NewContest): Promise<Task[]> {
  const insert = await resolved(room, input);
  for (const one of agents) {
    assertAgent(room, one.agent);
    assertModel(room, one);
  }
  const ids = await room.writer.write((db) => {
    const contest = insertContest(db, room.now());
    return agents.map(({ agent, model }) => insert(db, { agent, model, contest }));
  });
  tellAdded(room, ids, input);
  return ids.map((id) => readTask(room.db, id));
}

/** A key asks for no more freedom and no other budget than tasks have that are not said more of. */
function assertKeyMayAsk(room: Room, { key }: Caller, { permissionLevel, budget }: NewTask): void {
  if (key === undefined) return;
  const usual = room.settings().defaultPermissionLevel;
  // The freest comes first.
  const freedom = (level: PermissionLevel) => -permissionLevels.indexOf(level);
  const freer = permissionLevel !== undefined && freedom(permissionLevel) > freedom(usual);
  if (!freer && budget === undefined) return;
  const what = freer
    ? `have a task do its work ${permissionLevel}. Leave permissionLevel out: the setting defaultPermissionLevel says it (${usual})`
    : 'say what a task may spend. Leave budget out: the setting taskBudget says it';
  const message = `The key ${key.name} may not ${what}.`;
  throw new CodedError('NOT_ALLOWED', message, { facts: { key: key.name } });
}

/** Looks at what a new task names, and gives how it is stored for an agent. */
async function resolved(
  room: Room,
  input: NewTask & { readonly by?: string },
): Promise<(db: Database, own: Pick<ResolvedTask, 'agent' | 'model' | 'contest'>) => number> {
  const repository = repositoryById(room.db, input.repositoryId);
  const settings = room.settings();
  assertAgent(room, input.agent ?? settings.defaultAgent);
  const opened = await openRepository(room.git, repository.path);
  const base = input.base ?? stackBase(room, input) ?? opened.defaultBranch ?? repository.defaultBranch;
  if (base === null) {
    throw new CodedError(
      'BAD_INPUT',
      `${repository.path} is on no branch (detached HEAD), so there is no base to start from. Name a base branch (in the terminal: --base BRANCH).`,
    );
  }
  await resolveBranch({ git: room.git, checkout: opened.checkout, trusted: false }, base);
  return (db, own) => {
    assertStackable(db, { repository: repository.id, base }, input);
    return insertTask(db, {
      ...own,
      repositoryId: repository.id,
      title: input.title,
      prompt: input.prompt,
      base,
      paths: input.paths,
      permissionLevel: input.permissionLevel ?? settings.defaultPermissionLevel,
      priority: input.priority ?? 'default',
      after: input.after,
      when: input.when,
      runAfter: input.runAfter,
      budget: { ...settings.taskBudget, ...given(input.budget) },
      maxAttempts: settings.maxAttempts,
      at: room.now(),
      ...(input.by !== undefined && { by: input.by }),
    });
  };
}

function tellAdded(room: Room, ids: readonly number[], { after = [] }: Pick<NewTask, 'after'>): void {
  for (const other of [...ids, ...after]) room.announce(other);
  room.runner.wake();
}

/** The base of what a new task is to stand on, which is its own then. */
function stackBase({ db }: Room, { after = [], when }: NewTask): string | null {
  const [first] = after;
  return when === 'review' && first !== undefined ? taskRow(db, first).base : null;
}

/** Throws BAD_INPUT when a task is to start from the branch of one in another repository, or on another base. */
export function assertStackable(
  db: Database,
  own: { readonly repository: number; readonly base: string },
  { after = [], when }: Pick<NewTask, 'after' | 'when'>,
): void {
  if (when !== 'review') return;
  for (const id of after) {
    const { repository_id: repository, base } = taskRow(db, id);
    const why =
      repository !== own.repository
        ? 'which works in another repository'
        : base !== own.base
          ? `which is based on ${base}, and this one on ${own.base}`
          : null;
    if (why === null) continue;
    throw new CodedError(
      'BAD_INPUT',
      `Nothing can start from the branch of task ${id}, ${why}. Have it start when that has landed (--when landed).`,
      { facts: { after: id } },
    );
  }
}

/** What was said of a budget, without what was left out. */
function given(budget: NewTask['budget']): Partial<Budget> {
  return Object.fromEntries(Object.entries(budget ?? {}).filter(([, cap]) => cap !== undefined));
}
