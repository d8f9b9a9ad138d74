import type { MergeMethod, NewPullRequest, SeenPullRequest } from '../contract/pull-request';

/** A pull request that is there. */
export interface Found {
  readonly number: number;
  /** Its page. */
  readonly url: string;
  readonly state: SeenPullRequest['state'];
  /** The commit at its head. */
  readonly head: string;
}

/** Which branch is to be taken into which. */
export interface Branches {
  /** The owner of the repository the branch is in. */
  readonly owner: string;
  readonly branch: string;
  readonly base: string;
}

/** What of a pull request is chosen when it is opened. */
export type Words = Pick<NewPullRequest, 'title' | 'body' | 'draft'>;

/**
 * One repository on a forge, spoken to with one person's token. Everything throws SIGN_IN_NEEDED when the token is not
 * taken, NOT_FOUND, CANCELLED, and FORGE_FAILED with what the forge said otherwise; `until` of its facts says when it
 * may be asked again, in epoch milliseconds. No error and no answer holds the token.
 */
export interface Forge {
  /** Who the token belongs to. */
  login(signal?: AbortSignal): Promise<string>;
  /** The newest pull requests of a branch, newest first, whatever became of them. */
  find(branches: Branches, signal?: AbortSignal): Promise<readonly Found[]>;
  /** Opens one; `there` when the forge says that the branch has one. Whether a failure had an effect is not known. */
  create(branches: Branches, words: Words, signal?: AbortSignal): Promise<Found | 'there'>;
  /** Asks people and teams (`acme/core`) for a review. */
  request(number: number, reviewers: readonly string[], signal?: AbortSignal): Promise<void>;
  label(number: number, labels: readonly string[], signal?: AbortSignal): Promise<void>;
  /** Asks another branch to take it. */
  retarget(number: number, base: string, signal?: AbortSignal): Promise<void>;
  read(number: number, signal?: AbortSignal): Promise<SeenPullRequest>;
  /** Merges it if its head is this very commit; `moved` when it is not, or why the forge does not merge it. */
  merge(
    number: number,
    how: { readonly head: string; readonly method: MergeMethod },
    signal?: AbortSignal,
  ): Promise<'merged' | 'moved' | { readonly refused: string }>;
  /** Writes a comment on all of a pull request. */
  comment(number: number, text: string, signal?: AbortSignal): Promise<void>;
  reply(thread: string, text: string, signal?: AbortSignal): Promise<void>;
  resolve(thread: string, resolved: boolean, signal?: AbortSignal): Promise<void>;
}
