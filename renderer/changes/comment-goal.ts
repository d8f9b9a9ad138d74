/** What becomes of the wish to be shown a comment: it is gone to, waited for, or there is none of that name any more. */
export type Goal<C> =
  | { readonly kind: 'there'; readonly comment: C }
  | { readonly kind: 'awaited' }
  | { readonly kind: 'gone' };

/**
 * Looks for the comment of this name among those of a change. `whole` says that all of them are there: before that, one that is
 * missing may still come; after it, waiting any longer would bring the person to it at some later time, when they are elsewhere.
 */
export function goalOf<C extends { readonly key: string }>(
  key: string,
  { inOrder, whole }: { readonly inOrder: readonly C[]; readonly whole: boolean },
): Goal<C> {
  const comment = inOrder.find((one) => one.key === key);
  if (comment !== undefined) return { kind: 'there', comment };
  return whole ? { kind: 'gone' } : { kind: 'awaited' };
}
