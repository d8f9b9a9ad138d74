import type { Place } from './checkout';
import { runGit } from './run';

/** The ref that keeps a task's checkpoint of a time (epoch milliseconds). */
export function checkpointRef(task: number, at: number): string {
  return `${folderOf(task)}${at}`;
}

/** Lets go of one checkpoint's ref. Does nothing when it is gone or points elsewhere. */
export async function dropCheckpoint(
  place: Place,
  { ref, oid }: { readonly ref: string; readonly oid: string },
): Promise<void> {
  await runGit(place, ['update-ref', '--no-deref', '-d', ref, oid], { successExitCodes: [1, 128] });
}

/** Lets go of all refs of a task's checkpoints, those no record names among them. */
export async function dropCheckpoints(place: Place, task: number): Promise<void> {
  const args = ['for-each-ref', '--format=delete %(refname) %(objectname)', folderOf(task)];
  const { stdout } = await runGit(place, args);
  if (stdout.length > 0) await runGit(place, ['update-ref', '--no-deref', '--stdin'], { input: stdout });
}

function folderOf(task: number): string {
  return `refs/switchyard/checkpoint/${task}/`;
}
