import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/** A text field that grows with what is written; ⌘↵ or Ctrl+↵ sends it, Escape leaves it. */
export function Growing(props: {
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onSend: () => void;
  /** What Escape does; it leaves the field unless given. */
  readonly onLeave?: () => void;
  /** What the up arrow does at the very beginning; false leaves it to the field. */
  readonly onUp?: () => boolean;
  /** Told when the field gets the focus and when it loses it. */
  readonly onFocused?: (has: boolean) => void;
  readonly field?: RefObject<HTMLTextAreaElement | null>;
  readonly rows?: number;
}): ReactNode {
  const own = useRef<HTMLTextAreaElement>(null);
  const field = props.field ?? own;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows what is shown in it.
  useLayoutEffect(() => {
    if (field.current !== null) setHeight(field.current);
  }, [props.text, props.label, field]);
  useEffect(() => {
    const element = field.current;
    if (element === null) return;
    // Lines break elsewhere in another width; a height of its own making is no reason to look again.
    let width = element.clientWidth;
    const sizes = new ResizeObserver(() => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      setHeight(element);
    });
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [field]);
  return (
    <textarea
      ref={field}
      className="field growing"
      aria-label={props.label}
      placeholder={props.label}
      rows={props.rows ?? 1}
      dir="auto"
      value={props.text}
      onChange={(event) => props.onText(event.target.value)}
      onFocus={() => props.onFocused?.(true)}
      onBlur={() => props.onFocused?.(false)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
          event.preventDefault();
          props.onSend();
        } else if (event.key === 'Escape') {
          event.preventDefault();
          if (props.onLeave === undefined) event.currentTarget.blur();
          else props.onLeave();
        } else if (event.key === 'ArrowUp' && event.currentTarget.selectionEnd === 0 && props.onUp?.() === true) {
          event.preventDefault();
        }
      }}
    />
  );
}

const tallest = 240;

/** Gives a field the height of what is shown in it. */
function setHeight(element: HTMLTextAreaElement): void {
  const around = element.parentElement;
  // One that is not on screen has no lines to count; it is looked at again when it is.
  if (around === null || element.clientWidth === 0) return;
  // While it is measured nothing around it may move: what scrolls there would be pushed from its end.
  around.style.minHeight = `${around.offsetHeight}px`;
  element.style.height = 'auto';
  const needed = element.scrollHeight + 2;
  element.style.height = `${Math.min(tallest, needed)}px`;
  // Rounded up or down, a line that fits would still be given a bar to scroll it.
  element.style.overflowY = needed > tallest ? 'auto' : 'hidden';
  around.style.minHeight = '';
}
