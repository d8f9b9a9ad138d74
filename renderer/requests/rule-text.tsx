import type { ReactNode } from 'react';
import { cleanLine } from '../text/clean';

/** The words of a rule, with what stands between backquotes set as code. */
export function RuleText({ words }: { readonly words: string }): ReactNode {
  const [before = '', ...rest] = words.split('`');
  const code = rest.slice(0, -1).join('`');
  const after = rest.at(-1) ?? '';
  return (
    <>
      {cleanLine(before)}
      {code !== '' && (
        <code className="rule-code" dir="auto">
          {cleanLine(code)}
        </code>
      )}
      {cleanLine(after)}
    </>
  );
}
