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
  /** Takes no press yet; one that comes all the same is told why. */
  readonly waits?: boolean;
}

/** A button. While something is done it says what, and stays focusable so that focus is not lost. */
export function Button({
  look = 'plain',
  action,
  doing = null,
  waits = false,
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
      aria-disabled={doing !== null || waits || rest.disabled || undefined}
      onClick={doing === null ? onClick : undefined}
    >
      {doing ?? children}
      {action !== undefined && doing === null && <Keys keys={actions[action].keys[0] ?? ''} />}
    </button>
  );
}
