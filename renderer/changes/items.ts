import { type CodeViewDiffItem, type FileDiffMetadata, processFile } from '@pierre/diffs';
import type { FileChange } from '../../core/contract/review';
import { cleanLine, cleanPatch } from '../text/clean';
import { tooLong } from './patches';

/** Patches already parsed, by their text: parsing one file twice would also lose its place in the view. */
const parsed = new Map<string, FileDiffMetadata>();
const keptParsed = 2_000;

/** A file of the review as the diff view takes it. Without a patch it is a header alone. */
export function itemOf(file: FileChange, patch: string | undefined, collapsed: boolean): CodeViewDiffItem {
  const fileDiff = patch === undefined || patch === '' || patch === tooLong ? headerOnly(file) : diffOf(file, patch);
  return {
    id: file.path,
    type: 'diff',
    fileDiff,
    collapsed,
    version: (patch === undefined ? 0 : 2) + (collapsed ? 1 : 0),
  };
}

/** Where each hunk of a file begins, as a line on the side that has it. */
export function hunksOf(
  item: CodeViewDiffItem,
): readonly { readonly side: 'additions' | 'deletions'; readonly line: number }[] {
  return item.fileDiff.hunks.map((hunk) =>
    hunk.additionCount > 0
      ? { side: 'additions', line: hunk.additionStart }
      : { side: 'deletions', line: hunk.deletionStart },
  );
}

function diffOf(file: FileChange, patch: string): FileDiffMetadata {
  const known = parsed.get(patch);
  if (known !== undefined) return known;
  const diff = processFile(cleanPatch(patch), { isGitDiff: true }) ?? headerOnly(file);
  const named = {
    ...diff,
    name: cleanLine(file.path),
    ...(file.oldPath === null ? {} : { prevName: cleanLine(file.oldPath) }),
  };
  if (parsed.size >= keptParsed) parsed.clear();
  parsed.set(patch, named);
  return named;
}

function headerOnly(file: FileChange): FileDiffMetadata {
  return {
    name: cleanLine(file.path),
    ...(file.oldPath === null ? {} : { prevName: cleanLine(file.oldPath) }),
    type:
      file.status === 'added'
        ? 'new'
        : file.status === 'deleted'
          ? 'deleted'
          : file.oldPath === null
            ? 'change'
            : 'rename-changed',
    hunks: [],
    splitLineCount: 0,
    unifiedLineCount: 0,
    isPartial: true,
    deletionLines: [],
    additionLines: [],
    deletionCharacterCount: 0,
    additionCharacterCount: 0,
  };
}
