import { useCallback, useEffect, useMemo, useState } from 'react';
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

/** The ids of picked changes, each with the train that had left it in review when it was picked; null for none. */
export type Picks = ReadonlyMap<number, number | null>;

/** The picks with these alone. */
export function picksOf(tasks: readonly Task[]): Picks {
  return new Map(tasks.map(({ id, train }) => [id, train?.train ?? null]));
}

/**
 * Those of the picks that can still land, in the order in which they would. What a train was begun with since is picked no
 * more, whether it landed, went back or was left: why it was left is read before it is picked again.
 */
export function stillPicked(picks: Picks, tasks: ReadonlyMap<number, Task>): readonly Task[] {
  return [...picks]
    .sort(([one], [other]) => one - other)
    .flatMap(([id, before]) => {
      const task = tasks.get(id);
      const went = task?.train != null && task.train.train !== before;
      return task === undefined || went || !canLand(task) ? [] : [task];
    });
}

/** The changes picked among all tasks: one that cannot land any more leaves it, and stays out of it. */
export function usePicking(tasks: ReadonlyMap<number, Task>): Picking {
  const [picks, setPicks] = useState<Picks>(new Map());
  const picked = useMemo(() => stillPicked(picks, tasks), [picks, tasks]);
  useEffect(() => {
    if (picked.length < picks.size) setPicks((now) => (now === picks ? picksOf(picked) : now));
  }, [picks, picked]);
  const clear = useCallback(() => setPicks(new Map()), []);
  const has = (id: number): boolean => picked.some((task) => task.id === id);
  return {
    picked,
    has,
    toggle(task) {
      const others = picked.filter(({ id }) => id !== task.id);
      if (!canLand(task) || others.some((other) => !landsWith(other, task) || areRivals(other, task))) return false;
      setPicks(picksOf([...others, ...(has(task.id) ? [] : [task])]));
      return true;
    },
    pickAlike(task, among) {
      if (!canLand(task)) return false;
      const alike = among.filter(
        (other) => canLand(other) && landsWith(other, task) && (other.contest === null || other.id === task.id),
      );
      setPicks(picksOf(alike.slice(0, most)));
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
