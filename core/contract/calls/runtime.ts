import { oc } from '@orpc/contract';
import { z } from 'zod';
import { doctorReportSchema } from '../doctor';
import { stackCheckSchema } from '../stack-check';
import { statusSchema } from '../status';
import { stopMannerSchema } from '../stop';
import { taskDetailSchema } from '../task';

/** The runtime itself. */
export const runtime = {
  status: oc.output(statusSchema),
  doctor: oc.output(doctorReportSchema),
  /** Looks at every stack of tasks: whether branches, worktrees and what is kept of them agree. Changes nothing. */
  verifyStacks: oc.output(stackCheckSchema),
  /**
   * How everything stands, as one value for whoever looks into what went wrong. Without secrets and without what an agent printed;
   * titles, prompts and reasons only with `withWords`.
   */
  dump: oc.input(z.strictObject({ withWords: z.boolean().default(false) })).output(z.record(z.string(), z.unknown())),
  /** Makes a sample repository and queues an echo task in it: the main job without a key. */
  demo: oc.output(taskDetailSchema),
  /** Asks the owner to stop after what is in hand is parked. */
  stop: oc.input(stopMannerSchema.default({})).output(z.void()),
};
