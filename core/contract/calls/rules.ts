import { oc } from '@orpc/contract';
import { z } from 'zod';
import { ruleIdSchema, ruleSchema } from '../rule';

/** Standing rules. */
export const rules = {
  /** The standing rules, newest first; with `revoked` also those that were taken back. */
  list: oc.input(z.strictObject({ revoked: z.boolean().default(false) })).output(z.array(ruleSchema)),
  /** Takes a rule back: what it covers is asked again. */
  revoke: oc.input(z.strictObject({ rule: ruleIdSchema })).output(ruleSchema),
};
