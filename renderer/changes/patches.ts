import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Review } from '../../core/contract/review';
import { useApp } from '../state/app';
import { type Failure, failureOf, isAbort } from '../state/failure';
import { planBatches, splitPatch } from './batches';

/** What a review and the changes of a turn have alike: two commits, and the files that differ. */
export type Compared = Pick<Review, 'task' | 'mergeBase' | 'head' | 'files'>;

/** The patches of a review's files as far as they were fetched. */
export interface Patches {
  readonly byPath: ReadonlyMap<string, string>;
  readonly loading: boolean;
  /** True while some of them are of the state of the change before: they are looked at, and nothing is done by them. */
  readonly outdated: boolean;
  readonly failure: Failure | null;
  /** Files that are fetched only by `load`. */
  readonly onDemand: ReadonlySet<string>;
  readonly load: (path: string) => void;
  readonly reload: () => void;
}

interface State {
  readonly review: Compared | null;
  readonly hidden: boolean;
  readonly byPath: ReadonlyMap<string, string>;
  /** Those of them that were fetched before the newest review, or with white space otherwise. */
  readonly older: ReadonlySet<string>;
  readonly loading: boolean;
  readonly failure: Failure | null;
}

const longestPatch = 2_000_000;

/**
 * Fetches a review's patch in small calls, in the order shown; heavy files only when asked for. With `hidden`, without
 * changes of white space alone. Those that are shown stay until the others are here, also those of another state of the
 * change: nothing that is read or clicked goes away to come back.
 */
export function usePatches(review: Compared, hidden: boolean): Patches {
  const { line } = useApp();
  const plan = useMemo(() => planBatches(review.files), [review]);
  const [round, setRound] = useState(0);
  const [state, setState] = useState<State>({
    ...{ review: null, hidden, byPath: nothing, older: none, loading: true, failure: null },
  });
  const fetchPaths = useCallback(
    async (paths: readonly string[], signal?: AbortSignal): Promise<void> => {
      // A renamed file's patch is only whole when git is shown both of its names.
      const names = review.files.flatMap((file) =>
        paths.includes(file.path) ? [file.path, ...(file.oldPath === null ? [] : [file.oldPath])] : [],
      );
      const { task, mergeBase, head } = review;
      const { patch, truncated } = await line
        .client()
        .reviews.patch(
          { task, mergeBase, head, paths: names, ignoreWhitespace: hidden },
          signal === undefined ? {} : { signal },
        );
      if (signal?.aborted) return;
      const parts = new Map<string, string>();
      for (const [path, part] of splitPatch(patch)) parts.set(path, part.length > longestPatch ? tooLong : part);
      for (const path of paths) if (!parts.has(path)) parts.set(path, truncated ? tooLong : '');
      setState((old) => {
        // Somebody asked for it of what was shown then.
        if (old.review !== review || old.hidden !== hidden) return old;
        const older = new Set([...old.older].filter((path) => !parts.has(path)));
        return { ...old, byPath: new Map([...old.byPath, ...parts]), older };
      });
    },
    [line, review, hidden],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the round is why it runs again.
  useEffect(() => {
    const left = new AbortController();
    const eager = new Set(plan.eager.flat());
    setState((old) => {
      const byPath = new Map([...old.byPath].filter(([path]) => eager.has(path)));
      return { review, hidden, byPath, older: new Set(byPath.keys()), loading: true, failure: null };
    });
    const fetchAll = async (): Promise<void> => {
      for (const batch of plan.eager) {
        await fetchPaths(batch, left.signal);
        if (left.signal.aborted) return;
      }
      setState((old) => ({ ...old, loading: false }));
    };
    fetchAll().catch((error) => {
      if (!left.signal.aborted && !isAbort(error))
        setState((old) => {
          // What was not fetched anew is not what there is to see.
          const byPath = new Map([...old.byPath].filter(([path]) => !old.older.has(path)));
          return { ...old, byPath, older: none, loading: false, failure: failureOf(error) };
        });
    });
    return () => left.abort();
  }, [fetchPaths, plan, review, hidden, round]);
  const load = useCallback(
    (path: string) => {
      fetchPaths([path]).catch((error) => setState((old) => ({ ...old, failure: failureOf(error) })));
    },
    [fetchPaths],
  );
  const known = state.review === review;
  return {
    byPath: state.byPath,
    loading: known ? state.loading : true,
    outdated: (!known && state.byPath.size > 0) || state.older.size > 0,
    failure: known ? state.failure : null,
    onDemand: plan.onDemand,
    load,
    reload: () => setRound((value) => value + 1),
  };
}

/** Stands for a patch the core did not give whole. */
export const tooLong = '\0too long';

const nothing: ReadonlyMap<string, string> = new Map();
const none: ReadonlySet<string> = new Set();
