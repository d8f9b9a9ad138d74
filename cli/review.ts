import { CodedError } from '../core/contract/errors';
import { strategies } from '../core/contract/review';
import type { Command } from './command';
import { oneOf } from './parse';
import { plain } from './plain';
import { taskOutcome, withClient } from './task';
import { transcript } from './transcript';

const diff: Command = {
  words: ['task', 'diff'],
  usage: 'ID',
  summary: 'The change a task proposes, as a patch',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['task diff 12', 'task diff 12 | git apply --check'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const task = given.id(0);
      const review = await client.reviews.get({ task });
      const { patch, truncated } = await client.reviews.patch({ task, mergeBase: review.mergeBase, head: review.head });
      const note = truncated ? '\nThe patch is too long to show whole; see the window or the branch.\n' : '';
      // A pipe gets the patch byte for byte; a terminal gets nothing that could move or colour it.
      const text = around.out.isTTY ? plain(patch) + note : patch;
      return { json: { ...review, patch, truncated }, text };
    }),
};

const approve: Command = {
  words: ['task', 'approve'],
  usage: 'ID [--strategy ff|merge|squash] [--message M] [--head OID]',
  summary: 'Merge a change into its base branch',
  options: { strategy: { type: 'string' }, message: { type: 'string' }, head: { type: 'string' } },
  names: { least: 1, most: 1 },
  examples: [
    'task approve 12',
    'task approve 12 --strategy squash',
    'task approve 12 --head 3f2c…  (only if this commit is still the change)',
  ],
  run: (given, around) =>
    withClient(around, async (client) => {
      const task = given.id(0);
      const strategy = oneOf('strategy', given.text('strategy'), strategies);
      const { base, head, tree } = await client.reviews.get({ task });
      const seen = given.text('head');
      if (seen !== undefined && seen !== head) {
        throw new CodedError(
          'MOVED',
          `The change of task ${task} is ${head} now, not ${seen}. Look at it again: ${around.program} task diff ${task}`,
        );
      }
      return taskOutcome(
        await client.tasks.approve({ task, base, head, tree, strategy, message: given.text('message') }),
        around,
      );
    }),
};

const reject: Command = {
  words: ['task', 'reject'],
  usage: 'ID --comment C',
  summary: 'Send a change back to its agent with what to do differently',
  options: { comment: { type: 'string' } },
  names: { least: 1, most: 1 },
  examples: ['task reject 12 --comment "Keep the old name"'],
  run: (given, around) => {
    const comment = given.needed('comment');
    return withClient(around, async (client) =>
      taskOutcome(await client.tasks.reject({ task: given.id(0), comment }), around),
    );
  },
};

const log: Command = {
  words: ['task', 'log'],
  usage: 'ID [--follow]',
  summary: "What a task's agent said and did",
  options: { follow: { type: 'boolean', short: 'f' } },
  names: { least: 1, most: 1 },
  examples: ['task log 12', 'task log 12 --follow', 'task log 12 --json'],
  run: (given, around) =>
    withClient(around, (client) =>
      transcript({ task: given.id(0), follow: given.flag('follow'), json: given.json, client, around }),
    ),
};

/** Reviews and transcripts of tasks. */
export const reviewCommands: readonly Command[] = [diff, approve, reject, log];
