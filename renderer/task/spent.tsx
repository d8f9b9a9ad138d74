import type { ReactNode } from 'react';
import { amountOf, amountWords, budgetNotes, isUnknown, measures, spendingWords } from '../../core/contract/budget';
import type { Task } from '../../core/contract/task';
import { cleanLine } from '../text/clean';

/** What a task has spent, of its budget where it has one, and what of that cannot be checked. */
export function Spent({ task }: { readonly task: Task }): ReactNode {
  const { agent, budget, spent } = task;
  const capped = measures.flatMap((measure) => {
    const cap = budget[measure];
    return cap === null ? [] : [{ measure, cap }];
  });
  const notes = budgetNotes(agent, budget);
  return (
    <>
      <span className="tabular">{spendingWords(spent)}</span>
      {capped.map(({ measure, cap }) => (
        <span key={measure} className="budget-bar">
          <meter
            aria-label={`Budget of ${amountWords(measure, cap)}`}
            min={0}
            max={cap}
            high={cap * 0.8}
            value={Math.min(cap, amountOf(spent, measure))}
          />
          <span className="tabular">
            {isUnknown(spent, measure) ? 'unknown' : amountWords(measure, amountOf(spent, measure))} of{' '}
            {amountWords(measure, cap)}
          </span>
        </span>
      ))}
      {notes.map((note) => (
        <span key={note} className="quiet budget-note">
          {cleanLine(note)}
        </span>
      ))}
    </>
  );
}
