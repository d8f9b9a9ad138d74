import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from '../parts/button';
import { Hint } from '../parts/hint';
import { Icon } from '../parts/icon';

/** The words to find in a conversation, and the way from one place that has them to the next. */
export function FindBar(props: {
  readonly words: string;
  /** Which of the places is shown, from 1; 0 for none. */
  readonly at: number;
  readonly of: number;
  /** Whether the field takes the focus; it does each time this number grows. */
  readonly focus: number;
  readonly onWords: (words: string) => void;
  readonly onStep: (by: 1 | -1) => void;
  readonly onClose: () => void;
}): ReactNode {
  const { words, at, of, focus, onWords, onStep, onClose } = props;
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focus === 0) return;
    field.current?.focus();
    field.current?.select();
  }, [focus]);
  return (
    <section className="find-bar" aria-label="Find in this conversation">
      <input
        ref={field}
        className="field find-field"
        type="text"
        aria-label="Find in this conversation"
        placeholder="Find in this conversation"
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
        {words.trim() === '' ? '' : of === 0 ? 'Not found' : `${at} of ${of}`}
      </span>
      <Hint text="Previous" keys="shift+Enter">
        <Button
          look="quiet"
          className="button-icon find-up"
          aria-label="Previous place"
          disabled={of === 0}
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
          disabled={of === 0}
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
