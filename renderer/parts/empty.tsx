import type { ReactNode } from 'react';
import type { Failure } from '../state/failure';
import { cleanLine } from '../text/clean';
import { Button } from './button';

/** What is shown where there is nothing: what would be here, and how it comes to be. */
export function Empty(props: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}): ReactNode {
  return (
    <div className="empty">
      <p className="empty-title">{props.title}</p>
      {props.children !== undefined && <p className="empty-text">{props.children}</p>}
      {props.actions !== undefined && <div className="empty-actions">{props.actions}</div>}
    </div>
  );
}

/** Why there is nothing to read here, in the column where it would be read, with what can be done about it. */
export function Explained(props: {
  readonly title: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}): ReactNode {
  return (
    <section className="reading selectable">
      <h2>{props.title}</h2>
      <p>{props.children}</p>
      {props.actions !== undefined && <div className="empty-actions">{props.actions}</div>}
    </section>
  );
}

/** What could not be had: the core's own sentence and the button that tries again. */
export function Failed(props: {
  readonly failure: Failure;
  readonly again: () => void;
  readonly what?: string;
}): ReactNode {
  return (
    <div className="failed" role="alert">
      <p>{cleanLine(props.failure.message)}</p>
      <Button onClick={props.again}>{props.what ?? 'Try again'}</Button>
    </div>
  );
}

/** Grey lines where text will be. They appear only after 150 ms, so that what is quick never flickers. */
export function Skeleton({ lines }: { readonly lines: number }): ReactNode {
  return (
    <div className="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike and never move.
        <div key={index} className="skeleton-line" style={{ width: `${[92, 64, 78, 45, 85][index % 5]}%` }} />
      ))}
    </div>
  );
}
