import type { Client } from '../core/client';
import { isDraft, isUndecided, notSentWords } from '../core/contract/comment';
import { CodedError } from '../core/contract/errors';
import { refused } from '../core/contract/refusal';
import { strategies } from '../core/contract/strategy';
import { isDrivenNow } from '../core/contract/takeover';
import type { Task } from '../core/contract/task';
import { mergedAlready } from './already';
import { checkWarning } from './check';
import { type Command, type Outcome, type Surroundings, UsageError } from './command';
import { othersLeft, othersText } from './contest';
import { endedText, runningOn } from './ended-programs';
import { here } from './hint';
import { knownFirst, landingWarnings } from './landing';
import { oneOf } from './parse';
import { patchText } from './patch';
import { plainLine } from './plain';
import { assertSeen, seenRange } from './seen';
import { approveStack } from './stack';
import { problemText } from './stack-text';
import { setGoing, taskOutcome } from './task-outcome';
import { approveExactly, shortId, undoText } from './text';
import { followTranscript, transcript } from './transcript';
import { waitOptions, waitUsage } from './wait';
import { withClient } from './with-client';

const diff: Command = {
  words: ['task', 'diff'],
  reads: true,
  usage: 'ID',
  summary: 'The change a task proposes, as a patch; says on stderr which commit it is, for approve --head',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['task diff 12', 'task diff 12 | git apply --check'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const task = given.id(0);
      const [review, subject] = await Promise.all([client.reviews.get({ task }), client.tasks.get({ task })]);
      const { state } = subject;
      const { patch, truncated } = await client.reviews.patch({ task, mergeBase: review.mergeBase, head: review.head });
      const short = truncated ? 'The patch is too long to show whole; see the window or the branch.\n' : '';
      // Only what can be merged now may be suggested: a conflict leaves no way, and neither does a task that failed.
      const approvable = state === 'review' && review.strategies.length > 0;
      // What a task that failed left in its worktree is in no commit, and may be much.
      const rests = state === 'review' || state === 'done';
      const nothing = rests ? `Task ${task} changed nothing.\n` : `Nothing of task ${task} is committed.\n`;
      const atWork = atWorkText(subject, around.program);
      const exactly = `${around.program} ${approveExactly(review)}`;
      const files = review.conflicts.map(({ path, kind, about }) => `  ${plainLine(path, 300)} (${kind}): ${about}\n`);
      const conflict =
        state === 'review' && files.length > 0
          ? `It conflicts with ${review.held === null ? 'its base' : 'what it is to stand on'}:\n${files.join('')}Have its agent resolve that: ${around.program} task resolve ${task}\n${review.held === null ? byHand(subject) : ''}`
          : '';
      const held =
        state === 'review' && review.held !== null ? `${plainLine(here(review.held, around.program), 2000)}\n` : '';
      const stuck = state === 'review' ? problemText(subject, review.held, around.program) : '';
      const warnings = state === 'review' ? `${held}${stuck}${landingWarnings(review, subject, around.program)}` : '';
      const merge = approvable ? ` To merge this and nothing newer: ${exactly}` : '';
      return {
        json: { ...review, patch, truncated },
        text: patchText(patch, around),
        note: `${review.files.length === 0 ? nothing : `${short}This is commit ${shortId(review.head)}, compared with ${shortId(review.mergeBase)}.${merge}\n${conflict}${warnings}`}${atWork}${undoText(review, around.program)}`,
      };
    }),
};

/** Where a conflict can be resolved without the agent. */
function byHand({ base, worktree }: Task): string {
  return worktree === null
    ? ''
    : `Or resolve it yourself: merge ${plainLine(base)} in ${plainLine(worktree, 5000)} and commit.\n`;
}

/** Why what is changed now is not shown, and how to see it all the same; empty of a task that nobody works on. */
function atWorkText({ id, state, takeover, worktree }: Task, program: string): string {
  if (state !== 'running' && state !== 'waiting') return '';
  const who =
    takeover?.state === 'driving'
      ? 'You drive its agent'
      : state === 'waiting'
        ? 'Its agent waits for your answer'
        : 'Its agent is at work';
  const where = worktree === null ? '' : ` Until then it is in its worktree, ${plainLine(worktree, 5000)}`;
  const watch = `  Watch: ${program} task log ${id} --follow\n`;
  return `${who}: what it changes now is shown here when its work is over and committed.${where}\n${watch}`;
}

const approve: Command = {
  words: ['task', 'approve'],
  usage:
    'ID [--strategy ff|merge|squash|rebase] [--message M] [--head [FROM..]OID] [--leave-comments] [--override-checks] [--discard-others] [--stack]',
  summary: 'Merge a change into its base branch: what its branch holds now, or with --head only the change you saw',
  options: {
    strategy: { type: 'string' },
    message: { type: 'string' },
    head: { type: 'string' },
    'leave-comments': { type: 'boolean' },
    'override-checks': { type: 'boolean' },
    'discard-others': { type: 'boolean' },
    stack: { type: 'boolean' },
  },
  names: { least: 1, most: 1 },
  examples: [
    'task approve 12',
    'task approve 12 --strategy squash',
    'task approve 12 --head 88f0e1a2b3..3f2c1ab90d  (what task diff showed: refused when the change is another one now)',
    'task approve 12 --leave-comments  (comments that were not sent stay on the task as drafts)',
    'task approve 12 --stack  (first everything task 12 is after, in order: see task stack 12)',
    'task approve 12 --discard-others  (of a contest: the other tasks are discarded, with backups, once it landed)',
    'task approve 12 --override-checks  (though required checks did not pass; the record of decisions says so)',
  ],
  more: `  A squash has the title of the task as its subject, and what its prompt says beyond that as its body, as the agent's own commits
  have. A merge commit names the branch and the title. --message says something else of either.
  --head names the commit that was shown, after the one it was compared with and two dots, as task diff says them: what was compared with
  another commit was another change. The commit alone may be named, too: then what it is compared with does not matter.
`,
  run: (given, around) => {
    const task = given.id(0);
    const strategy = oneOf('strategy', given.text('strategy'), strategies);
    if (given.text('message')?.trim() === '')
      throw new UsageError('--message must not be empty. Leave it out for the message the change has.');
    const seen = seenRange(given.text('head'));
    if (given.flag('stack')) {
      if (
        given.text('message') !== undefined ||
        given.flag('leave-comments') ||
        given.flag('override-checks') ||
        given.flag('discard-others')
      )
        throw new UsageError(
          '--stack takes --strategy and --head alone: each change has its own message, comments and checks.',
        );
      return withClient(around, (client) => approveStack(client, around, { task, strategy, seen }));
    }
    return withClient(around, async (client) => {
      const before = await client.tasks.get({ task });
      const already = await mergedAlready(client, before, {
        seen: seen?.head,
        strategy,
        message: given.text('message'),
      });
      if (already !== null) return againOf(client, before, { already, discards: given.flag('discard-others') }, around);
      const [review, comments, running] = await Promise.all([
        client.reviews.get({ task }),
        client.comments.list({ task }),
        runningOn(client, given.flag('discard-others') ? undefined : task),
      ]);
      const { base, mergeBase, head, tree } = review;
      // Never left to the runtime, which is told this head: the task may come to review right after this look.
      if (seen !== undefined && !head.startsWith(seen.head) && before.state !== 'review')
        throw refused({ ...before, driven: isDrivenNow(before) ? 1 : 0 }, 'approved');
      assertSeen(review, { seen, did: 'merged', program: around.program });
      const left = comments.filter((comment) => isDraft(comment) || isUndecided(comment));
      const drafts = left.filter(isDraft).length;
      const undecided = left.length - drafts;
      const leaves = given.flag('leave-comments');
      if (before.state === 'review' && drafts + undecided > 0 && !leaves) {
        const typed = (words: string) => `${around.program} task ${words}`;
        throw new CodedError(
          'COMMENTS_NOT_SENT',
          `Nothing was merged: ${[
            notSentWords(drafts, undecided),
            ...(drafts > 0 ? [`To send: ${typed(`reject ${task}`)}.`] : []),
            ...(undecided > 0 ? [`To see and decide: ${typed(`comments ${task}`)}.`] : []),
            `To approve all the same, and keep ${drafts > 0 ? 'what you wrote as a draft' : 'them as they are'}: ${typed(`approve ${task} --leave-comments`)}`,
          ].join(' ')}`,
        );
      }
      // What comes from here on is not left: the runtime refuses then.
      if (!given.json && leaves && left.length > 0)
        around.err.write(`Left on task ${task} as they are: ${left.map(({ id }) => `comment ${id}`).join(', ')}.\n`);
      if (!given.json)
        around.err.write(`${checkWarning(before, around.program)}${knownFirst(review, before, around.program)}`);
      const ids = { task, base, mergeBase, head, tree };
      const how = {
        strategy,
        message: given.text('message'),
        ...(leaves && { leaveComments: left.map(({ id }) => id) }),
      };
      const discardOthers = given.flag('discard-others');
      const others = discardOthers ? await othersLeft(client, before) : [];
      const overrideChecks = given.flag('override-checks');
      const merged = await client.tasks.approve({ ...ids, ...how, overrideChecks, discardOthers });
      const became = await othersText(client, others, { program: around.program, running });
      const outcome = await taskOutcome(client, merged, around);
      const did =
        merged.mergedOid === null
          ? `Nothing to merge: ${merged.outcome === 'answered' ? `task ${task} changed nothing` : `everything of task ${task} is there already`}, and ${plainLine(merged.base)} stays as it is.`
          : `Merged ${shortId(head)} into ${plainLine(merged.base)}${merged.mergedOid === head ? '' : ` as ${shortId(merged.mergedOid)}`}.`;
      return {
        ...outcome,
        text: `${did}\n${merged.state === 'done' ? endedText(running, [task]) : ''}${became}${outcome.text}`,
      };
    });
  },
};

/** What comes of approving a change that is merged already: the others of its contest go where that is asked for and was not done. */
async function againOf(
  client: Client,
  task: Task,
  { already, discards }: { readonly already: string; readonly discards: boolean },
  around: Surroundings,
): Promise<Outcome> {
  const others = discards ? await othersLeft(client, task) : [];
  const running = others.length === 0 ? [] : await runningOn(client);
  if (others.length > 0) await client.contests.pick({ task: task.id });
  const became = await othersText(client, others, { program: around.program, running });
  const outcome = await taskOutcome(client, await client.tasks.get({ task: task.id }), around);
  return { ...outcome, text: `${already}${became}${outcome.text}` };
}

const reject: Command = {
  words: ['task', 'reject'],
  usage: `ID [--comment C] ${waitUsage}`,
  summary:
    'Send a change back to its agent with what to do differently, and with the comments on its lines; --wait returns when it is finished or needs you',
  options: { comment: { type: 'string' }, ...waitOptions },
  names: { least: 1, most: 1 },
  examples: ['task reject 12 --comment "Keep the old name"', 'task reject 12  (what task comment kept)'],
  run: (given, around) => {
    const comment = given.text('comment') ?? '';
    return setGoing(given, around, (client) => client.tasks.reject({ task: given.id(0), comment }));
  },
};

const log: Command = {
  words: ['task', 'log'],
  reads: (given) => !given.flag('follow'),
  lines: (given) => given.flag('follow'),
  usage: 'ID [--follow]',
  summary: "What a task's agent said and did",
  options: { follow: { type: 'boolean', short: 'f' } },
  names: { least: 1, most: 1 },
  examples: ['task log 12', 'task log 12 --follow', 'task log 12 --json'],
  more: `  --follow (-f) ends when the task is finished and nothing is asked any more, or with Ctrl+C; the task goes on all the same. Where the
  runtime ends before that, it goes on with the next one. --json prints one JSON value of all of it, with --follow a value a line as they come.
`,
  run: (given, around) =>
    (given.flag('follow') ? followTranscript : transcript)({ task: given.id(0), json: given.json, around }),
};

const logs: Command = {
  ...log,
  words: ['logs'],
  usage: 'TASK [--follow]',
  summary: 'The same as task log: what its agent said and did, and with --follow what it says until it is done',
  examples: ['logs 12', 'logs 12 --follow'],
};

/** Reviews and transcripts of tasks. */
export const reviewCommands: readonly Command[] = [diff, approve, reject, log, logs];
