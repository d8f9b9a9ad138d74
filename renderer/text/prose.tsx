import { memo, type ReactNode, useState } from 'react';
import { type Block, blocksOf, type Span } from './blocks';
import { clean } from './clean';

/** More than this is folded in the middle: nobody reads it, and it must not slow down what is read. */
const longest = 24_000;

/** An agent's or a person's words as text: light shape, no links, no HTML, nothing fetched. */
export const Prose = memo(function Prose(props: { readonly text: string; readonly all?: boolean }): ReactNode {
  const { text, all = false } = props;
  const [whole, setWhole] = useState(false);
  const cut = !whole && !all && text.length > longest;
  const shown = clean(cut ? text.slice(0, longest / 2) : text);
  return (
    <div className="prose" dir="auto">
      <Blocks text={shown} />
      {cut && (
        <>
          <button type="button" className="link" onClick={() => setWhole(true)}>
            Show {(text.length - longest).toLocaleString()} characters left out here
          </button>
          <Blocks text={clean(text.slice(-longest / 2))} />
        </>
      )}
    </div>
  );
});

function Blocks({ text }: { readonly text: string }): ReactNode {
  // Blocks and spans have no other name than their place, and only the last one grows.
  return blocksOf(text).map((block, index) => {
    const key = `${index}`;
    return <OneBlock key={key} block={block} />;
  });
}

function OneBlock({ block }: { readonly block: Block }): ReactNode {
  switch (block.kind) {
    case 'code':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: code that scrolls sideways must be reachable by keyboard.
        <pre className="code" tabIndex={0}>
          {block.text}
        </pre>
      );
    case 'list': {
      const items = block.items.map((spans, index) => {
        const key = `${index}`;
        return (
          <li key={key}>
            <Spans spans={spans} />
          </li>
        );
      });
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case 'heading':
      return (
        <p className="prose-heading">
          <Spans spans={block.spans} />
        </p>
      );
    case 'paragraph':
      return (
        <p>
          <Spans spans={block.spans} />
        </p>
      );
  }
}

function Spans({ spans }: { readonly spans: readonly Span[] }): ReactNode {
  return spans.map((span, index) => {
    const key = `${index}`;
    if (span.kind === 'code') return <code key={key}>{span.text}</code>;
    if (span.kind === 'strong') return <strong key={key}>{span.text}</strong>;
    return span.text;
  });
}
