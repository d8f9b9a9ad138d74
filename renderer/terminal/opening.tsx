import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { Keys } from '../parts/hint';
import { clean } from '../text/clean';
import { heldKey, pasted, unbroken } from './typing';

/** A shell that was asked for: which it is once it is there, and whether what is typed meanwhile is meant for it. */
export interface Asked {
  readonly terminal: number | null;
  /** It could not be opened, or had ended by the time it could listen: what was typed went nowhere. */
  readonly failed: boolean;
  /** The person went elsewhere before it was there: what they typed is still for it, and the keyboard is not. */
  readonly left: boolean;
}

/**
 * Takes the keyboard from the press that asks for a shell until the shell is there, so that what is typed meanwhile runs
 * nothing of the window's. Where the shell never comes it keeps the keyboard, and does nothing with it, until it is left.
 */
export function Opening(props: {
  readonly failed: boolean;
  /** Told what is typed, as the shell will be given it. */
  readonly type: (text: string) => void;
  /** Called when the person goes elsewhere. */
  readonly left: () => void;
  /** Gives the keyboard back to the page. */
  readonly leave: () => void;
}): ReactNode {
  const { failed, type, left, leave } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const [typed, setTyped] = useState('');
  const [dropped, setDropped] = useState(0);
  useLayoutEffect(() => field.current?.focus(), []);
  const give = (text: string): void => {
    if (failed || text === '') return;
    type(text);
    setDropped(0);
    setTyped((before) => before + text);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // No key here is one of the window's.
    event.stopPropagation();
    if (event.key === 'Escape' && event.shiftKey) {
      event.preventDefault();
      leave();
    } else if (!event.nativeEvent.isComposing) {
      const text = heldKey(event);
      if (text === null) return;
      event.preventDefault();
      give(text);
    }
  };
  const read = (element: HTMLTextAreaElement): void => {
    const text = element.value;
    element.value = '';
    give(text);
  };
  return (
    <div className="terminal-opening">
      <p role="status">
        {failed ? 'No shell opened. What you typed went nowhere, and keys do nothing here.' : 'Opening a shell…'}{' '}
        <span className="quiet">
          {failed ? <Keys keys="shift+Escape" /> : 'What you type is for it.'}
          {failed && ' leaves'}
        </span>
      </p>
      <p role="status">
        {dropped > 0 &&
          !failed &&
          `The ${dropped} lines you pasted were not taken. Paste them again when the shell is there.`}
      </p>
      <pre className="mono">{clean(typed)}</pre>
      <textarea
        ref={field}
        aria-label="What you type for the shell"
        spellCheck={false}
        onKeyDown={onKeyDown}
        onInput={(event) => {
          if (!(event.nativeEvent as InputEvent).isComposing) read(event.currentTarget);
        }}
        onCompositionEnd={(event) => read(event.currentTarget)}
        onPaste={(event) => {
          event.preventDefault();
          const text = pasted(event.clipboardData.getData('text/plain'));
          const line = unbroken(text);
          // Whether each line would run by itself is asked in the terminal, which is not there yet.
          if (line === null) setDropped(text.trimEnd().split(/\r\n|\r|\n/).length);
          else give(line);
        }}
        // Another window in front is not going elsewhere.
        onBlur={() => document.hasFocus() && left()}
      />
    </div>
  );
}
