import { z } from 'zod';
import {
  agentNameSchema,
  isInHand,
  modelSchema,
  type NewTask,
  newTaskSchema,
  type Task,
  taskIdSchema,
  taskSchema,
} from './task';

/** The most tasks of one contest: each takes a worktree, and a person compares them by hand. */
export const mostInContest = 8;

/** Who does one task of a contest: an agent, and which of its models where it is not the agent's choice. */
const contestantSchema = z.strictObject({ agent: agentNameSchema, model: modelSchema.optional() });
export type Contestant = z.infer<typeof contestantSchema>;

/**
 * Tasks to be made at once from one prompt, one for each of `agents`; an agent may be named more than once. All begin at one
 * commit, so that their changes can be compared, and the budget is each one's own.
 */
export const newContestSchema = newTaskSchema
  .omit({ agent: true, model: true, when: true })
  .extend({ agents: z.array(contestantSchema).min(2).max(mostInContest) });
export type NewContest = z.infer<typeof newContestSchema>;

/** One file as the change of one task of a contest leaves it. */
const versionSchema = z.object({
  task: taskIdSchema,
  status: z.enum(['added', 'modified', 'deleted', 'renamed', 'copied', 'type-changed', 'unmerged']),
  /** Null for a binary file. */
  additions: z.number().int().nullable(),
  deletions: z.number().int().nullable(),
  /** Tasks that leave the file alike have the same number here, from 1 on. */
  variant: z.number().int().positive(),
});
export type Version = z.infer<typeof versionSchema>;

/** A file that at least one task of a contest changes. */
const comparedFileSchema = z.object({
  path: z.string(),
  versions: z.array(versionSchema),
  /** Several tasks have a change, and all of them leave it the same. */
  alike: z.boolean(),
});
export type ComparedFile = z.infer<typeof comparedFileSchema>;

const comparedTaskSchema = z.object({
  task: taskSchema,
  /** How many questions its agent asked, answered or not. */
  questions: z.number().int(),
  /** The commits its change is between; null while it has none, or it is not there any more. */
  range: z.object({ base: z.string(), head: z.string() }).nullable(),
  /** Why its change cannot be shown, a sentence; null when it can, or there is none yet. */
  problem: z.string().nullable(),
});
export type ComparedTask = z.infer<typeof comparedTaskSchema>;

/** The tasks of a contest beside each other. What an agent has not committed yet is in none of it. */
export const comparisonSchema = z.object({
  contest: z.number().int().positive(),
  /** The commit all of them begin at; null until the first has begun. */
  oid: z.string().nullable(),
  tasks: z.array(comparedTaskSchema),
  files: z.array(comparedFileSchema),
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** What became of the others of a contest when one was picked. */
export const pickedSchema = z.object({
  task: taskSchema,
  discarded: z.array(taskIdSchema),
  /** Those that could not be discarded, each with the reason, a sentence. */
  left: z.array(z.object({ task: taskIdSchema, reason: z.string() })),
});
export type Picked = z.infer<typeof pickedSchema>;

/** A change of a contest, file by file, as git lists it. */
export interface ListedChange {
  readonly task: number;
  readonly files: readonly (Omit<Version, 'task' | 'variant'> & {
    readonly path: string;
    /** The same for the same content with the same mode. */
    readonly content: string;
  })[];
}

/** Which files the changes of a contest touch, by path, and which of them leave a file the same. */
export function compareFiles(changes: readonly ListedChange[]): ComparedFile[] {
  const files = new Map<string, Version[]>();
  const contents = new Map<string, string[]>();
  for (const { task, files: changed } of changes) {
    for (const { path, content, status, additions, deletions } of changed) {
      const known = contents.get(path) ?? [];
      if (!known.includes(content)) known.push(content);
      contents.set(path, known);
      const version = { task, status, additions, deletions, variant: known.indexOf(content) + 1 };
      files.set(path, [...(files.get(path) ?? []), version]);
    }
  }
  return [...files]
    .map(([path, versions]) => ({
      path,
      versions,
      alike: changes.length > 1 && versions.length === changes.length && versions.every(({ variant }) => variant === 1),
    }))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

type InContest = Pick<Task, 'id' | 'state' | 'outcome'>;

/**
 * Where a contest stands:
 * - `at work`: not all of its tasks are finished.
 * - `ready`: all are, and at least one change is in review: the person compares and picks one.
 * - `landed`: a change of it landed, or is a pull request, and the others are still there: they are offered to be discarded.
 * - `over`: one was picked, or nothing is left to choose from.
 */
export type ContestStand = 'at work' | 'ready' | 'landed' | 'over';

/** Where a contest stands, by its tasks and which of them was picked. */
export function standOfContest(tasks: readonly InContest[], picked: number | null): ContestStand {
  const left = tasks.filter(({ state }) => state !== 'done');
  if (picked !== null || left.length === 0) return 'over';
  if (tasks.some(hasWon)) return 'landed';
  if (left.some(isInHand)) return 'at work';
  return left.some(({ state }) => state === 'review') ? 'ready' : 'over';
}

/** Whether the change of a task is on its base, or a pull request. */
export function hasWon({ outcome }: Pick<Task, 'outcome'>): boolean {
  return outcome === 'merged' || outcome === 'published';
}

/** The tasks of a contest that go when one is picked. */
export function othersOf<T extends InContest>(tasks: readonly T[], picked: number): readonly T[] {
  return tasks.filter(({ id, state }) => id !== picked && state !== 'done');
}

/** An agent with its model, as it is typed: `claude:opus`. */
export function agentWords({ agent, model }: Pick<Task, 'agent' | 'model'>): string {
  return model === null ? agent : `${agent}:${model}`;
}

/** What is typed for an agent, which may be followed by a model. */
export function readAgent(typed: string): Pick<NewTask, 'agent' | 'model'> & { readonly agent: string } {
  const colon = typed.indexOf(':');
  return colon === -1 ? { agent: typed } : { agent: typed.slice(0, colon), model: typed.slice(colon + 1) };
}
