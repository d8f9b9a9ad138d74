import { z } from 'zod';

/** The id of a git object, of either hash. */
export const oidSchema = z
  .string()
  .regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'must be the whole name of an object, 40 or 64 hexadecimal digits');
