import { oc } from '@orpc/contract';
import { z } from 'zod';
import { budgetSchema } from '../budget';
import { repositoryChecksSchema } from '../check';
import { remotesSchema } from '../remote';
import { branchSchema, repositoryInspectionSchema, repositorySchema } from '../repository';
import { newLandingSchema } from '../repository-landing';
import { repositoryRetentionSchema } from '../retention';
import { repositoryRef } from './refs';

/**
 * Whether to trust what a repository would run, and the `trustHash` of the inspection the person was shown. When that
 * is not what it would run now, nothing is trusted and the answer is MOVED; without it nobody was shown anything.
 */
const trusting = { trust: z.boolean(), expected: z.string().max(200).optional() };
const commandLine = z.string().trim().min(1).max(4000).nullable();

/** Repositories: added, trusted, configured and forgotten. */
export const repositories = {
  list: oc.output(z.array(repositorySchema)),
  /** Looks at a path without adding it. Fails with the reason when it cannot be added. */
  inspect: oc.input(z.strictObject({ path: z.string().min(1).max(4096) })).output(repositoryInspectionSchema),
  /** Adds a repository, or gives back the one already there; `trust: true` also trusts what is there now. */
  add: oc.input(z.strictObject({ path: z.string().min(1).max(4096), ...trusting })).output(repositorySchema),
  trust: oc.input(repositoryRef.extend(trusting)).output(repositorySchema),
  configure: oc
    .input(
      repositoryRef.extend({
        /** All its checks, in their order. */
        checks: repositoryChecksSchema.optional(),
        runCommand: commandLine.optional(),
        setupCommand: commandLine.optional(),
        teardownCommand: commandLine.optional(),
        landing: newLandingSchema.optional(),
        budget: budgetSchema.optional(),
        pool: z.number().int().min(0).max(10).optional(),
        retention: repositoryRetentionSchema.optional(),
      }),
    )
    .output(repositorySchema),
  /** Forgets a repository with no unfinished tasks; nothing in the repository itself is touched. */
  remove: oc.input(repositoryRef).output(z.void()),
  branches: oc.input(repositoryRef).output(z.array(branchSchema)),
  /** Where it can be pushed to, and where a branch based on `base` goes unless another remote is named. */
  remotes: oc.input(repositoryRef.extend({ base: z.string().max(1000).optional() })).output(remotesSchema),
};
