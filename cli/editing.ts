import { CodedError } from '../core/contract/errors';
import type { HunkPlace, ReviewEdit } from '../core/contract/review-edit';
import { type Command, type Surroundings, UsageError } from './command';
import { fileIn } from './path-in';
import { plainLine } from './plain';
import { counted, shortId } from './text';
import { withClient } from './with-client';

const takeBack: Command = {
  words: ['task', 'take-back'],
  usage: 'ID --file PATH [--hunk N]',
  summary: 'Take a file of a change back, or one hunk of it as task diff prints them, with a commit of yours',
  options: { file: { type: 'string' }, hunk: { type: 'string' } },
  names: { least: 1, most: 1 },
  examples: ['task take-back 12 --file src/app.ts --hunk 2', 'task take-back 12 --file notes.txt'],
  more: [
    '  Hunks count from 1. Of a file that was added, moved or made executable, no --hunk takes that back as well. The branch and the',
    '  worktree of the task get the commit; edits of that very file in the worktree that are in no commit stop it.',
    '',
  ].join('\n'),
  run(given, around) {
    const typed = given.needed('file');
    const hunk = hunkNumber(given.text('hunk'));
    return withClient(around, async (client) => {
      const task = given.id(0);
      const [{ head, mergeBase, files }, about] = await Promise.all([
        client.reviews.get({ task }),
        client.tasks.get({ task }),
      ]);
      const { path, oldPath } = fileIn(typed, { files, task: about }, around);
      const paths = oldPath === null ? [path] : [oldPath, path];
      const lines =
        hunk === null ? null : hunkAt((await client.reviews.patch({ task, head, mergeBase, paths })).patch, hunk, path);
      const edit = await client.reviews.takeBack({ task, head, mergeBase, path, oldPath, lines });
      const what = hunk === null ? plainLine(path) : `hunk ${hunk} of ${plainLine(path)}`;
      return { json: edit, text: `Took ${what} back. ${afterwards(edit, around)}` };
    });
  },
};

const undo: Command = {
  words: ['task', 'undo'],
  usage: 'ID',
  summary: 'Undo the last edit you made to a change yourself, as long as nothing came after it',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['task undo 12'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const edit = await client.reviews.undo({ task: given.id(0) });
      return {
        json: edit,
        text: `Undid your edit of ${plainLine(edit.path)}. The change is commit ${shortId(edit.head)} again.\n`,
      };
    }),
};

/** What a person does to a change themselves: taking parts of it back, and undoing that. */
export const editingCommands: readonly Command[] = [takeBack, undo];

function hunkNumber(typed: string | undefined): number | null {
  if (typed === undefined) return null;
  if (/^[1-9]\d{0,5}$/.test(typed)) return Number(typed);
  throw new UsageError('--hunk must be a number as task diff prints the hunks of the file, 1 for the first.');
}

/** Where the nth hunk of a file's patch is. Throws NOT_FOUND when there are fewer. */
function hunkAt(patch: string, wanted: number, path: string): HunkPlace {
  // A line ends where git ends it; what a pattern may take for a line's end is part of a line somebody wrote.
  const headers = patch.split('\n').flatMap((line) => {
    const header = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    return header === null ? [] : [header];
  });
  const [, oldStart, oldCount = '1', newStart, newCount = '1'] = headers[wanted - 1] ?? [];
  if (oldStart === undefined) {
    throw new CodedError('NOT_FOUND', `${path} has ${counted(headers.length, 'hunk')}, so there is no hunk ${wanted}.`);
  }
  return {
    old: { start: Number(oldStart), count: Number(oldCount) },
    new: { start: Number(newStart), count: Number(newCount) },
  };
}

function afterwards({ task, head }: ReviewEdit, { program }: Surroundings): string {
  return `The change is commit ${shortId(head)} now.\n  To undo: ${program} task undo ${task}\n`;
}
