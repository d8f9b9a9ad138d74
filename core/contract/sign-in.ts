import { z } from 'zod';

export const signInIdSchema = z.number().int().positive();

/** A code that signs one browser in, once, for two minutes. */
export const signInCodeSchema = z.object({
  /** Eight groups of four letters. */
  code: z.string(),
  /** Where it is said: the page of this machine's monitor. */
  url: z.string(),
  /** A file that leads a browser there with the code; null unless one was asked for. */
  page: z.string().nullable(),
  expiresAt: z.number().int(),
});
export type SignInCode = z.infer<typeof signInCodeSchema>;

/** A browser that was signed in. */
export const signInSchema = z.object({
  id: signInIdSchema,
  createdAt: z.number().int(),
  expiresAt: z.number().int(),
  /** What the browser calls itself. */
  browser: z.string(),
  revokedAt: z.number().int().nullable(),
});
export type SignIn = z.infer<typeof signInSchema>;
