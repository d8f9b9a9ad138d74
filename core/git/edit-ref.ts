import type { Place } from './checkout';
import { runGit } from './run';

/** Keeps the commit of a person's edit that is undone, so that git never throws away what they wrote. Safe to repeat. */
export async function keepUndone(
  place: Place,
  { task, edit, oid }: { readonly task: number; readonly edit: number; readonly oid: string },
): Promise<void> {
  await runGit(place, ['update-ref', '--no-deref', `refs/switchyard/backup/${task}/edit-${edit}`, oid]);
}
