import { z } from 'zod';
import { budgetSchema } from './budget';
import { repositoryCheckSchema } from './check';
import { repositoryLandingSchema } from './repository-landing';
import { repositoryRetentionSchema } from './retention';

export const repositoryIdSchema = z.number().int().positive();

/** A git repository the person added. Its path is the top of the checkout they gave, with links resolved. */
export const repositorySchema = z.object({
  id: repositoryIdSchema,
  name: z.string(),
  path: z.string(),
  /** Whether its hooks, filters and configured programs may run, as its owner said when asked. */
  trusted: z.boolean(),
  /** What the repository could run changed since it was trusted: it counts as untrusted until asked again. */
  trustChanged: z.boolean(),
  /** The branch new tasks start from unless another is named; null when HEAD is detached. */
  defaultBranch: z.string().nullable(),
  /** What its changes are checked with, in the worktree after the agent and on demand, in this order. */
  checks: z.array(repositoryCheckSchema),
  /** The command line that runs what the repository is for, for example `npm run dev`; null for none. */
  runCommand: z.string().nullable(),
  /** The command line run in a new worktree before its agent starts, for example `npm ci`; null for none. */
  setupCommand: z.string().nullable(),
  /** The command line run in a worktree before that is taken away; null for none. */
  teardownCommand: z.string().nullable(),
  /** What all its tasks together may spend on a day. */
  budget: budgetSchema,
  /** How changes land in it. */
  landing: repositoryLandingSchema,
  /** How many worktrees are made ahead of need, for tasks that start at once then. */
  pool: z.number().int(),
  /** How long what is taken away of it is kept. */
  retention: repositoryRetentionSchema,
  addedAt: z.number().int(),
});
export type Repository = z.infer<typeof repositorySchema>;

/** What is found at a path before it is added: enough to ask for trust, or to say why it cannot be added. */
export const repositoryInspectionSchema = z.object({
  path: z.string(),
  name: z.string(),
  defaultBranch: z.string().nullable(),
  /** The id it already has, when it was added before. */
  knownAs: repositoryIdSchema.nullable(),
  /** What the repository would run if trusted: hooks, filters, configured programs, agents' settings. One line each. */
  programs: z.array(z.string()),
  /** Stands for `programs` and everything they lead to: trusting with it as `expected` trusts this and nothing newer. */
  trustHash: z.string(),
  /** Things worth knowing that do not stop the work: submodules, LFS pointers, a detached HEAD, a dirty checkout. */
  notices: z.array(z.string()),
});
export type RepositoryInspection = z.infer<typeof repositoryInspectionSchema>;

export const branchSchema = z.object({
  name: z.string(),
  oid: z.string(),
  /** The checkout that has it checked out, when one does. */
  checkedOutAt: z.string().nullable(),
});
export type Branch = z.infer<typeof branchSchema>;
