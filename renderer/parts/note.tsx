import type { ReactNode } from 'react';

/** A sentence in place that stands out by tone: something in the way, or worth knowing. */
export function Note(props: {
  readonly kind: 'warning' | 'failed' | 'info';
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}): ReactNode {
  return (
    <div className={`note note-${props.kind}`} role={props.kind === 'failed' ? 'alert' : undefined}>
      <div className="note-text selectable">{props.children}</div>
      {props.actions !== undefined && <div className="note-actions">{props.actions}</div>}
    </div>
  );
}
