import { z } from 'zod';

/**
 * How a change is brought onto its base: the base moves to the change's last commit, a commit joins both, the whole change
 * becomes one commit on the base, or its commits are made again there one by one.
 */
export const strategies = ['ff', 'merge', 'squash', 'rebase'] as const;
export const strategySchema = z.enum(strategies);
export type Strategy = (typeof strategies)[number];
