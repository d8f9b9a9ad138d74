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
  /** Who answers for what a command there starts; nobody for commands that are over in a moment. */
  readonly owner?: Owner;
}

/** Whoever can find and end what a command starts, should this process die before it. */
export interface Owner {
  /** Carried by the command and all that it starts. */
  readonly variables: Readonly<Record<string, string>>;
  /** Told of each command that may run what the repository configures. */
  readonly onProcess: (process: { readonly pid: number; readonly command: string }) => void;
}

/** A task's worktree as a place. The trust in its repository does not do for it. */
export interface WorktreePlace extends Place {
  readonly trusted: WorktreeTrust | false;
}

declare const given: unique symbol;

/**
 * Leave to run a repository's programs in one worktree, beyond the trust in the repository itself: a worktree may hold
 * what another branch brought or an agent wrote. Given in `core/runner/trust.ts` and nowhere else.
 */
export type WorktreeTrust = true & { readonly [given]: true };
