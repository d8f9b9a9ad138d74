import stringWidth from 'fast-string-width';
import { type Task, type TaskState, taskStates } from '../core/contract/task';
import { counted, stateText, table, taskCells } from './text';

/** What needs the person comes first, and what is over last. */
const order: readonly TaskState[] = ['waiting', 'review', 'failed', 'running', 'queued', 'done', 'cancelled'];

/** The colour of what a task's state is said in, as a terminal names its own colours. */
const colours: Readonly<Record<TaskState, number>> = {
  waiting: 33,
  review: 35,
  failed: 31,
  running: 36,
  queued: 39,
  done: 32,
  cancelled: 90,
};

/** Tasks as at most `rows` lines of at most `columns`, without line ends; the newest first of each state. */
export function watchScreen(
  tasks: readonly Task[],
  { columns, rows, isColoured }: { readonly columns: number; readonly rows: number; readonly isColoured: boolean },
): readonly string[] {
  const counts = taskStates.flatMap((state) => {
    const number = tasks.filter((task) => task.state === state).length;
    return number === 0 ? [] : [`${number} ${state}`];
  });
  const head = [`Switchyard: ${counts.length === 0 ? 'no tasks' : counts.join(', ')}`, ''];
  const sorted = [...tasks].sort(
    (one, other) => order.indexOf(one.state) - order.indexOf(other.state) || other.id - one.id,
  );
  // The last line says how to leave, and how many tasks there was no room for.
  const room = Math.max(0, rows - head.length - 1);
  const shown = sorted.slice(0, room);
  const lines = table(shown.map(taskCells)).split('\n').slice(0, -1);
  const drawn = lines.map((line, at) => {
    const task = shown[at];
    const cut = fitting(line, columns);
    return task === undefined || !isColoured ? cut : coloured(cut, task);
  });
  const left = sorted.length - shown.length;
  const foot = `${left > 0 ? `${counted(left, 'more task')}. ` : ''}q leaves`;
  const all = [...head.map((line) => fitting(line, columns)), ...drawn, fitting(foot, columns)];
  return rows < all.length ? all.slice(0, Math.max(0, rows)) : all;
}

function coloured(line: string, task: Task): string {
  const state = stateText(task);
  const at = line.indexOf(state);
  if (at === -1) return line;
  const end = at + state.length;
  return `${line.slice(0, at)}\u001b[${colours[task.state]}m${state}\u001b[39m${line.slice(end)}`;
}

/** As much of a line as fits, by what a person sees as one character. */
function fitting(line: string, columns: number): string {
  if (stringWidth(line) <= columns) return line;
  let cut = '';
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    width += stringWidth(segment);
    if (width > columns - 1) break;
    cut += segment;
  }
  return columns > 0 ? `${cut}…` : '';
}
