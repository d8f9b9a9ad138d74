import { z } from 'zod';

/** The id of a git object, of either hash. */
export const oidSchema = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
