import stringWidth from 'fast-string-width';
import type { Task } from '../core/contract/task';
import type { Output } from './command';
import { plainLine } from './plain';
import { table, taskCells } from './text';
import { widthFor, wrapLine } from './wrap';

/** Where in a task's cells its title is; why it waits comes last. */
const titleAt = 2;
/** The least that is left of a title, and the least that is worth a column of why. */
const leastTitle = 20;
const leastWhy = 24;

/**
 * Tasks as a list, as wide as its terminal: titles are cut, and where there is no room beside them for why a task waits, that
 * stands below its line. Whole, however wide, for what is no terminal.
 */
export function taskTable(tasks: readonly Task[], { columns }: Pick<Output, 'columns'>): string {
  const rows = tasks.map(taskCells);
  const width = widthFor(columns);
  if (width === undefined) return table(rows);
  const longest = (at: number) => Math.max(0, ...rows.map((row) => stringWidth(row[at] ?? '')));
  const whyAt = (rows[0]?.length ?? 1) - 1;
  const others = rows[0]?.slice(0, -1).reduce((sum, _, at) => sum + (at === titleAt ? 0 : longest(at)) + 2, 0) ?? 0;
  const title = Math.max(leastTitle, Math.min(longest(titleAt), width - others));
  const left = width - others - title;
  const isBeside = left >= Math.min(leastWhy, longest(whyAt));
  const cut = rows.map((row) =>
    row.map((cell, at) =>
      at === titleAt ? plainLine(cell, title) : at < whyAt ? cell : isBeside ? plainLine(cell, left) : '',
    ),
  );
  const lines = table(cut).split('\n').slice(0, -1);
  return lines
    .map((line, at) => {
      const why = isBeside ? '' : (rows[at]?.[whyAt] ?? '');
      return `${wrapLine(line, width, 4)}\n${why === '' ? '' : `${wrapLine(`    ${why}`, width, 4)}\n`}`;
    })
    .join('');
}
