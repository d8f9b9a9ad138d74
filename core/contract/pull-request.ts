import { z } from 'zod';
import { oidSchema } from './oid';
import { pushSchema } from './remote';
import { taskIdSchema } from './task';

/** What a person said of a pull request. */
const reviewSchema = z.object({
  author: z.string(),
  verdict: z.enum(['approved', 'changes-requested', 'commented', 'dismissed']),
  text: z.string(),
  at: z.number().int(),
});

/** What a program found out about it. */
const checkSchema = z.object({
  name: z.string(),
  state: z.enum(['running', 'passed', 'failed', 'skipped']),
  url: z.string().nullable(),
});

/** Remarks on one place of it, the first one first. */
const threadSchema = z.object({
  id: z.string(),
  path: z.string(),
  /** In the file as the pull request has it; null when the lines are gone, or the remark is on the whole file. */
  line: z.number().int().nullable(),
  resolved: z.boolean(),
  /** What it was about has changed since. */
  outdated: z.boolean(),
  comments: z.array(z.object({ author: z.string(), text: z.string(), at: z.number().int() })),
});

/** A pull request as its forge last told. All words in it are somebody else's. */
const seenPullRequestSchema = z.object({
  number: z.number().int().positive(),
  /** Its page. */
  url: z.string(),
  state: z.enum(['open', 'merged', 'closed']),
  draft: z.boolean(),
  title: z.string(),
  base: z.string(),
  head: oidSchema,
  /** Null while the forge has not found out. */
  mergeable: z.boolean().nullable(),
  reviews: z.array(reviewSchema),
  checks: z.array(checkSchema),
  threads: z.array(threadSchema),
});
export type SeenPullRequest = z.infer<typeof seenPullRequestSchema>;

/** The pull request of a task's change. */
export const pullRequestSchema = z.object({
  task: taskIdSchema,
  /** The host of its forge, and the repository there that is asked to take the change. */
  host: z.string(),
  repository: z.string(),
  /** Where its branch is pushed to, as it may be shown. */
  url: z.string(),
  /** The commit that was last pushed for it from here. */
  pushed: oidSchema,
  /** Null until the forge has said that it is there. */
  seen: seenPullRequestSchema.nullable(),
  seenAt: z.number().int().nullable(),
  /** What could not be done beside opening it, one sentence each. */
  notices: z.array(z.string()),
});
export type PullRequest = z.infer<typeof pullRequestSchema>;

/** What others remarked and is not settled, and which checks failed, as a message to the agent; empty for nothing. */
export function remarksOf({ threads, checks, number }: SeenPullRequest): string {
  const open = threads.filter(({ resolved }) => !resolved);
  const failed = checks.filter(({ state }) => state === 'failed');
  if (open.length + failed.length === 0) return '';
  const remarks = open.map(({ path, line, comments }) => {
    const said = comments.map(({ author, text }) => `${author}: ${text}`).join('\n');
    return `${path}${line === null ? '' : `:${line}`}\n${said}`;
  });
  const broken = failed.map(({ name }) => `The check ${name} failed.`);
  return [`What was said of pull request ${number}:`, ...remarks, ...broken].join('\n\n');
}

/** The title and the words of a pull request as they are proposed, given the message of the change. */
export function proposedWords(message: string): Pick<NewPullRequest, 'title' | 'body'> {
  const [subject = '', ...rest] = message.split('\n');
  return { title: subject.slice(0, 250), body: rest.join('\n').trim().slice(0, 60_000) };
}

const forgeName = z.string().trim().min(1).max(200);

/** What a pull request is opened with; the ids are those of the review, `url` is the remote's as it was shown. */
export const newPullRequestSchema = pushSchema.extend({
  title: z.string().trim().min(1).max(250),
  body: z.string().max(60_000).default(''),
  draft: z.boolean().default(false),
  /** Names of people; of teams with their organisation before them, as `acme/core`. */
  reviewers: z.array(forgeName).max(15).default([]),
  labels: z.array(forgeName).max(50).default([]),
  /** The remote whose repository is asked to take it, when that is not the one it is pushed to. */
  into: z.string().min(1).max(1000).optional(),
  /** Publishes though required checks did not pass, and not as a draft: recorded with how they stood. */
  overrideChecks: z.boolean().optional(),
});
export type NewPullRequest = z.infer<typeof newPullRequestSchema>;

export const mergeMethods = ['merge', 'squash', 'rebase'] as const;
export type MergeMethod = (typeof mergeMethods)[number];
export const mergeMethodSchema = z.enum(mergeMethods);

/** Whether a forge lets us in. */
export const forgeAccountSchema = z.object({
  host: z.string(),
  /** Where the token is: sealed by the system's keychain, only in this run of Switchyard, or GitHub's own program has it. */
  signedIn: z.enum(['keychain', 'session', 'gh']).nullable(),
  login: z.string().nullable(),
  /** What a person should know about it, as a sentence; null for nothing. */
  notice: z.string().nullable(),
});
export type ForgeAccount = z.infer<typeof forgeAccountSchema>;
