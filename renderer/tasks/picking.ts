import { useCallback, useMemo, useState } from 'react';
import { isAboard } from '../../core/contract/aboard';
import type { Task } from '../../core/contract/task';

/** Changes picked to land together. */
export interface Picking {
  /** In the order in which they land. */
  readonly picked: readonly Task[];
  readonly has: (id: number) => boolean;
  /** Picks or lets go of one. False when it cannot land with those picked before. */
  readonly toggle: (task: Task) => boolean;
  /** Picks what of these can land where this one does. */
  readonly pickAlike: (task: Task, among: readonly Task[]) => boolean;
  readonly clear: () => void;
}

/** The changes picked among all tasks: one that cannot land any more leaves it. */
export function usePicking(tasks: ReadonlyMap<number, Task>): Picking {
  const [ids, setIds] = useState<ReadonlySet<number>>(new Set());
  const picked = useMemo(
    () =>
      [...ids]
        .sort((one, other) => one - other)
        .flatMap((id) => tasks.get(id) ?? [])
        .filter(canLand),
    [ids, tasks],
  );
  const clear = useCallback(() => setIds(new Set()), []);
  return {
    picked,
    has: (id) => picked.some((task) => task.id === id),
    toggle(task) {
      const others = picked.filter(({ id }) => id !== task.id);
      if (!canLand(task) || others.some((other) => !landsWith(other, task) || areRivals(other, task))) return false;
      setIds(new Set([...others, ...(ids.has(task.id) ? [] : [task])].map(({ id }) => id)));
      return true;
    },
    pickAlike(task, among) {
      if (!canLand(task)) return false;
      const alike = among.filter(
        (other) => canLand(other) && landsWith(other, task) && (other.contest === null || other.id === task.id),
      );
      setIds(new Set(alike.slice(0, most).map(({ id }) => id)));
      return true;
    },
    clear,
  };
}

/** So many land together at most. */
const most = 50;

/** Whether a task's change can be approved, and is on no train yet. */
export function canLand({ state, train }: Task): boolean {
  return state === 'review' && (train === null || !isAboard(train));
}

/** Whether two changes were made from one prompt, of which one is to be picked. */
function areRivals({ contest }: Task, other: Task): boolean {
  return contest !== null && contest.id === other.contest?.id;
}

/** Whether two changes land on one base of one repository. */
function landsWith(one: Task, other: Task): boolean {
  return one.repositoryId === other.repositoryId && one.base === other.base;
}
