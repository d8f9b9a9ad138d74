import { useCallback, useState } from 'react';
import type { FileChange } from '../../core/contract/review';
import { useApp } from '../state/app';
import type { Kept } from '../state/kept';

const name = 'viewed';
const keptReviews = 200;

/** Which files of a review the person has looked at. A mark holds for the file as it was: a changed head takes it off. */
export function useViewed(
  task: number,
  head: string,
): { readonly viewed: ReadonlySet<string>; readonly mark: (path: string, viewed: boolean) => void } {
  const { kept } = useApp();
  const review = `${task}:${head.slice(0, 16)}`;
  const [state, setState] = useState(() => ({ review, paths: read(kept, review) }));
  const paths = state.review === review ? state.paths : read(kept, review);
  const mark = useCallback(
    (path: string, viewed: boolean) => {
      const next = new Set(read(kept, review));
      if (viewed) next.add(path);
      else next.delete(path);
      write(kept, review, next);
      setState({ review, paths: next });
    },
    [kept, review],
  );
  return { viewed: paths, mark };
}

/** The files in the order they are shown: by folder, so that what belongs together stays together. */
export function inOrder(files: readonly FileChange[]): readonly FileChange[] {
  return [...files].sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
}

function all(kept: Kept): Record<string, readonly string[]> {
  try {
    const found: unknown = JSON.parse(kept.read(name) ?? '{}');
    return typeof found === 'object' && found !== null ? (found as Record<string, readonly string[]>) : {};
  } catch {
    return {};
  }
}

function read(kept: Kept, review: string): ReadonlySet<string> {
  const paths = all(kept)[review];
  return new Set(Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : []);
}

function write(kept: Kept, review: string, paths: ReadonlySet<string>): void {
  const { [review]: _, ...others } = all(kept);
  const older = Object.entries(others).slice(-keptReviews);
  kept.write(name, JSON.stringify(Object.fromEntries([...older, [review, [...paths]]])));
}
