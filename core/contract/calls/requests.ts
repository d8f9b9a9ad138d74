import { oc } from '@orpc/contract';
import { z } from 'zod';
import { answerSchema, requestIdSchema, requestSchema } from '../request';
import { waitedSchema } from '../waited';

/** What agents ask of the person. */
export const requests = {
  /** Open requests, the most urgent first (how long each blocks its agent, times priority): as many as fit into one message. */
  list: oc.output(z.array(requestSchema)),
  answer: oc.input(z.strictObject({ request: requestIdSchema, answer: answerSchema })).output(requestSchema),
  /** How long agents waited for the person since a time, which is the beginning of the day where the person is. */
  waited: oc.input(z.strictObject({ since: z.number().int().nonnegative() })).output(waitedSchema),
};
