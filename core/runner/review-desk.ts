import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { plainText } from '../agents/plain';
import type { ReviewDesk, ToolAnswer } from '../agents/review-tools';
import { visibleText } from '../agents/visible';
import { agentCommentSchema, agentVerdictSchema, commentsOfReview } from '../contract/agent-review';
import type { CommentPlace } from '../contract/comment';
import { CodedError } from '../contract/errors';
import type { FileChange } from '../contract/review';
import type { Place } from '../git/checkout';
import { listChanges } from '../git/diff';
import type { Claim } from '../sources/source';
import { keepVerdict, reviewedBy } from '../store/agent-reviews';
import { commentSaid, isReviewFull, leaveComment } from '../store/comments';
import type { Database } from '../store/database';
import { taskRow } from '../store/task-row';
import type { Deps } from './deps';
import { quoteOf } from './quote';

/** Whose review it is and where the change can be looked at. */
interface Reviewer {
  readonly claim: Claim;
  readonly agent: string;
  readonly place: Place;
  /** The worktree, which agents put before the names of files. */
  readonly directory: string;
}

/**
 * Where the agent of a review leaves what it has to say; null for a task that makes a change. All it can do there is add
 * comments that nobody is sent, and say what it thinks: what it says is bounded and plain, is about this one change, and is
 * in the store before the agent is told that it is.
 */
export async function openReviewDesk(deps: Deps, reviewer: Reviewer): Promise<ReviewDesk | null> {
  const { claim, place } = reviewer;
  const review = reviewedBy(deps.db, claim.task);
  if (review === undefined) return null;
  const { reviewed, head, mergeBase } = review;
  const files = await listChanges(place, { base: mergeBase, head });

  const comment = async (input: unknown): Promise<ToolAnswer> => {
    const given = agentCommentSchema.safeParse(input);
    if (!given.success) return failed(`No comment was left: ${wrongIn(given.error)} Change that and try again.`);
    const found = placeOf(files, given.data, reviewer.directory);
    if (typeof found === 'string') return failed(found);
    const text = plain(given.data.text);
    if (text === '') return failed('No comment was left: its text holds nothing that can be read.');
    const said = createHash('sha256')
      .update(JSON.stringify([found, text]))
      .digest('hex');
    // Both before git is asked, so that an agent that never ends costs nothing more. The comment that filled the review is there.
    const known = commentSaid(deps.db, { review: claim.task, said });
    if (known !== null) {
      assertGoesOn(deps.db, claim, reviewed);
      return kept(known);
    }
    if (isReviewFull(deps.db, claim.task)) return full;
    const quote = await quoteOf(place, { head, mergeBase, place: found });
    const severity = given.data.severity ?? null;
    const left = { task: reviewed, review: claim.task, head, mergeBase, place: found, quote, text, severity, said };
    const id = await deps.writer.write((db) => {
      assertGoesOn(db, claim, reviewed);
      return leaveComment(db, { ...left, by: reviewer.agent, at: deps.now() });
    });
    if (id === null) return full;
    deps.announceComments(reviewed);
    return kept(id);
  };

  const verdict = async (input: unknown): Promise<ToolAnswer> => {
    const given = agentVerdictSchema.safeParse(input);
    if (!given.success) return failed(`No verdict was kept: ${wrongIn(given.error)} Change that and try again.`);
    await deps.writer.write((db) => {
      assertGoesOn(db, claim, reviewed);
      keepVerdict(db, { task: claim.task, verdict: given.data.verdict, summary: plain(given.data.summary) });
    });
    deps.announceComments(reviewed);
    return { text: 'Kept. The review is complete; say so in a sentence and stop.', failed: false };
  };

  return {
    paths: files.map(({ path }) => path),
    async take(tool, input) {
      try {
        if (tool === 'comment') return await comment(input);
        if (tool === 'verdict') return await verdict(input);
        return failed(`There is no tool ${nameShown(tool)}. There are: comment, verdict.`);
      } catch (cause) {
        // What can be said to the agent is for it to mend; the rest is ours.
        if (cause instanceof CodedError && told.includes(cause.code)) return failed(cause.message);
        throw cause;
      }
    },
  };
}

const told: readonly CodedError['code'][] = ['BAD_INPUT', 'WRONG_STATE'];

const full = failed(
  `No comment was left: this review has ${commentsOfReview} comments, which is the most there may be. Call verdict and put what is missing into its summary.`,
);

function kept(comment: number): ToolAnswer {
  return { text: `Left comment ${comment}.`, failed: false };
}

function failed(text: string): ToolAnswer {
  return { text, failed: true };
}

/** Throws WRONG_STATE when the review is not this agent's any more, or there is nothing left to review. */
function assertGoesOn(db: Database, { task, generation }: Claim, reviewed: number): void {
  const row = taskRow(db, task);
  const held = (row.state === 'running' || row.state === 'waiting') && row.generation === generation;
  if (held && taskRow(db, reviewed).state !== 'done') return;
  throw new CodedError('WRONG_STATE', 'This review is over and takes nothing more. Stop here.');
}

/** The place a comment names, or why there is none, as the agent is told. */
function placeOf(
  files: readonly FileChange[],
  given: z.infer<typeof agentCommentSchema>,
  directory: string,
): CommentPlace | string {
  const side = given.side ?? 'new';
  const name = given.path.startsWith(`${directory}/`)
    ? given.path.slice(directory.length + 1)
    : given.path.replace(/^\.\//, '');
  const file = files.find(({ path, oldPath }) => path === name || (side === 'old' && oldPath === name));
  if (file === undefined) {
    const some = files.slice(0, filesNamed).map(({ path }) => nameShown(path));
    const more = files.length > filesNamed ? ` and ${files.length - filesNamed} more` : '';
    return `No comment was left: the change has no file ${nameShown(given.path)}. Its files are: ${some.join(', ')}${more}.`;
  }
  const [first = null, last = first] = [given.line, given.last_line ?? undefined];
  if (first === null && last !== null) return 'No comment was left: last_line needs line, the first of the lines.';
  if (first !== null && last !== null && last < first)
    return `No comment was left: last_line ${last} comes before line ${first}.`;
  const lines = first === null || last === null ? null : { first, last };
  return { path: side === 'old' ? (file.oldPath ?? file.path) : file.path, side, lines };
}

const filesNamed = 50;

function nameShown(name: string): string {
  return visibleText(name.slice(0, 300));
}

/** Text as it is kept: without control sequences, and with nothing in it that turns or hides what is around it. */
function plain(text: string): string {
  return visibleText(plainText(text)).trim();
}

function wrongIn({ issues }: z.ZodError): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.length === 0 ? 'the input' : path.join('.')}: ${message}.`)
    .join(' ');
}
