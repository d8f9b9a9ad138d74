import type { FileDiffMetadata } from '@pierre/diffs';
import type { FileChange } from '../../core/contract/review';
import type { App } from '../state/app';
import { carryOut, complain } from '../state/commands';
import { say } from '../state/said';
import { cleanLine } from '../text/clean';
import type { Compared } from './patches';

/**
 * Takes a hunk of a change back by a commit of the person's own, and offers to undo that by `undo`. A failure is said. Gives
 * back whether it is taken back.
 */
export async function takeHunkBack(
  app: App,
  { task, head, mergeBase }: Compared,
  {
    file,
    hunk,
    undo,
  }: { readonly file: FileChange; readonly hunk: FileDiffMetadata['hunks'][number]; readonly undo: () => void },
): Promise<boolean> {
  const about = `task:${task}`;
  const { path, oldPath } = file;
  const lines = {
    old: { start: hunk.deletionStart, count: hunk.deletionCount },
    new: { start: hunk.additionStart, count: hunk.additionCount },
  };
  const ended = await carryOut(app, { about, sentence: 'Taking the hunk back…' }, (client) =>
    client.reviews.takeBack({ task, head, mergeBase, path, oldPath, lines }),
  );
  if (ended.ok) say(app.said, { kind: 'done', text: `Took a hunk of ${cleanLine(path)} back`, undo });
  else complain(app, ended.failure);
  return ended.ok;
}
