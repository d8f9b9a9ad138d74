import type { ReactNode } from 'react';
import { type Budget, budgetNotes, budgetWords, type Measure } from '../../core/contract/budget';
import { BudgetFields } from './budget-fields';

/** The most a new task may spend, in a chip that opens its fields; quiet while there is no cap. */
export function BudgetChip(props: {
  readonly budget: Budget;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}): ReactNode {
  const words = budgetWords(props.budget);
  return (
    <button
      type="button"
      className="choose"
      aria-expanded={props.open}
      aria-controls="new-budget"
      title={words ?? undefined}
      onClick={() => props.onOpen(!props.open)}
    >
      {words === null ? 'No budget' : `Up to ${words}`}
    </button>
  );
}

/** The fields that chip opens. */
export function NewBudget(props: {
  readonly budget: Budget;
  readonly onTyped: (budget: Budget, wrong: readonly Measure[]) => void;
  readonly onSend: () => void;
}): ReactNode {
  return (
    <fieldset id="new-budget" className="budget-row">
      <legend className="field-help">The most this task may spend; it then waits and asks you how to go on.</legend>
      <BudgetFields id="new-budget" {...props} />
    </fieldset>
  );
}

/** What of a budget cannot be checked for an agent. */
export function BudgetNotes({ agent, budget }: { readonly agent: string; readonly budget: Budget }): ReactNode {
  return budgetNotes(agent, budget).map((note) => (
    <p key={note} className="field-help">
      {note}
    </p>
  ));
}
