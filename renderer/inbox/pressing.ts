import { useRef } from 'react';

/** Whether the pointer is down on an element that is told of it. */
export interface Pressing {
  readonly down: () => void;
  readonly isDown: () => boolean;
}

/**
 * Knows of a press from when it begins until it is let go, wherever that is. Nothing may move in between, or the release would
 * be on something else than was pressed; and a press focuses before it is let go.
 */
export function usePressing(): Pressing {
  const pressed = useRef(false);
  return {
    down() {
      pressed.current = true;
      const over = new AbortController();
      const release = (): void => {
        pressed.current = false;
        over.abort();
      };
      for (const event of ['pointerup', 'pointercancel'])
        window.addEventListener(event, release, { signal: over.signal, capture: true });
    },
    isDown: () => pressed.current,
  };
}
