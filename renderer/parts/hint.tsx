import { Tooltip } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { type ActionId, actions } from '../keys/actions';
import { written } from '../keys/press';
import { useApp } from '../state/app';

/** What a control does and its key, on hover and on focus. */
export function Hint(props: {
  readonly text?: string;
  readonly action?: ActionId;
  readonly keys?: string;
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  readonly children: ReactElement;
}): ReactNode {
  const keys = props.keys ?? (props.action === undefined ? undefined : actions[props.action].keys[0]);
  const text = props.text ?? (props.action === undefined ? '' : actions[props.action].label);
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{props.children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="hint" side={props.side ?? 'bottom'} sideOffset={4} collisionPadding={8}>
          {text}
          {keys !== undefined && <Keys keys={keys} />}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

/** A key as it is written on this machine's keyboard. */
export function Keys({ keys }: { readonly keys: string }): ReactNode {
  const { mac } = useApp();
  return <kbd className="keys">{written(keys, mac)}</kbd>;
}
