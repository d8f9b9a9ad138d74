import { type ReactNode, useState } from 'react';
import { type Budget, type Measure, measures } from '../../core/contract/budget';
import { leaving, shownOf, type Typed, typing } from '../parts/typed';
import { capOf } from './cap';

/** What each measure is called where it is typed. */
export const measureLabels: Readonly<Record<Measure, string>> = {
  usd: 'US dollars',
  tokens: 'Tokens',
  minutes: 'Minutes of work',
};

const amounts: Readonly<Record<Measure, string>> = {
  usd: 'a number above 0 and up to 1,000,000, such as 2.50',
  tokens: 'a whole number above 0, such as 200,000',
  minutes: 'a number above 0 and up to 1,000,000, such as 90',
};

/** A field for each cap of a budget; an empty one is no cap, and one that is no amount leaves its cap as it is. */
export function BudgetFields(props: {
  /** Tells the fields of one budget from those of another on the same screen. */
  readonly id: string;
  readonly budget: Budget;
  /** Told when a field is left or ↵ is pressed in it, if a cap is another then. */
  readonly onBudget?: (budget: Budget) => void;
  /** Told at each letter, with the measures whose field is no amount. */
  readonly onTyped?: (budget: Budget, wrong: readonly Measure[]) => void;
  /** ⌘↵ was pressed in a field. */
  readonly onSend?: () => void;
}): ReactNode {
  const { id, budget } = props;
  const [typed, setTyped] = useState<AllTyped>({});
  const wrong = measures.filter((measure) => capOf(measure, shown(typed, budget, measure)) === undefined);
  const type = (measure: Measure, text: string): void => {
    const next = { ...typed, [measure]: typing(text) };
    setTyped(next);
    props.onTyped?.(
      capped(next, budget),
      measures.filter((each) => capOf(each, shown(next, budget, each)) === undefined),
    );
  };
  const leave = (measure: Measure): void => {
    const mine = typed[measure];
    if (mine === undefined) return;
    setTyped({ ...typed, [measure]: leaving(mine, textOf(budget[measure])) });
    const next = capped(typed, budget);
    if (measures.some((each) => next[each] !== budget[each])) props.onBudget?.(next);
  };
  return (
    <div className="budget-fields">
      {measures.map((measure) => (
        <label key={measure} className="budget-field" htmlFor={`${id}-${measure}`}>
          <span>{measureLabels[measure]}</span>
          <input
            id={`${id}-${measure}`}
            className="field number tabular"
            inputMode="decimal"
            placeholder="no cap"
            value={shown(typed, budget, measure)}
            aria-invalid={wrong.includes(measure) || undefined}
            aria-describedby={wrong.includes(measure) ? `${id}-wrong` : undefined}
            onChange={(event) => type(measure, event.target.value)}
            onBlur={() => typed[measure]?.left === false && leave(measure)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              if (event.metaKey || event.ctrlKey) props.onSend?.();
              else leave(measure);
            }}
          />
        </label>
      ))}
      {wrong.length > 0 && (
        <div id={`${id}-wrong`} className="field-help" role="alert">
          {wrong.map((measure) => (
            <p key={measure}>
              {measureLabels[measure]}: {amounts[measure]}, or nothing for no cap.
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

type AllTyped = Readonly<Partial<Record<Measure, Typed>>>;

function shown(typed: AllTyped, budget: Budget, measure: Measure): string {
  return shownOf(typed[measure], textOf(budget[measure]));
}

/** The budget with what was typed, where that is an amount. */
function capped(typed: AllTyped, budget: Budget): Budget {
  const next = { ...budget };
  for (const measure of measures) {
    const cap = capOf(measure, shown(typed, budget, measure));
    if (cap !== undefined) next[measure] = cap;
  }
  return next;
}

function textOf(cap: number | null): string {
  return cap === null ? '' : String(cap);
}
