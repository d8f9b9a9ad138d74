import type { FileDiffMetadata } from '@pierre/diffs';
import type { FileChange } from '../../core/contract/review';
import type { App } from '../state/app';
import { carryOut, complain } from '../state/commands';
import { undoEdit } from '../state/edits';
import { say } from '../state/said';
import { cleanLine } from '../text/clean';
import type { Compared } from './patches';

/** Takes a hunk of a change back by a commit of the person's own, and offers to undo that. A failure is said. `back` is called when it was undone. */
export async function takeHunkBack(
  app: App,
  { task, head, mergeBase }: Compared,
  {
    file,
    hunk,
    back,
  }: { readonly file: FileChange; readonly hunk: FileDiffMetadata['hunks'][number]; readonly back: () => void },
): Promise<void> {
  const about = `task:${task}`;
  const { path, oldPath } = file;
  const lines = {
    old: { start: hunk.deletionStart, count: hunk.deletionCount },
    new: { start: hunk.additionStart, count: hunk.additionCount },
  };
  const ended = await carryOut(app, { about, sentence: 'Taking the hunk back…' }, (client) =>
    client.reviews.takeBack({ task, head, mergeBase, path, oldPath, lines }),
  );
  if (!ended.ok) return complain(app, ended.failure);
  const undo = async (): Promise<void> => {
    if (await undoEdit(app, task)) back();
  };
  say(app.said, { kind: 'done', text: `Took a hunk of ${cleanLine(path)} back`, undo: () => void undo() });
}
