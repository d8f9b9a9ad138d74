import { isAbsolute, relative, resolve, sep } from 'node:path';
import { CodedError } from '../core/contract/errors';
import type { FileChange } from '../core/contract/review';
import type { Task } from '../core/contract/task';
import type { Surroundings } from './command';
import { pathOf } from './path';
import { plainLine } from './plain';
import { counted } from './text';

/** How many files are named where none was found. */
const named = 5;

/**
 * The file of a change that somebody named: as the change has it, with `./` before it, or as a path in the task's worktree
 * or its repository, absolute or from the person's folder. Throws NOT_FOUND, naming some of the files there are.
 */
export function fileIn(
  typed: string,
  {
    files,
    task,
  }: { readonly files: readonly FileChange[]; readonly task: Pick<Task, 'id' | 'worktree' | 'repository'> },
  around: Pick<Surroundings, 'directory' | 'config'>,
): FileChange {
  const roots = [task.worktree, task.repository].filter((root) => root !== null);
  const names = [typed, inside(resolve('/', typed), '/'), ...roots.map((root) => inside(pathOf(typed, around), root))];
  for (const name of names) {
    const file = name === null ? undefined : files.find(({ path, oldPath }) => path === name || oldPath === name);
    if (file !== undefined) return file;
  }
  const there = files.slice(0, named).map(({ path }) => plainLine(path, 300));
  const more = files.length > named ? ` and ${counted(files.length - named, 'more file')}` : '';
  const has = there.length === 0 ? 'It changes nothing.' : `Its files: ${there.join(', ')}${more}.`;
  throw new CodedError(
    'NOT_FOUND',
    `The change of task ${task.id} has no file ${plainLine(typed, 300)}. ${has} See: task diff ${task.id}`,
    { facts: { task: task.id, path: typed } },
  );
}

/** A path as git names it in a folder; null for one that is not in it. */
function inside(path: string, root: string): string | null {
  const name = relative(root, path);
  return name === '' || name === '..' || name.startsWith(`..${sep}`) || isAbsolute(name)
    ? null
    : name.split(sep).join('/');
}
