import { type CodeViewDiffItem, type DiffLineAnnotation, type FileDiffMetadata, processFile } from '@pierre/diffs';
import type { FileChange } from '../../core/contract/review';
import { cleanLine, cleanPatch } from '../text/clean';
import type { Annotation } from './annotations';
import { tooLong } from './patches';

/** Patches already parsed, by their text: parsing one file twice would also lose its place in the view. */
const parsed = new Map<string, FileDiffMetadata>();
const keptParsed = 2_000;

const filesOf = new WeakMap<FileDiffMetadata, FileChange>();

/** The file a diff is of, whatever its name looks like on screen. */
export function fileOf(diff: FileDiffMetadata): FileChange | undefined {
  return filesOf.get(diff);
}

/** Whether a patch says nothing of a file's lines though some of them differ: in white space. */
export function isOnlySpace(file: FileChange, patch: string | undefined): boolean {
  const lines = (file.additions ?? 0) + (file.deletions ?? 0);
  return patch !== undefined && patch !== tooLong && lines > 0 && !patch.includes('\n@@ ');
}

/** A file of the review as the diff view takes it. Without a patch it is a header alone. */
export function itemOf(file: FileChange, patch: string | undefined, collapsed: boolean): CodeViewDiffItem {
  const fileDiff = patch === undefined || patch === '' || patch === tooLong ? headerOnly(file) : diffOf(file, patch);
  return {
    id: file.path,
    type: 'diff',
    fileDiff,
    collapsed,
    version: 2 * numberOf(patch) + (collapsed ? 1 : 0),
  };
}

const numbers = new Map<string, number>();
let lastNumber = 0;

/** Another number for each patch, by which the view sees that a file has another one. */
function numberOf(patch: string | undefined): number {
  if (patch === undefined) return 0;
  let number = numbers.get(patch);
  if (number === undefined) {
    if (numbers.size >= keptParsed) numbers.clear();
    lastNumber += 1;
    number = lastNumber;
    numbers.set(patch, number);
  }
  return number;
}

let lastVersion = 0;
/** More versions than an item without annotations ever has. */
const manyVersions = 1e9;
const versions = new WeakMap<readonly DiffLineAnnotation<Annotation>[], number>();

/** A file of the diff with what stands under its lines. Other annotations make another version, by which the view sees them. */
export function annotatedItem(
  item: CodeViewDiffItem,
  annotations: readonly DiffLineAnnotation<Annotation>[] | undefined,
): CodeViewDiffItem<Annotation> {
  if (annotations === undefined) return item as CodeViewDiffItem<Annotation>;
  let version = versions.get(annotations);
  if (version === undefined) {
    lastVersion += manyVersions;
    version = lastVersion;
    versions.set(annotations, version);
  }
  return {
    ...item,
    annotations: [...annotations],
    version: version + (item.version ?? 0),
  } as CodeViewDiffItem<Annotation>;
}

/** Where each hunk of a file begins, as a line on the side that has it: what was removed stands above what came in its place. */
export function hunksOf(
  item: Pick<CodeViewDiffItem, 'fileDiff'>,
): readonly { readonly side: 'additions' | 'deletions'; readonly line: number }[] {
  return item.fileDiff.hunks.map((hunk) => {
    const [first] = hunk.hunkContent;
    const beginsRemoved = first?.type === 'change' && first.deletions > 0;
    return hunk.additionCount > 0 && !beginsRemoved
      ? { side: 'additions', line: hunk.additionStart }
      : { side: 'deletions', line: hunk.deletionStart };
  });
}

function diffOf(file: FileChange, patch: string): FileDiffMetadata {
  const known = parsed.get(patch);
  if (known !== undefined) return known;
  const diff = processFile(cleanPatch(patch), { isGitDiff: true }) ?? headerOnly(file);
  const named = {
    ...diff,
    cacheKey: `patch ${numberOf(patch)}`,
    name: cleanLine(file.path),
    ...(file.oldPath === null ? {} : { prevName: cleanLine(file.oldPath) }),
  };
  if (parsed.size >= keptParsed) parsed.clear();
  parsed.set(patch, named);
  filesOf.set(named, file);
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
