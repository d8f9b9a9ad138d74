import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from './button';
import { Hint } from './hint';
import { Icon } from './icon';

/** The words to find, and the way from one place that has them to the next: ↵ and ⇧↵; Escape closes. */
export function FindBar(props: {
  /** What it does, as “Find in this conversation”. */
  readonly label: string;
  readonly words: string;
  /** What was found, in words. */
  readonly said: string;
  /** Whether there is a place to go to. */
  readonly leads: boolean;
  /** Whether the field takes the focus; it does each time this number grows. */
  readonly focus: number;
  readonly onWords: (words: string) => void;
  readonly onStep: (by: 1 | -1) => void;
  readonly onClose: () => void;
}): ReactNode {
  const { label, words, said, leads, focus, onWords, onStep, onClose } = props;
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focus === 0) return;
    field.current?.focus();
    field.current?.select();
  }, [focus]);
  return (
    <section className="find-bar" aria-label={label}>
      <input
        ref={field}
        className="field find-field"
        type="text"
        aria-label={label}
        placeholder={label}
        spellCheck={false}
        dir="auto"
        value={words}
        maxLength={500}
        onChange={(event) => onWords(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1);
          else if (event.key === 'Escape') onClose();
          else return;
          event.preventDefault();
        }}
      />
      <span className="find-count quiet tabular" role="status">
        {said}
      </span>
      <Hint text="Previous" keys="shift+Enter">
        <Button
          look="quiet"
          className="button-icon find-up"
          aria-label="Previous place"
          disabled={!leads}
          onClick={() => onStep(-1)}
        >
          <Icon name="chevron" />
        </Button>
      </Hint>
      <Hint text="Next" keys="Enter">
        <Button
          look="quiet"
          className="button-icon find-down"
          aria-label="Next place"
          disabled={!leads}
          onClick={() => onStep(1)}
        >
          <Icon name="chevron" />
        </Button>
      </Hint>
      <Button look="quiet" className="button-icon" aria-label="Close" onClick={onClose}>
        <Icon name="close" />
      </Button>
    </section>
  );
}
