import { z } from 'zod';
import type { Request } from './request';
import { taskIdSchema } from './task';

/**
 * What was decided: a request was answered; a change was approved, several were to land on a train, one was sent back with a comment, picked before the others of its contest, discarded or brought back;
 * part of one was taken back, a file of it edited, or the last of these undone; a task's worktree was put back to a checkpoint; a change was pushed to a remote, a pull request of it opened, or that merged; a repository's programs were trusted or no longer trusted; a rule was taken back; a worktree was removed by hand; a backup was put back, or removed for good;
 * a key was made, got another secret or was revoked; a browser was signed in or out. No secret is in any of them.
 */
const decisionKinds = [
  'answer',
  'approve',
  'approve-train',
  'request-changes',
  'pick',
  'discard',
  'restore',
  'take-back',
  'edit',
  'undo-edit',
  'go-back',
  'push',
  'open-pull-request',
  'merge-pull-request',
  'trust',
  'distrust',
  'revoke',
  'remove-worktree',
  'restore-backup',
  'remove-backup',
  'make-key',
  'rotate-key',
  'revoke-key',
  'sign-in',
  'sign-out',
] as const;

/** One decision, with what whoever took it had in front of them. */
export const decisionSchema = z.object({
  /** 1 for the first; no number is left out. */
  number: z.number().int().positive(),
  /** When, in epoch milliseconds. */
  at: z.number().int(),
  /** Who: `person` for whoever sits at this machine. */
  by: z.string(),
  kind: z.enum(decisionKinds),
  task: taskIdSchema.nullable(),
  /** The repository's path; empty for what is of no repository. */
  repository: z.string(),
  request: z.number().int().positive().nullable(),
  /** What was shown, as it was shown. */
  shown: z.json(),
  /** What was answered. */
  answered: z.json(),
  /** The rule that answered in the person's place; null when they did it themselves. */
  rule: z.string().nullable(),
  /** The hash of the decision before this one; 64 zeros for the first. */
  previous: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Decision = z.infer<typeof decisionSchema>;

/** What whoever answers a request has in front of them, as the record keeps it. */
export function requestShown(request: Request): Decision['shown'] {
  const { kind, title, body, tool, options, steps, createdAt } = request;
  return { kind, title, body, tool, options, steps, askedAt: createdAt };
}

/** A decision as it is kept: its exact text, and the SHA-256 of that text, by which a change to it shows. */
export const sealedDecisionSchema = z.object({ number: z.number().int(), hash: z.string(), text: z.string() });
export type SealedDecision = z.infer<typeof sealedDecisionSchema>;

/** The decision a sealed one holds; null when somebody made something else of its text. */
export function openDecision({ text }: Pick<SealedDecision, 'text'>): Decision | null {
  try {
    return decisionSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Whether the record of decisions is whole. */
export const decisionRecordSchema = z.object({
  count: z.number().int().nonnegative(),
  /** The hash of the newest decision: noted elsewhere, it also shows when the end of the record is cut off. */
  newest: z.string().nullable(),
  /** The first place where the record does not hold together. */
  broken: z.object({ number: z.number().int(), reason: z.string() }).nullable(),
});
export type DecisionRecord = z.infer<typeof decisionRecordSchema>;
