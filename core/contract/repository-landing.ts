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

const pushToSchema = z.object({ remote: z.string().min(1).max(1000), url: z.string().min(1).max(8000) }).nullable();

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
   * change that. Null when it is pushed nowhere.
   */
  pushTo: pushToSchema.default(null),
  /** How it lands then; null for the way a review proposes. */
  strategy: strategySchema.nullable().default(null),
});
export type RepositoryLanding = z.infer<typeof repositoryLandingSchema>;

/**
 * What a person says of how changes land. Where they are pushed to is what it was when that is not given, whatever the repository's
 * configuration says by now; null takes the usual remote as it is now.
 */
export const newLandingSchema = repositoryLandingSchema.extend({ pushTo: pushToSchema.optional() });
export type NewLanding = z.infer<typeof newLandingSchema>;

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
