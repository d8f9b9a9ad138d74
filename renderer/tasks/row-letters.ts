import { type ActionId, actions } from '../keys/actions';
import { meaningOf, nameOf, type Press, written } from '../keys/press';
import { cleanLine } from '../text/clean';

/** What a key does to the open task at once: it moves the task on, or answers its agent. */
const moves: readonly ActionId[] = ['take-over', 'hand-back', 'retry-task', 'resume-task', 'discard', 'allow', 'deny'];

/**
 * What is said in place of doing something to the open task, when the key was pressed on another task's row of the list:
 * whose row has the cursor is not who would be changed. Null where the key may do what it does.
 */
export function refusedOnRow(
  press: Press,
  { mac, open, row }: { readonly mac: boolean; readonly open: string | null; readonly row: string | null },
): string | null {
  if (open === null || row === null) return null;
  const name = nameOf(press, mac);
  const meaning = meaningOf(name, null);
  const isAnswer = meaning === null && /^[1-9]$/.test(name);
  if (!isAnswer && (meaning === null || meaning === 'begins-pair' || !moves.includes(meaning))) return null;
  const enter = written(actions.open.keys[0] ?? 'Enter', mac);
  return `${written(name, mac)} did nothing: “${cleanLine(open)}” is open, not “${cleanLine(row)}”. Open that with ${enter} first.`;
}
