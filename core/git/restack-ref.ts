import type { Place } from './checkout';
import { runGit } from './run';

/** What a kept commit of a task's stack is called: where its branch was before a restack, or what merging brings it on. */
type KeptName = `restack-${number}` | 'onto';

/** The ref under which a commit of a task's stack is kept. */
export function restackRef(task: number, name: KeptName): string {
  return `refs/switchyard/backup/${task}/${name}`;
}

/**
 * Keeps a commit of a task's stack under a name of its own, so that git never throws it away: where a branch was before it was
 * brought onto something else, or what its agent is to merge. Safe to repeat.
 */
export async function keepForStack(
  place: Place,
  { task, name, oid }: { readonly task: number; readonly name: KeptName; readonly oid: string },
): Promise<void> {
  await runGit(place, ['update-ref', '--no-deref', restackRef(task, name), oid]);
}
