import type { ReactNode } from 'react';

/** Names of programs in a line, each to be read whole. */
export function RunningList({ running }: { readonly running: readonly string[] }): ReactNode {
  return running.map((name, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: two terminals may run the same, and none moves.
    <span key={index}>
      {index > 0 && ', '}
      <code>{name}</code>
    </span>
  ));
}
