import { aboardWords } from '../core/contract/aboard';
import { type OverlapFile, overlapWords } from '../core/contract/overlap';
import type { Review, StackedReview } from '../core/contract/review';
import { heldWords } from '../core/contract/stack';
import type { Task } from '../core/contract/task';
import { here } from './hint';
import { plainLine } from './plain';
import { counted, shortId } from './text';

/** What a task is after, what it stands on, what is after it, why it does not stand where it should, its train, and what it meets, in rows. */
export function stackRows(
  { after, landsAfter, afterReview, stack, before, overlaps, train, base }: Task,
  program: string,
): readonly (readonly string[])[] {
  const how = (id: number) =>
    !landsAfter.includes(id) ? ' (landed)' : afterReview.includes(id) ? ' (from its review on)' : '';
  const named = (ids: readonly number[]) => ids.map((id) => `task ${id}`).join(', ');
  return [
    ...(after.length === 0 ? [] : [['  after', after.map((id) => `task ${id}${how(id)}`).join(', ')]]),
    ...(stack === null || stack.on.length === 0 ? [] : [['  stands on', named(stack.on)]]),
    ...(stack?.problem == null ? [] : [['  restack', plainLine(here(stack.problem, program), 2000)]]),
    ...(train === null ? [] : [['  train', plainLine(aboardWords(train), 1000)]]),
    ...(before.length === 0 ? [] : [['  before', named(before)]]),
    ...overlaps.slice(0, 5).map((one) => ['  meets', plainLine(overlapWords(one, base), 200)]),
    ...(overlaps.length > 5 ? [['  meets', `${overlaps.length - 5} more`]] : []),
  ];
}

/** What would land, in order, one line each, and below it why it cannot. */
export function stackText(stack: readonly StackedReview[], program: string): string {
  return stack
    .map(({ task, title, state, head, files, problem }, index) => {
      const what = head === null ? `is ${state}, so it cannot land` : `${counted(files, 'file')}, ${shortId(head)}`;
      const why = head === null || problem === null ? '' : `   ! ${plainLine(here(problem, program), 2000)}\n`;
      return `${index + 1}. #${task} ${plainLine(title, 60)}: ${what}\n${why}`;
    })
    .join('');
}

/** Why a change cannot land before others, one line; empty when it may. */
export function heldText(stack: readonly StackedReview[]): string {
  const below = stack.slice(0, -1).map(({ task: id, state }) => ({ id, state, outcome: null }));
  const held = heldWords(below);
  return held === null ? '' : `${held}\n`;
}

/** What came of a restack for a task in review, a line. A change that begins at another commit is another one, also where its branch stays. */
export function restackedText(
  { id, base, stack }: Pick<Task, 'id' | 'base' | 'stack'>,
  { before, after }: { readonly before: Compared | null; readonly after: Compared },
): string {
  if (before?.head !== after.head) return `Task ${id} was brought onto what it stands on as that is now.\n`;
  if (before.mergeBase !== after.mergeBase)
    return `Task ${id} holds what it stands on as that is now, and is compared with ${shortId(after.mergeBase)} from now on, not with ${shortId(before.mergeBase)}.\n`;
  return stack === null
    ? `Nothing to do: task ${id} stands on no other change, and is merged into ${plainLine(base)} as that is when it lands.\n`
    : `Nothing to do: task ${id} stands on what it is to stand on already, and its change is as it was.\n`;
}

type Compared = Pick<Review, 'head' | 'mergeBase'>;

/** Why a change does not stand where it should and what to do, unless what holds it says so already; lines, or nothing. */
export function problemText({ id, stack }: Pick<Task, 'id' | 'stack'>, held: string | null, program: string): string {
  const problem = stack?.problem ?? null;
  if (problem === null || held?.includes(problem)) return '';
  const said = ['restack', 'resolve'].some((what) => problem.includes(`task ${what} ${id}`));
  const next = said ? '' : `Once that is mended: ${program} task restack ${id}\n`;
  return `${plainLine(here(problem, program), 2000)}\n${next}`;
}

/** How two changes meet in a file, on one line. */
export function meetingText({ path, conflict, about, mine, theirs }: OverlapFile): string {
  const how = conflict === null ? 'overlaps ' : 'conflicts';
  const where = `lines ${linesText(mine)}, and there ${linesText(theirs)}`;
  return `${how}  ${plainLine(path, 300)}  ${where}  ${plainLine(about, 500)}`.trimEnd();
}

/** What stands above the other side of an overlap: another task's change, or what came to the base. */
export function othersHeading(other: number | null, base: string): string {
  return other === null ? `What came to ${plainLine(base)} since it began:` : `The change of task ${other}:`;
}

function linesText(lines: OverlapFile['mine']): string {
  return lines.map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`)).join(', ') || 'none';
}
