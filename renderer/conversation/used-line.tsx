import type { ReactNode } from 'react';
import { money, short, tokens } from '../text/amounts';
import type { Used } from './rows';

/** What the conversation used so far, as far as the agent says: how full its model is, its tokens and its cost. */
export function UsedLine({ used }: { readonly used: Used }): ReactNode {
  const { context } = used;
  const cost = money(used.costUsd);
  const sum = tokens(used);
  if (context === null && cost === null && sum === null) return null;
  const share = context?.size ? Math.min(1, context.used / context.size) : null;
  return (
    <p className="used-line quiet small tabular">
      {context !== null && (
        <span title={contextWords(context)}>
          {share !== null && (
            <meter className="used-meter" aria-label="Context used" value={share} max={1} high={0.85} />
          )}
          {short(context.used)}
          {context.size !== null && ` of ${short(context.size)}`} tokens of context
          {share !== null && ` (${Math.round(share * 100)} %)`}
        </span>
      )}
      {sum !== null && <span title={tokenWords(used)}>{sum}</span>}
      {cost !== null && <span>{cost}</span>}
    </p>
  );
}

function contextWords({ used, size }: NonNullable<Used['context']>): string {
  const of = size === null ? '' : ` of the ${size.toLocaleString()} its model can hold`;
  return `The conversation fills ${used.toLocaleString()} tokens${of}`;
}

function tokenWords({ inputTokens, outputTokens }: Used): string {
  const say = (amount: number | null): string => amount?.toLocaleString() ?? 'unknown';
  return `${say(inputTokens)} in, ${say(outputTokens)} out`;
}
