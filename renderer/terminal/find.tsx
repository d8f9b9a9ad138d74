import { type ReactNode, useState } from 'react';
import { FindBar } from '../parts/find-bar';

/** Looks for a text in a terminal, as it is typed. */
export function Find(props: {
  readonly focus: number;
  readonly find: (text: string, direction: 'here' | 'next' | 'previous') => boolean;
  readonly close: () => void;
}): ReactNode {
  const [words, setWords] = useState('');
  const [none, setNone] = useState(false);
  const look = (text: string, direction: 'here' | 'next' | 'previous'): void =>
    setNone(!props.find(text, direction) && text !== '');
  return (
    <FindBar
      label="Find in this terminal"
      words={words}
      said={none ? 'Not found' : ''}
      leads={words !== ''}
      focus={props.focus}
      onWords={(text) => {
        setWords(text);
        look(text, 'here');
      }}
      onStep={(by) => look(words, by === 1 ? 'next' : 'previous')}
      onClose={props.close}
    />
  );
}
