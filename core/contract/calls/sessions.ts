import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { sessionSchema } from '../session';
import { transcriptEventSchema } from '../transcript';
import { taskRef } from './refs';

/** Conversations of agents. */
export const sessions = {
  list: oc.input(taskRef).output(z.array(sessionSchema)),
  /** What the transcript holds now after `after` (0 for all), some 4 MiB of it at most; ask on until nothing comes. */
  read: oc
    .input(z.strictObject({ session: z.number().int().positive(), after: z.number().int().nonnegative() }))
    .output(z.array(transcriptEventSchema)),
  /** The transcript after `after` (0 for all), in batches, and on as it grows; ends when the follower leaves. */
  follow: oc
    .input(z.strictObject({ session: z.number().int().positive(), after: z.number().int().nonnegative() }))
    .output(eventIterator(z.array(transcriptEventSchema))),
};
