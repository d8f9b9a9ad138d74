import { oc } from '@orpc/contract';
import { z } from 'zod';
import { settingsSchema } from '../settings';

/** Settings. */
export const settings = {
  list: oc.output(settingsSchema),
  set: oc.input(z.strictObject({ name: z.string(), value: z.json() })).output(settingsSchema),
};
