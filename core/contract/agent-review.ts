import { z } from 'zod';
import { oidSchema } from './oid';
import { permissionLevelSchema, taskIdSchema, taskStateSchema } from './task';

/** What a reviewing agent makes of one of its comments, the weightiest first. */
export const severities = ['problem', 'suggestion', 'nit'] as const;
export const severitySchema = z.enum(severities);
export type Severity = z.infer<typeof severitySchema>;

/** What a reviewing agent says of a change as a whole. */
export const verdicts = ['good', 'needs changes'] as const;

/** How many comments one review may leave; those that were dismissed count, so that nobody is written to without end. */
export const commentsOfReview = 100;

/** How much a reviewing agent may say at once, in characters. */
export const longestAgentComment = 4_000;
export const longestSummary = 8_000;

/** One comment as a reviewing agent gives it; without a line it is on the whole file. */
export const agentCommentSchema = z.object({
  path: z.string().min(1).max(4096),
  line: z.number().int().positive().nullish(),
  last_line: z.number().int().positive().nullish(),
  side: z.enum(['new', 'old']).nullish(),
  severity: severitySchema.nullish(),
  text: z.string().trim().min(1).max(longestAgentComment),
});

/** The end of a review as its agent gives it. */
export const agentVerdictSchema = z.object({
  verdict: z.enum(verdicts),
  summary: z.string().trim().min(1).max(longestSummary),
});

/** What an agent is asked to review, and what else it should know. */
export const newAgentReviewSchema = z.strictObject({
  task: taskIdSchema,
  /** Without it, the agent of new tasks. */
  agent: z.string().min(1).max(100).optional(),
  /** What to look at in particular. */
  prompt: z.string().trim().max(50_000).default(''),
  permissionLevel: permissionLevelSchema.optional(),
});
export type NewAgentReview = z.infer<typeof newAgentReviewSchema>;

/** A review of a task's change by an agent, which is a task of its own. */
export const agentReviewSchema = z.object({
  /** The review's own task, whose conversation is the agent's. */
  task: taskIdSchema,
  /** The task whose change it is about. */
  reviewed: taskIdSchema,
  agent: z.string(),
  state: taskStateSchema,
  /** The change it looks at; the comments are followed from there. */
  head: oidSchema,
  mergeBase: oidSchema,
  /** Null while it was not given, and for an agent that ended without one. */
  verdict: z.enum(verdicts).nullable(),
  /** The agent's words, which are plain text; empty without a verdict. */
  summary: z.string(),
  /** How many comments it left, and how many of them wait for the person's decision. */
  comments: z.number().int(),
  undecided: z.number().int(),
  createdAt: z.number().int(),
});
export type AgentReview = z.infer<typeof agentReviewSchema>;
