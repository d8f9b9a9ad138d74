import type { Client } from '../core/client';
import { type KeptPush, type PushProgress, pushProgressWords } from '../core/contract/remote';
import type { Task } from '../core/contract/task';
import type { Surroundings } from './command';
import { plainLine } from './plain';
import { ago } from './text';

/**
 * Does what pushes a task's change. On a terminal it is shown how far that has come. Ctrl+C stops it, and what is thrown
 * then says what is on the remote.
 */
export async function pushing<Result>(
  client: Client,
  task: number,
  around: Pick<Surroundings, 'err' | 'signal'>,
  act: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const control = new AbortController();
  const shown = showProgress(client, task, around.err);
  // One that has not begun to push has nothing to be told of, and is ended like any other call.
  const stop = (): void => void client.tasks.stopPush({ task }).catch(() => control.abort());
  if (around.signal.aborted) control.abort();
  around.signal.addEventListener('abort', stop, { once: true });
  try {
    return await act(control.signal);
  } finally {
    around.signal.removeEventListener('abort', stop);
    await shown.end();
  }
}

/** Where a change is being pushed, or was, when, and whether all of it is there, as a row of a table. */
export function pushRow(
  { remote, url, branch, isOpen, at, hasAll }: KeptPush,
  { id, state }: Pick<Task, 'id' | 'state'>,
  program: string,
): readonly string[] {
  const where = `${plainLine(branch)} on ${plainLine(remote)} (${plainLine(url)})`;
  if (isOpen) return ['  pushing', `to ${where}, begun ${ago(at)} ago; to stop it: ${program} task push ${id} --stop`];
  const again = state === 'review' ? `; to push the rest: ${program} task push ${id}` : '';
  const all =
    hasAll === null ? '' : hasAll ? '; all of the change is there' : `; not all of the change is there${again}`;
  return ['  pushed', `to ${where}, ${ago(at)} ago${all}`];
}

/** Shows on a terminal how far a push has come, in one line that is gone in the end. */
function showProgress(client: Client, task: number, err: Surroundings['err']): { end(): Promise<void> } {
  if (!err.isTTY) return { end: async () => {} };
  const left = new AbortController();
  let wrote = false;
  const follow = async (): Promise<void> => {
    for await (const change of await client.changes.follow(undefined, { signal: left.signal })) {
      if (change.type !== 'push.changed' || change.task !== task || change.progress === null) continue;
      err.write(`\r\x1b[K${lineOf(change.progress, err.columns)}`);
      wrote = true;
    }
  };
  // That it cannot be shown is no reason not to push.
  const shown = follow().catch(() => {});
  return {
    async end() {
      left.abort();
      await shown;
      if (wrote) err.write('\r\x1b[K');
    },
  };
}

function lineOf(progress: PushProgress, columns = 80): string {
  return plainLine(pushProgressWords(progress), Math.max(10, columns - 1));
}
