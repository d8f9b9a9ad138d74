import { oc } from '@orpc/contract';
import { z } from 'zod';
import { serviceNameSchema, serviceStandSchema } from '../service';

/** What `up` started beside the runtime; how each stands is in `runtime.status`. */
export const services = {
  /**
   * Ends a service where it runs and starts it anew, also one that was given up; answered once it is ready. NOT_FOUND where the runtime has
   * none of that name, NOT_STARTED or CONFLICT where it cannot be had.
   */
  restart: oc.input(z.strictObject({ name: serviceNameSchema })).output(serviceStandSchema),
};
