import type { Place } from './checkout';
import { runGit } from './run';

/**
 * Keeps a commit of a task's stack under a name of its own, so that git never throws it away: where a branch was before it was
 * brought onto something else, or what its agent is to merge. Safe to repeat.
 */
export async function keepForStack(
  place: Place,
  { task, name, oid }: { readonly task: number; readonly name: `restack-${number}` | 'onto'; readonly oid: string },
): Promise<void> {
  await runGit(place, ['update-ref', '--no-deref', `refs/switchyard/backup/${task}/${name}`, oid]);
}
