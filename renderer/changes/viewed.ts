import { useCallback, useMemo } from 'react';
import type { FileChange } from '../../core/contract/review';
import { useKeptMarks } from '../state/kept-marks';

/** Which files of a review the person has looked at, by path. A mark holds for a file as it was: another change of it takes it off. */
export function useViewed(
  task: number,
  files: readonly FileChange[],
): { readonly viewed: ReadonlySet<string>; readonly mark: (path: string, viewed: boolean) => void } {
  const { marks, mark: markContent } = useKeptMarks('viewed-files', String(task), fileOf);
  const viewed = useMemo(
    () => new Set(files.flatMap((file) => (marks.has(asItIs(file)) ? [file.path] : []))),
    [files, marks],
  );
  const mark = useCallback(
    (path: string, isViewed: boolean) => {
      const file = files.find((one) => one.path === path);
      if (file !== undefined) markContent(asItIs(file), isViewed);
    },
    [files, markContent],
  );
  return { viewed, mark };
}

/** A file's name and what is in it. */
function asItIs({ path, content }: FileChange): string {
  return `${content} ${path}`;
}

/** The name of the file a mark is of: what is in it is told by a mode and an id. */
export function fileOf(mark: string): string {
  return mark.replace(/^\S+ \S+ /, '');
}

/** The files in the order they are shown: by folder, so that what belongs together stays together. */
export function inOrder(files: readonly FileChange[]): readonly FileChange[] {
  return [...files].sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
}
