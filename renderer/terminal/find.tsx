import { type ReactNode, useState } from 'react';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';

/** Looks for a text in a terminal: ↵ goes to the next place, ⇧↵ to the one before, Escape closes. */
export function Find(props: {
  readonly find: (text: string, direction: 'next' | 'previous') => boolean;
  readonly close: () => void;
}): ReactNode {
  const [text, setText] = useState('');
  const [none, setNone] = useState(false);
  const look = (direction: 'next' | 'previous'): void => setNone(text !== '' && !props.find(text, direction));
  return (
    <search className="terminal-find">
      <input
        className="field"
        // biome-ignore lint/a11y/noAutofocus: it opened because the person wants to type into it.
        autoFocus
        aria-label="Find in this terminal"
        placeholder="Find"
        value={text}
        spellCheck={false}
        onChange={(event) => {
          setText(event.target.value);
          setNone(false);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== 'Escape') return;
          event.preventDefault();
          event.stopPropagation();
          if (event.key === 'Escape') props.close();
          else look(event.shiftKey ? 'previous' : 'next');
        }}
      />
      <span className="quiet" role="status">
        {none ? 'Not found' : ''}
      </span>
      <Button look="quiet" onClick={() => look('previous')}>
        Previous
      </Button>
      <Button look="quiet" onClick={() => look('next')}>
        Next
      </Button>
      <Button look="quiet" className="button-icon" aria-label="Close" onClick={props.close}>
        <Icon name="close" />
      </Button>
    </search>
  );
}
