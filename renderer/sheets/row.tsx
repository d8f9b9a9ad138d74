import type { ReactNode } from 'react';

/** One setting: its name, what it means, and what it is set with. */
export function Row(props: {
  readonly id: string;
  readonly label: string;
  readonly help?: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className="field-row setting">
      <div>
        <label className="field-label" htmlFor={props.id}>
          {props.label}
        </label>
        {props.help !== undefined && <p className="field-help">{props.help}</p>}
      </div>
      {props.children}
    </div>
  );
}
