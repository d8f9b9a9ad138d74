import { isAboard } from '../contract/aboard';
import type { CarRow } from '../store/trains';

/** What is done next on a train. */
export type Step =
  | { readonly kind: 'check'; readonly car: CarRow }
  /** It cannot land, because something it is after did not. */
  | { readonly kind: 'leave'; readonly car: CarRow; readonly after: readonly number[] }
  | { readonly kind: 'end' };

/**
 * The next step of a train: the first change whose turn has not ended, unless it is after one that did not land. What failed holds
 * up nobody else: the ones behind it are brought onto what has landed.
 */
export function nextStep(cars: readonly CarRow[], landsAfter: (task: number) => readonly number[]): Step {
  const car = cars.find(isAboard);
  if (car === undefined) return { kind: 'end' };
  const after = landsAfter(car.task);
  return after.length === 0 ? { kind: 'check', car } : { kind: 'leave', car, after };
}

/** Tasks in the order they were named, each behind those of them that it is after. */
export function inOrder<Named extends { readonly task: number }>(
  named: readonly Named[],
  after: (task: number) => readonly number[],
): Named[] {
  const order: Named[] = [];
  const visit = (one: Named, above: readonly Named[]): void => {
    if (order.includes(one) || above.includes(one)) return;
    for (const before of named) if (after(one.task).includes(before.task)) visit(before, [...above, one]);
    order.push(one);
  };
  for (const one of named) visit(one, []);
  return order;
}
