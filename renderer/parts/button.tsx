import type { ComponentPropsWithRef, ReactNode } from 'react';
import type { ActionId } from '../keys/actions';
import { actions } from '../keys/actions';
import { Keys } from './hint';

interface Props extends ComponentPropsWithRef<'button'> {
  readonly look?: 'primary' | 'plain' | 'quiet' | 'danger';
  /** Shows the key of this action beside the label. */
  readonly action?: ActionId;
  /** What is being done now; replaces the label and takes no further presses. */
  readonly doing?: string | null;
}

/** A button. While something is done it says what, and stays focusable so that focus is not lost. */
export function Button({
  look = 'plain',
  action,
  doing = null,
  children,
  onClick,
  className,
  ...rest
}: Props): ReactNode {
  return (
    <button
      type="button"
      {...rest}
      className={`button button-${look} ${className ?? ''}`}
      aria-disabled={doing !== null || rest.disabled || undefined}
      onClick={doing === null ? onClick : undefined}
    >
      {doing ?? children}
      {action !== undefined && doing === null && <Keys keys={actions[action].keys[0] ?? ''} />}
    </button>
  );
}
