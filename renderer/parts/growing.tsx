import { type ReactNode, type RefObject, useEffect, useRef } from 'react';

/** A text field that grows with what is written; ⌘↵ or Ctrl+↵ sends it, Escape leaves it. */
export function Growing(props: {
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onSend: () => void;
  readonly field?: RefObject<HTMLTextAreaElement | null>;
  readonly rows?: number;
}): ReactNode {
  const own = useRef<HTMLTextAreaElement>(null);
  const field = props.field ?? own;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text.
  useEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(240, element.scrollHeight + 2)}px`;
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
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
          event.preventDefault();
          props.onSend();
        } else if (event.key === 'Escape') {
          event.preventDefault();
          event.currentTarget.blur();
        }
      }}
    />
  );
}
