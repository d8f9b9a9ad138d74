import type { Git } from './git';

/** Where one checkout keeps its parts. Handed to git explicitly, so that no file in the checkout can redirect it. */
export interface Checkout {
  /** The checkout's own git folder: HEAD, the index. */
  readonly gitDir: string;
  /** The git folder all checkouts of the repository share: objects, refs, configuration. */
  readonly commonDir: string;
  /** The top of the files. */
  readonly workTree: string;
}

/** Where a command runs, and whether the programs the repository configures may run with it. */
export interface Place {
  readonly git: Git;
  readonly checkout: Checkout;
  readonly trusted: boolean;
}

declare const given: unique symbol;

/**
 * Leave to run a repository's programs in one worktree, beyond the trust in the repository itself: a worktree may hold
 * what another branch brought or an agent wrote. Given in `core/runner/trust.ts` and nowhere else.
 */
export type WorktreeTrust = true & { readonly [given]: true };
