import { z } from 'zod';
import { prioritySchema } from './priority';
import { ruleOfferSchema } from './rule';

export const requestIdSchema = z.number().int().positive();

/**
 * A question to a human: leave to use a tool, a decision the agent needs, a plan to approve, leave to start a task whose
 * permission level is human-required, or how to go on when a budget is reached.
 */
const requestKinds = ['permission', 'clarification', 'plan', 'start', 'budget'] as const;
export type RequestKind = (typeof requestKinds)[number];

/** Whether a request of this kind is answered with a decision, to allow or deny, and not with one of its options. */
export function isDecided(kind: RequestKind): boolean {
  return kind !== 'clarification' && kind !== 'budget';
}

/**
 * - `open`: written by the runner before the agent waits; the person or a withdrawal moves it on.
 * - `answered`: the answer is committed; delivery to the agent is a fact of its own (`deliveredAt`).
 * - `withdrawn`: the agent, a cancelled task or the end of the session took the question back.
 */
const requestStates = ['open', 'answered', 'withdrawn'] as const;

/** What choosing an option means; `choice` is a plain answer, the others decide a permission, this once. */
const optionKinds = ['allow_once', 'reject_once', 'choice'] as const;

const requestOptionSchema = z.object({
  label: z.string(),
  description: z.string().default(''),
  kind: z.enum(optionKinds),
});
export type RequestOption = z.infer<typeof requestOptionSchema>;

/** The tool call a permission is about, as text the person can read in full. */
const requestToolSchema = z.object({
  name: z.string(),
  /** The exact command line, when the tool runs one. */
  command: z.string().nullable(),
  /** The whole input as pretty JSON, at most 64 KiB. */
  input: z.string(),
  /** A unified diff of what the call would change, when the agent says. */
  diff: z.string().nullable(),
});
export type RequestTool = z.infer<typeof requestToolSchema>;

/**
 * What the person said. A permission, plan or start request needs `decision`; a clarification needs at least one
 * option (by index) or text, a budget request one option. Text beside a denial is the reason the agent is told. What is not meant may
 * be left out.
 */
export const answerSchema = z.object({
  decision: z.enum(['allow', 'deny']).nullable().default(null),
  /** The rule to keep, one of those the request offers: what it covers is allowed from now on. Only beside `allow`. */
  rule: ruleOfferSchema.nullable().default(null),
  options: z.array(z.number().int().nonnegative()).default([]),
  text: z.string().max(100_000).nullable().default(null),
});
export type Answer = z.infer<typeof answerSchema>;

/** A question as it was asked. A text of more than 64 KiB, or a title or step too long for its line, is cut and says so. */
export const requestSchema = z.object({
  id: requestIdSchema,
  task: z.number().int().positive(),
  taskTitle: z.string(),
  repository: z.string(),
  agent: z.string(),
  /** The task's, which says how much a wait weighs. */
  priority: prioritySchema,
  kind: z.enum(requestKinds),
  title: z.string(),
  body: z.string(),
  tool: requestToolSchema.nullable(),
  options: z.array(requestOptionSchema),
  /** The rules that may be made while allowing it. */
  rules: z.array(ruleOfferSchema),
  allowsText: z.boolean(),
  /** More than one option may be chosen. */
  multiple: z.boolean(),
  /** What the agent did just before it asked, oldest first, one line each. */
  steps: z.array(z.string()),
  state: z.enum(requestStates),
  answer: answerSchema.nullable(),
  /** `person`, or the rule that answered in their place, as `rule 3`; null while nobody has. */
  answeredBy: z.string().nullable(),
  createdAt: z.number().int(),
  answeredAt: z.number().int().nullable(),
  deliveredAt: z.number().int().nullable(),
});
export type Request = z.infer<typeof requestSchema>;
