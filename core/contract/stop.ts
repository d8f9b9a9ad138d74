import { z } from 'zod';

/** How a runtime stops. */
export const stopMannerSchema = z.strictObject({
  /** Whether what runs on terminals goes on this time; left out, the setting `keepTerminals` says so. */
  keepTerminals: z.boolean().optional(),
});
export type StopManner = z.infer<typeof stopMannerSchema>;
