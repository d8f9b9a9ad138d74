import { oc } from '@orpc/contract';
import { z } from 'zod';
import { doctorReportSchema } from '../doctor';
import { statusSchema } from '../status';
import { taskDetailSchema } from '../task';

/** The runtime itself. */
export const runtime = {
  status: oc.output(statusSchema),
  doctor: oc.output(doctorReportSchema),
  /** Makes a sample repository and queues an echo task in it: the main job without a key. */
  demo: oc.output(taskDetailSchema),
  /** Asks the owner to stop after what is in hand is parked. */
  stop: oc.output(z.void()),
};
