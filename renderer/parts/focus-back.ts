import { useRef, useState } from 'react';

/**
 * Gives the focus back to what had it before something opened, which is not always what opened it: a key did, or a
 * press on a button while the focus was in a list. `atOnce` remembers when the component first appears.
 */
export function useFocusBack(atOnce: boolean): {
  /** Call it before the opening takes the focus. */
  readonly remember: () => void;
  /** For `onCloseAutoFocus`. */
  readonly giveBack: (event: Event) => void;
} {
  const [first] = useState(() => (atOnce ? document.activeElement : null));
  const before = useRef<Element | null>(first);
  return {
    remember() {
      before.current = document.activeElement;
    },
    giveBack(event) {
      // Opened with the keyboard from its own button: the button gets the focus back as everywhere.
      if (before.current === null) return;
      event.preventDefault();
      const back = before.current;
      before.current = null;
      // A sheet that took this one's place is where the person writes now; the focus is its own to give.
      const sheet = document.querySelector('.sheet');
      if (sheet !== null && !sheet.contains(back)) return;
      if (back instanceof HTMLElement && back.isConnected && back !== document.body)
        back.focus({ preventScroll: true });
      else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    },
  };
}
