import { useCallback, useState } from 'react';
import type { FileChange } from '../../core/contract/review';

const key = 'switchyard.viewed';
const keptReviews = 200;

/** Which files of a review the person has looked at. A mark holds for the file as it was: a changed head takes it off. */
export function useViewed(
  task: number,
  head: string,
): { readonly viewed: ReadonlySet<string>; readonly mark: (path: string, viewed: boolean) => void } {
  const review = `${task}:${head.slice(0, 16)}`;
  const [state, setState] = useState(() => ({ review, paths: read(review) }));
  const paths = state.review === review ? state.paths : read(review);
  const mark = useCallback(
    (path: string, viewed: boolean) => {
      const next = new Set(read(review));
      if (viewed) next.add(path);
      else next.delete(path);
      write(review, next);
      setState({ review, paths: next });
    },
    [review],
  );
  return { viewed: paths, mark };
}

/** The files in the order they are shown: by folder, so that what belongs together stays together. */
export function inOrder(files: readonly FileChange[]): readonly FileChange[] {
  return [...files].sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
}

function all(): Record<string, readonly string[]> {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(key) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Record<string, readonly string[]>) : {};
  } catch {
    return {};
  }
}

function read(review: string): ReadonlySet<string> {
  const paths = all()[review];
  return new Set(Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : []);
}

function write(review: string, paths: ReadonlySet<string>): void {
  const { [review]: _, ...others } = all();
  const kept = Object.entries(others).slice(-keptReviews);
  window.localStorage.setItem(key, JSON.stringify(Object.fromEntries([...kept, [review, [...paths]]])));
}
