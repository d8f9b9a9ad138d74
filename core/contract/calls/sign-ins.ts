import { oc } from '@orpc/contract';
import { z } from 'zod';
import { signInCodeSchema, signInIdSchema, signInSchema } from '../sign-in';

/** Browsers that were signed in to the monitor. */
export const signIns = {
  /** Makes a code that signs one browser in. WRONG_STATE when no server is open. */
  create: oc.output(signInCodeSchema),
  /** The browsers that are signed in now, the newest first. */
  list: oc.output(z.array(signInSchema)),
  /** Signs a browser out, at once. Safe to repeat. */
  revoke: oc.input(z.strictObject({ signIn: signInIdSchema })).output(signInSchema),
};
