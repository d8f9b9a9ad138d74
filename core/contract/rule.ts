import { z } from 'zod';

export const ruleIdSchema = z.number().int().positive();

/** How far a rule reaches: the session it was made in, or every session of that agent in the repository. */
const ruleScopes = ['session', 'repository'] as const;
export type RuleScope = (typeof ruleScopes)[number];

/** What a rule allows. Each is about one tool of one agent, and a command also about what is sent beside it (`beside`). */
const ruleMatchSchema = z.discriminatedUnion('by', [
  /** This command line, letter for letter. */
  z.strictObject({ by: z.literal('command'), tool: z.string(), command: z.string(), beside: z.string() }),
  /** Commands that begin with these words and hold nothing by which a shell would do more than run one program. */
  z.strictObject({
    by: z.literal('prefix'),
    tool: z.string(),
    words: z.array(z.string().min(1)).min(1),
    beside: z.string(),
  }),
  /** Uses of the tool on files of the task's own worktree. */
  z.strictObject({ by: z.literal('files'), tool: z.string() }),
  /** Any use of a tool that names no file and runs no command. */
  z.strictObject({ by: z.literal('tool'), tool: z.string() }),
]);
export type RuleMatch = z.infer<typeof ruleMatchSchema>;

/** A rule that may be made while a permission is allowed, so that the same is not asked again. */
export const ruleOfferSchema = z.strictObject({ scope: z.enum(ruleScopes), match: ruleMatchSchema });
export type RuleOffer = z.infer<typeof ruleOfferSchema>;

/** A standing answer of the person: what it covers is allowed without asking, and recorded as a decision by this rule. */
export const ruleSchema = z.object({
  id: ruleIdSchema,
  scope: z.enum(ruleScopes),
  agent: z.string(),
  match: ruleMatchSchema,
  /** The repository's path. */
  repository: z.string(),
  /** The task whose request it was made for. */
  task: z.number().int().positive(),
  taskTitle: z.string(),
  createdAt: z.number().int(),
  createdBy: z.string(),
  /** How often it answered, and when last. */
  uses: z.number().int().nonnegative(),
  lastUsedAt: z.number().int().nullable(),
  /** When the person took it back; it answers nothing since. */
  revokedAt: z.number().int().nullable(),
});
export type Rule = z.infer<typeof ruleSchema>;

/** What a rule allows, in words that end a sentence: "commands that begin with `npm test`". */
export function ruleWords(match: RuleMatch): string {
  switch (match.by) {
    case 'command':
      return `exactly \`${match.command}\``;
    case 'prefix':
      return `commands that begin with \`${match.words.join(' ')}\``;
    case 'files':
      return `\`${match.tool}\` on files in the worktree`;
    case 'tool':
      return `\`${match.tool}\``;
  }
}

/** What an agent may do with what a rule covers: "run commands that begin with …". */
export function ruleVerb({ by }: RuleMatch): 'run' | 'use' {
  return by === 'command' || by === 'prefix' ? 'run' : 'use';
}

/** Where a rule holds, in words that end a sentence. */
export function scopeWords(scope: RuleScope): string {
  return scope === 'session' ? 'in this session' : 'in this repository';
}
