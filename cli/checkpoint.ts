import {
  type Checkpoint,
  checkpointName,
  conversationWords,
  sameFilesWords,
  standing,
} from '../core/contract/checkpoint';
import { type Command, type Given, UsageError } from './command';
import { patchText } from './patch';
import { ago, counted, table } from './text';
import { withClient } from './with-client';

const list: Command = {
  words: ['task', 'checkpoints'],
  reads: true,
  usage: 'ID [N]',
  summary: 'The states of its worktree a task can go back to; with N what that one changed, as a patch',
  options: {},
  names: { least: 1, most: 2 },
  examples: ['task checkpoints 12', 'task checkpoints 12 3', 'task checkpoints 12 --json'],
  more: [
    '  One is kept after each turn of the agent that changed files, one before its first turn (0), one of what came to',
    '  them between two turns, and one of what you leave when you go back. They go with the worktree when the task is done.',
    '',
  ].join('\n'),
  run(given, around) {
    const task = given.id(0);
    const to = given.names().length > 1 ? numberAt(given, 1) : null;
    return withClient(around, async (client) => {
      if (to === null) {
        const checkpoints = await client.checkpoints.list({ task });
        return { json: checkpoints, text: checkpoints.length === 0 ? 'No checkpoints.\n' : shown(checkpoints) };
      }
      const diff = await client.checkpoints.diff({ task, to });
      const { patch, truncated } = await client.reviews.patch({ task, mergeBase: diff.mergeBase, head: diff.head });
      return {
        json: { ...diff, patch, truncated },
        text: patchText(patch, around),
        ...(truncated && { note: 'The patch is too long to show whole.\n' }),
      };
    });
  },
};

const back: Command = {
  words: ['task', 'back'],
  usage: 'ID N',
  summary: 'Put the worktree of a task back to a checkpoint; what is left by that becomes one too',
  options: {},
  names: { least: 2, most: 2 },
  examples: ['task checkpoints 12', 'task back 12 3', 'task back 12 0  (before the first turn)'],
  more: [
    '  Files, index and branch become what they were; files that git ignores stay as they are. The agent must not be at',
    '  work: cancel the task first, go back, then retry it. Of an agent that can, the conversation goes back as well.',
    '',
  ].join('\n'),
  run(given, around) {
    const checkpoint = numberAt(given, 1);
    return withClient(around, async (client) => {
      const gone = await client.checkpoints.back({ task: given.id(0), checkpoint });
      const undo = `${around.program} task back ${gone.task} ${gone.left}`;
      const text = `Task ${gone.task} is back at checkpoint ${checkpoint}. ${conversationWords(gone.conversation)}\n`;
      return { json: gone, text, note: `What you left is checkpoint ${gone.left}. To undo: ${undo}\n` };
    });
  },
};

/** The states a task's worktree can be put back to, and doing so. */
export const checkpointCommands: readonly Command[] = [list, back];

function numberAt(given: Given, index: number): number {
  const name = given.name(index);
  if (/^\d{1,9}$/.test(name)) return Number(name);
  throw new UsageError(`${name} is no checkpoint: it must be a number as task checkpoints lists them, 0 or more.`);
}

function shown(checkpoints: readonly Checkpoint[]): string {
  const stands = standing(checkpoints);
  return table(
    checkpoints.map((each) => {
      const { number, change, at, kept, current } = each;
      const size =
        sameFilesWords(each, checkpoints) ??
        `${counted(change.files, 'file')} +${change.additions} −${change.deletions}`;
      const behind = stands.has(number) || each.kind === 'left' ? '' : 'left behind';
      const where = kept ? (current ? 'here' : behind) : 'gone with its worktree';
      return [`${number}`, checkpointName(each), number === 0 ? '' : size, ago(at), where];
    }),
  );
}
