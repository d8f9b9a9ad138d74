import { oc } from '@orpc/contract';
import { z } from 'zod';
import { forgeAccountSchema } from '../pull-request';

/** The forges there are, and being signed in to them. */
export const forges = {
  /** The forges that can be signed in to, and whether they let us in. */
  list: oc.output(z.array(forgeAccountSchema)),
  /** Tries a token and keeps it, sealed by the system's keychain where there is one. */
  login: oc
    .input(z.strictObject({ host: z.string().min(1).max(300), token: z.string().regex(/^[\x21-\x7e]{10,1000}$/) }))
    .output(forgeAccountSchema),
  /** Forgets the token of a host. */
  logout: oc.input(z.strictObject({ host: z.string().min(1).max(300) })).output(forgeAccountSchema),
};
