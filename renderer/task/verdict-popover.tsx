import { Popover } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from '../parts/button';
import type { useFocusBack } from '../parts/focus-back';
import { keepFocusIn } from '../parts/kept-focus';

/**
 * A button of a task's header and what opens under it: a form about the whole change. The focus goes back to where it was,
 * and a key held down since it opened sends nothing.
 */
export function VerdictPopover(props: {
  /** What the form is called. */
  readonly label: string;
  readonly action: 'allow' | 'pull-request';
  /** What stands on the button. */
  readonly words: string;
  readonly look?: 'primary';
  readonly doing?: string | null;
  /** Why nothing can be done with it now; what opens says what to do about that. */
  readonly idle?: string | null;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly focus: ReturnType<typeof useFocusBack>;
  /** Called in place of giving the focus back where it says that it has seen to that. */
  readonly leave?: (event: Event) => boolean;
  readonly children: ReactNode;
}): ReactNode {
  const { label, action, words, look, doing = null, idle = null, open, onOpen, focus, leave, children } = props;
  return (
    <Popover.Root open={open} onOpenChange={onOpen}>
      <Popover.Trigger asChild>
        <Button
          {...(look && { look })}
          {...(idle === null ? { action } : { waits: true, title: idle })}
          doing={doing}
          onPointerDownCapture={focus.remember}
        >
          {words}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          ref={keepFocusIn}
          className="menu verdict"
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={label}
          onCloseAutoFocus={(event) => {
            if (!leave?.(event)) focus.giveBack(event);
          }}
          onKeyDown={(event) => event.repeat && event.key === 'Enter' && event.preventDefault()}
          role="dialog"
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
