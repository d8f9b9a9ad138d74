import { oc } from '@orpc/contract';
import { z } from 'zod';
import { keyIdSchema, keySchema, keySecretSchema, keyTypeSchema, newKeyNameSchema } from '../key';

const keyRef = z.strictObject({ key: keyIdSchema });

/** Keys: what lets other programs make certain calls. */
export const keys = {
  /** Every key, the newest first, also those that were revoked or have ended. */
  list: oc.output(z.array(keySchema)),
  /** Makes a key. Its secret is said this once. BAD_INPUT when one had the name, or the time is over. */
  create: oc
    .input(z.strictObject({ name: newKeyNameSchema, type: keyTypeSchema, expiresAt: z.number().int().nullable() }))
    .output(keySecretSchema),
  /** Gives a key another secret: the old one is let in no more from then on. WRONG_STATE for one that was revoked. */
  rotate: oc.input(keyRef).output(keySecretSchema),
  /** Ends a key: whoever uses it is hung up on. Safe to repeat. */
  revoke: oc.input(keyRef).output(keySchema),
};
