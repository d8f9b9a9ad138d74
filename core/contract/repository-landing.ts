import { z } from 'zod';
import { strategySchema } from './strategy';

/** A branch's name, in which `*` stands for any characters. */
const branchPatternSchema = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\s~^:?[\\]+$/, 'must be the name of a branch, in which * stands for any characters');

/** What may become of a finished change without the person. */
export const finishedWays = ['review', 'pull-request', 'merge'] as const;

/** How changes land in a repository. */
export const repositoryLandingSchema = z.object({
  /** The branches that Switchyard never moves, whoever asks. */
  protected: z.array(branchPatternSchema).max(50).default([]),
  /**
   * What becomes of the change of an autonomous task that is finished: it stays in review for the person; or, when the
   * repository has checks and all of them passed on it, it is pushed and opened as a pull request by itself, or lands on its
   * base. Every other task always waits for them.
   */
  finished: z.enum(finishedWays).default('review'),
  /**
   * Where it is pushed then: a remote, and its address when the person said so, for whoever writes to the repository can
   * change that. Null for the usual one as it is now, which is kept here.
   */
  pushTo: z
    .object({ remote: z.string().min(1).max(1000), url: z.string().min(1).max(8000) })
    .nullable()
    .default(null),
  /** How it lands then; null for the way a review proposes. */
  strategy: strategySchema.nullable().default(null),
});
export type RepositoryLanding = z.infer<typeof repositoryLandingSchema>;

/** As long as nobody said otherwise. */
export const usualLanding: RepositoryLanding = repositoryLandingSchema.parse({});

/** The pattern by which a branch is protected, or null when it is not. */
export function protecting(landing: Pick<RepositoryLanding, 'protected'>, branch: string): string | null {
  const fits = (pattern: string) => {
    const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`, 's').test(branch);
  };
  return landing.protected.find(fits) ?? null;
}
