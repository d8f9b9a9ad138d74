import type { FileChange } from '../../core/contract/review';
import { useKeptMarks } from '../state/kept-marks';

/** Which files of a review the person has looked at. A mark holds for the file as it was: a changed head takes it off. */
export function useViewed(
  task: number,
  head: string,
): { readonly viewed: ReadonlySet<string>; readonly mark: (path: string, viewed: boolean) => void } {
  const { marks, mark } = useKeptMarks('viewed', `${task}:${head.slice(0, 16)}`);
  return { viewed: marks, mark };
}

/** The files in the order they are shown: by folder, so that what belongs together stays together. */
export function inOrder(files: readonly FileChange[]): readonly FileChange[] {
  return [...files].sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
}
