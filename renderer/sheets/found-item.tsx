import type { ReactNode } from 'react';
import type { Found, SnippetPiece } from '../../core/contract/search';
import { nameOfPath } from '../state/places';
import { cleanLine } from '../text/clean';
import { Ago } from '../text/time';

/** A place that was found: what it is in, when it was written, and the words around it. */
export function FoundItem({ found }: { readonly found: Found }): ReactNode {
  return (
    <span className="found-place">
      <span className="found-head">
        <span className="ellipsis found-title" dir="auto">
          {cleanLine(found.title)}
        </span>
        <span className="quiet found-where">
          {kindWords[found.kind]} · {cleanLine(nameOfPath(found.repository))} · <Ago at={found.at} />
        </span>
      </span>
      <span className="found-snippet" dir="auto">
        {found.snippet.map(piece)}
      </span>
    </span>
  );
}

function piece({ text, hit }: SnippetPiece, index: number): ReactNode {
  const key = `${index}`;
  // The pieces are one text: what is trimmed from one would join it to the next.
  const shown = text.replace(/\s+/g, ' ');
  const plain = `${/^\s/.test(shown) ? ' ' : ''}${cleanLine(shown)}${/\S\s$/.test(shown) ? ' ' : ''}`;
  return hit ? <mark key={key}>{plain}</mark> : plain;
}

const kindWords: Readonly<Record<Found['kind'], string>> = {
  task: 'Task',
  prompt: 'Prompt',
  text: 'Agent',
  thought: 'Thought',
  tool: 'Tool',
  plan: 'Plan',
  request: 'Request',
  answer: 'Answer',
  notice: 'Notice',
  commit: 'Commit',
  check: 'Check',
};
