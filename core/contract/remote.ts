import { z } from 'zod';
import { oidSchema } from './oid';
import { taskIdSchema } from './task';

/** The programs that host repositories and whose pages are known. */
export const forgeKinds = ['github', 'gitlab', 'gitea', 'bitbucket'] as const;
const forgeKindSchema = z.enum(forgeKinds);
export type ForgeKind = (typeof forgeKinds)[number];

/** A remote of a repository, as it may be shown. */
const remoteSchema = z.object({
  name: z.string(),
  /** Where a push goes, without a password in it; several when it goes to several places at once. */
  urls: z.array(z.string()),
  forge: z.object({ kind: forgeKindSchema, host: z.string() }).nullable(),
});

/** The remotes of a repository, and which of them a branch goes to unless another is named. */
export const remotesSchema = z.object({ remotes: z.array(remoteSchema), usual: z.string().nullable() });
export type Remotes = z.infer<typeof remotesSchema>;

/** What is pushed: the ids are those of the review, and `url` is the remote's as it was shown. */
export const pushSchema = z.strictObject({
  task: taskIdSchema,
  head: oidSchema,
  tree: oidSchema,
  remote: z.string().min(1).max(1000),
  url: z.string().min(1).max(8000),
});

/** A change that is on a branch of a remote. */
export const pushedSchema = z.object({
  task: taskIdSchema,
  remote: z.string(),
  url: z.string(),
  branch: z.string(),
  oid: oidSchema,
  /** It was there before. */
  already: z.boolean(),
  /** The page on which a pull request can be opened; null when the forge is not known. */
  compareUrl: z.string().nullable(),
});
export type PushedChange = z.infer<typeof pushedSchema>;
