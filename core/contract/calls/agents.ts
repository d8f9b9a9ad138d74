import { oc } from '@orpc/contract';
import { z } from 'zod';
import { agentStatusSchema } from '../agent';

/** The agents there are. */
export const agents = {
  /** What is installed. `refresh` looks again instead of giving what was found last. */
  list: oc.input(z.strictObject({ refresh: z.boolean().default(false) })).output(z.array(agentStatusSchema)),
};
