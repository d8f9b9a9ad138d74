import { createStarter } from '../../core/starter/starter';
import { starterProgram } from './host';

/** Runs programs from one small process for all tests of this worker, which is large. It ends with the worker. */
export const { execute } = createStarter({
  program: starterProgram,
  environment: {},
  onUnusable(reason) {
    throw new Error(reason);
  },
});
