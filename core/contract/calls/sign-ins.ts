import { oc } from '@orpc/contract';
import { z } from 'zod';
import { signInCodeSchema, signInIdSchema, signInSchema } from '../sign-in';

/** Browsers that were signed in to the monitor. */
export const signIns = {
  /**
   * Makes a code that signs one browser in. With `page` also a file of this machine that leads a browser there with it, which only the
   * person's own user can read, and which is there until the code is used or ends. WRONG_STATE when no server is open.
   */
  create: oc.input(z.strictObject({ page: z.boolean().optional() }).optional()).output(signInCodeSchema),
  /** The browsers that are signed in now, the newest first. */
  list: oc.output(z.array(signInSchema)),
  /** Signs a browser out, at once. Safe to repeat. */
  revoke: oc.input(z.strictObject({ signIn: signInIdSchema })).output(signInSchema),
};
