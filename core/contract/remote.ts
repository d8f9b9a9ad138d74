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

/** How far a push has come. */
export const pushProgressSchema = z.object({
  /** The other side is sent what it lacks, and then takes it in. */
  step: z.enum(['preparing', 'sending', 'finishing']),
  /** Of the step; null while nothing is known of it. */
  percent: z.number().int().min(0).max(100).nullable(),
  /** How much was sent and how fast, as git says it; empty while nothing was. */
  sent: z.string(),
});
export type PushProgress = z.infer<typeof pushProgressSchema>;

/** How far a push has come, in a few words. */
export function pushProgressWords({ step, percent, sent }: PushProgress): string {
  const doing = { preparing: 'Preparing the push', sending: 'Pushing', finishing: 'The remote takes it in' }[step];
  return `${doing}${percent === null ? '…' : ` ${percent} %`}${step === 'sending' && sent !== '' ? `, ${sent}` : ''}`;
}

/** What became of a push that was to be stopped. */
export const stoppedPushSchema = z.object({
  task: taskIdSchema,
  /** Whether the change is on the remote; null when that could not be found out. */
  there: z.boolean().nullable(),
  /** The same in words. */
  message: z.string(),
});
export type StoppedPush = z.infer<typeof stoppedPushSchema>;

/** A push of a task's change, as it is kept: nothing of it was asked of the remote again. */
export const keptPushSchema = z.object({
  remote: z.string(),
  url: z.string(),
  branch: z.string(),
  /** The commit the branch is to be at, or was left at. */
  oid: oidSchema,
  /** It goes on, or it is not known yet what became of it. */
  isOpen: z.boolean(),
  /** When it was done; of one that is open, when it began. */
  at: z.number().int(),
  /** Whether that commit has all of the change as it stands now; null when that cannot be told. */
  hasAll: z.boolean().nullable(),
});
export type KeptPush = z.infer<typeof keptPushSchema>;

/** A change that is on a branch of a remote. */
export const pushedSchema = z.object({
  task: taskIdSchema,
  remote: z.string(),
  url: z.string(),
  branch: z.string(),
  oid: oidSchema,
  /** It was there before. */
  already: z.boolean(),
  /** Somebody had deleted the branch there since the last push of it: it is there again. */
  putBack: z.boolean(),
  /** The page on which a pull request can be opened; null when the forge is not known. */
  compareUrl: z.string().nullable(),
});
export type PushedChange = z.infer<typeof pushedSchema>;

/** What is said of a branch that a push put back where somebody had deleted it. */
export function putBackWords({ branch, url }: Pick<PushedChange, 'branch' | 'url'>): string {
  return `Somebody had deleted ${branch} on ${url} since the last push; it is there again.`;
}
