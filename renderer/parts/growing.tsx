import { type ReactNode, type RefObject, useEffect, useRef } from 'react';

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
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text.
  useEffect(() => {
    const element = field.current;
    const around = element?.parentElement ?? null;
    if (element === null || around === null) return;
    // While it is measured nothing around it may move: what scrolls there would be pushed from its end.
    around.style.minHeight = `${around.offsetHeight}px`;
    element.style.height = 'auto';
    element.style.height = `${Math.min(240, element.scrollHeight + 2)}px`;
    around.style.minHeight = '';
  }, [props.text]);
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
