import type { ReactNode } from 'react';
import type { Terminal } from '../../core/contract/terminal';
import { Button } from '../parts/button';
import { Note } from '../parts/note';
import { bytesInWords, count } from '../text/amounts';
import { cleanLine } from '../text/clean';

/** What is said above what a terminal shows: that it is held up, and what of its output is not here. */
export function TerminalNotes(props: {
  readonly terminal: Terminal;
  readonly hidden: number;
  readonly all: (() => void) | null;
}): ReactNode {
  const { terminal, hidden, all } = props;
  return (
    <>
      {terminal.heldUp !== null && <Note kind="warning">{cleanLine(terminal.heldUp)}</Note>}
      {terminal.removedAt !== null && (
        <Note kind="info">What it printed was removed, because it was old or too much.</Note>
      )}
      {hidden > 0 && (
        <Note
          kind="info"
          actions={
            all !== null && (
              <Button look="quiet" onClick={all}>
                Show what is kept of it
              </Button>
            )
          }
        >
          {all === null
            ? `The first ${bytesInWords(hidden)} are not kept any more.`
            : `The first ${bytesInWords(hidden)} are not shown.`}
        </Note>
      )}
    </>
  );
}

/** Asks before several lines are pasted into a program that runs each as it comes. */
export function AskToPaste(props: { readonly text: string; readonly answer: (yes: boolean) => void }): ReactNode {
  const lines = props.text.trimEnd().split(/\r\n|\r|\n/).length;
  return (
    <Note
      kind="warning"
      actions={
        <>
          <Button onClick={() => props.answer(true)}>Paste {count(lines, 'line')}</Button>
          <Button autoFocus look="quiet" onClick={() => props.answer(false)}>
            Do not paste
          </Button>
        </>
      }
    >
      Each line runs as soon as it is pasted, because this program takes lines one by one.
    </Note>
  );
}
