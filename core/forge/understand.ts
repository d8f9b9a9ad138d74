import type { z } from 'zod';
import { CodedError } from '../contract/errors';

/** What a forge answered, if it is what it should be. Throws FORGE_FAILED, naming the first thing that is not. */
export function understand<T>(schema: z.ZodType<T>, answer: unknown): T {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  const where = read.error.issues[0]?.path.join('.') ?? '';
  throw new CodedError(
    'FORGE_FAILED',
    `The forge answered something that is not understood${where === '' ? '' : ` (at ${where})`}. Look at its page instead.`,
  );
}
