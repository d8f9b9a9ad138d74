import { type RefObject, useCallback, useEffect, useRef } from 'react';

/** Who came to the field or touched it less than this ago is about to write. */
const aboutToWriteMs = 2_000;

/**
 * Leaves the field to the agent when nothing is written in it and a request comes up, once the person has been still for a
 * while. A field with a single letter in it, or one that is being composed, is never left, nor is one that was gone to with
 * the request on screen already. Gives what is to be called when it is to be left for another reason.
 */
export function useYielding(options: {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  /** The request whose keys work once the field is left; null while there is none. */
  readonly request: number | null;
}): () => void {
  const { field, request } = options;
  const touchedAt = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const stop = useCallback(() => {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = null;
  }, []);
  const leaveIn = useCallback(
    (ms: number) => {
      stop();
      timer.current = setTimeout(() => leave(field.current), ms);
    },
    [stop, field],
  );
  useEffect(() => {
    const touched = ({ target, type }: Event): void => {
      if (target !== field.current) return;
      touchedAt.current = performance.now();
      // Whoever goes on writing stays, and whoever left needs no more.
      if (type !== 'focusin') stop();
    };
    for (const type of touches) document.addEventListener(type, touched, true);
    return () => {
      for (const type of touches) document.removeEventListener(type, touched, true);
      stop();
    };
  }, [field, stop]);
  useEffect(() => {
    if (request === null || field.current === null || document.activeElement !== field.current) return;
    leaveIn(Math.max(0, touchedAt.current + aboutToWriteMs - performance.now()));
  }, [request, field, leaveIn]);
  // Not at once: what was sent is still to be taken out of the field.
  return useCallback(() => leaveIn(0), [leaveIn]);
}

const touches = ['focusin', 'focusout', 'keydown', 'compositionstart', 'pointerdown'] as const;

/** Gives the keyboard to the place of the page that is shown, when the field has it and is empty. Nothing scrolls. */
function leave(field: HTMLTextAreaElement | null): void {
  if (field === null || field !== document.activeElement || field.value !== '') return;
  field
    .closest('.page')
    ?.querySelector<HTMLElement>('[role="tabpanel"][data-state="active"]')
    ?.focus({ preventScroll: true });
}
