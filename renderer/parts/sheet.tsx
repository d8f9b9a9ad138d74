import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { useApp } from '../state/app';
import { showSheet } from '../state/commands';
import { focusAtEnd } from './caret';
import { useFocusBack } from './focus-back';
import { Hint } from './hint';
import { Icon } from './icon';

/** A sheet over the window. Escape and a press outside take it away; focus returns to where it was. */
export function SheetFrame(props: {
  readonly title: string;
  readonly about?: string;
  readonly width?: 'narrow' | 'wide' | 'full';
  /** What ⌘↵ or Ctrl+↵ does anywhere in it, told when the key was pressed, in the time of events. */
  readonly onSend?: (at: number) => void;
  /** What ↵ alone does where it presses and writes nothing. */
  readonly onEnter?: (at: number) => void;
  readonly children: ReactNode;
}): ReactNode {
  const app = useApp();
  const focus = useFocusBack(true);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && showSheet(app, null)}>
      <Dialog.Portal>
        <Dialog.Overlay className="sheet-shade" />
        <Dialog.Content
          className={`sheet sheet-${props.width ?? 'wide'}`}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            focusAtEnd(firstOf(event.currentTarget));
          }}
          onCloseAutoFocus={focus.giveBack}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.defaultPrevented) return;
            const does =
              event.metaKey || event.ctrlKey ? props.onSend : isPressed(event.target) ? undefined : props.onEnter;
            if (does === undefined) return;
            event.preventDefault();
            if (!event.repeat) does(event.timeStamp);
          }}
          {...(props.about === undefined ? { 'aria-describedby': undefined } : {})}
        >
          <header className="sheet-head">
            <Dialog.Title className="sheet-title">{props.title}</Dialog.Title>
            <Hint text="Close" keys="Escape">
              <Dialog.Close className="button button-quiet button-icon" aria-label="Close">
                <Icon name="close" />
              </Dialog.Close>
            </Hint>
          </header>
          {props.about !== undefined && <Dialog.Description className="sheet-about">{props.about}</Dialog.Description>}
          {props.children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Whether ↵ has a meaning of its own there: it presses, opens or writes. */
function isPressed(target: EventTarget): boolean {
  return target instanceof Element && target.closest('button, a, summary, input, textarea, select') !== null;
}

/** What is written into or pressed first: a field, else the main button, else what leaves it as it is, else the sheet itself. */
function firstOf(target: EventTarget | null): HTMLElement {
  const sheet = target instanceof HTMLElement ? target : document.body;
  return (
    sheet.querySelector<HTMLElement>(':is(.sheet-body, .path-form) :is(input, textarea, select)') ??
    sheet.querySelector<HTMLElement>('.worktree-parts input:checked') ??
    sheet.querySelector<HTMLElement>('.sheet-foot .button-primary') ??
    sheet.querySelector<HTMLElement>('.sheet-body[tabindex]') ??
    sheet.querySelector<HTMLElement>('.sheet-foot .button') ??
    sheet
  );
}
