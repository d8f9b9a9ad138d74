import { type Worktree, worktreeReasonWords } from '../../core/contract/worktree';
import { nameOfPath } from '../state/places';

/** What worktrees are sorted by, largest or oldest first. */
export const worktreeOrders = ['size', 'age', 'uncommitted', 'repository'] as const;
export type WorktreeOrder = (typeof worktreeOrders)[number];

const orders: Readonly<Record<WorktreeOrder, (one: Worktree, other: Worktree) => number>> = {
  size: (one, other) => (other.size?.bytes ?? -1) - (one.size?.bytes ?? -1),
  age: (one, other) => one.createdAt - other.createdAt,
  uncommitted: (one, other) => (other.size?.uncommitted ?? -1) - (one.size?.uncommitted ?? -1),
  repository: () => 0,
};

/** The worktrees that have all the words in what is shown of them, in the order wanted; alike ones by their paths. */
export function orderedWorktrees(
  all: readonly Worktree[],
  { filter, order }: { readonly filter: string; readonly order: WorktreeOrder },
): readonly Worktree[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return all
    .filter((one) => words.every((word) => textOf(one).includes(word)))
    .sort((one, other) => orders[order](one, other) || byPath.compare(one.path, other.path));
}

const byPath = new Intl.Collator(undefined, { numeric: true });

function textOf(worktree: Worktree): string {
  const { task, path, branch, repository } = worktree;
  const named = task === null ? '' : `${task.title} #${task.id} ${task.state}`;
  const where = `${path} ${branch ?? ''} ${repository === null ? '' : nameOfPath(repository)}`;
  return `${named} ${where} ${worktreeReasonWords(worktree)}`.toLowerCase();
}
