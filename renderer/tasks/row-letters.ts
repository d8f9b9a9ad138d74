import { type ActionId, actions } from '../keys/actions';
import { type Pressed, written } from '../keys/press';
import { cleanLine } from '../text/clean';

/** What keys do to the open task at once: they move it on, answer its agent, or change, check or run what is in its worktree. */
const acts: readonly ActionId[] = [
  ...(['take-over', 'hand-back', 'retry-task', 'resume-task', 'discard', 'allow', 'deny'] as const),
  ...(['accept', 'take-back', 'accept-comments', 'dismiss-comments'] as const),
  ...(['run-checks', 'stop-checks', 'new-shell'] as const),
];

/**
 * What is said in place of doing something to the open task, when the keys were pressed on another task's row of the list:
 * whose row has the cursor is not who would be changed. Null where the keys may do what they do.
 */
export function refusedOnRow(
  { keys, meaning }: Pressed,
  { mac, open, row }: { readonly mac: boolean; readonly open: string | null; readonly row: string | null },
): string | null {
  if (open === null || row === null) return null;
  const isAnswer = meaning === null && /^[1-9]$/.test(keys);
  if (!isAnswer && (meaning === null || meaning === 'begins-pair' || !acts.includes(meaning))) return null;
  const enter = written(actions.open.keys[0] ?? 'Enter', mac);
  return `${written(keys, mac)} did nothing: “${cleanLine(open)}” is open, not “${cleanLine(row)}”. Open that with ${enter} first.`;
}
