import { memo, type ReactNode, useState } from 'react';
import { cleanPatch } from '../text/clean';
import { tonesOf } from './patch-tones';

const shownAtOnce = 200;

/** A short unified diff as plain lines with their signs, for cards and tool calls. Long ones unfold. */
export const PatchLines = memo(function PatchLines({ patch }: { readonly patch: string }): ReactNode {
  const [whole, setWhole] = useState(false);
  const lines = cleanPatch(patch).replace(/\n$/, '').split('\n');
  const tones = tonesOf(lines);
  const shown = whole ? lines : lines.slice(0, shownAtOnce);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: code that scrolls sideways must be reachable by keyboard.
    <pre className="code patch" tabIndex={0}>
      {shown.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a patch never move.
        <span key={index} className={tones[index] === '' ? 'patch-line' : `patch-line patch-${tones[index]}`}>
          {line === '' ? ' ' : line}
        </span>
      ))}
      {lines.length > shown.length && (
        <button type="button" className="link" onClick={() => setWhole(true)}>
          Show {(lines.length - shown.length).toLocaleString()} more lines
        </button>
      )}
    </pre>
  );
});
