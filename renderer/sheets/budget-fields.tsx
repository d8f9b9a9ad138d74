import { type ReactNode, useState } from 'react';
import { type Budget, type Measure, measures, noBudget } from '../../core/contract/budget';

const labels: Readonly<Record<Measure, string>> = { usd: 'US dollars', tokens: 'Tokens', minutes: 'Minutes of work' };

/** A field for each cap of a budget; an empty one is no cap. `onBudget` is told when a field is left or ↵ is pressed in it. */
export function BudgetFields(props: {
  /** Tells the fields of one budget from those of another on the same screen. */
  readonly id: string;
  readonly budget: Budget;
  readonly onBudget: (budget: Budget) => void;
}): ReactNode {
  const { id, budget, onBudget } = props;
  const [typed, setTyped] = useState<Readonly<Record<Measure, string>>>(() => ({
    usd: textOf(budget.usd),
    tokens: textOf(budget.tokens),
    minutes: textOf(budget.minutes),
  }));
  const wrong = measures.filter((measure) => capOf(measure, typed[measure]) === undefined);
  const tell = (): void => {
    if (wrong.length > 0) return;
    const next: Budget = { ...noBudget };
    for (const measure of measures) next[measure] = capOf(measure, typed[measure]) ?? null;
    if (measures.some((measure) => next[measure] !== budget[measure])) onBudget(next);
  };
  return (
    <div className="budget-fields">
      {measures.map((measure) => (
        <label key={measure} className="budget-field" htmlFor={`${id}-${measure}`}>
          <span>{labels[measure]}</span>
          <input
            id={`${id}-${measure}`}
            className="field number tabular"
            inputMode="decimal"
            placeholder="no cap"
            value={typed[measure]}
            aria-invalid={wrong.includes(measure) || undefined}
            aria-describedby={wrong.includes(measure) ? `${id}-wrong` : undefined}
            onChange={(event) => setTyped({ ...typed, [measure]: event.target.value })}
            onBlur={tell}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.metaKey || event.ctrlKey) return;
              event.preventDefault();
              tell();
            }}
          />
        </label>
      ))}
      {wrong.length > 0 && (
        <p id={`${id}-wrong`} className="field-help" role="alert">
          {wrong.map((measure) => labels[measure]).join(' and ')}: a number above 0, or nothing for no cap.
        </p>
      )}
    </div>
  );
}

function textOf(cap: number | null): string {
  return cap === null ? '' : String(cap);
}

/** The cap that was typed: null for none, undefined for what is no amount. */
function capOf(measure: Measure, typed: string): number | null | undefined {
  const text = typed.trim().replace(/^\$/, '').replace(/,/g, '');
  if (text === '') return null;
  const amount = Number(text);
  const fits = Number.isFinite(amount) && amount > 0 && (measure !== 'tokens' || Number.isInteger(amount));
  return fits ? amount : undefined;
}
