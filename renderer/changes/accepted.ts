import type { CodeViewDiffItem, FileDiffMetadata } from '@pierre/diffs';
import { useKeptMarks } from '../state/kept-marks';

/** Which hunks of a task's change the person found good, by what they change: a hunk that stays the same stays accepted. */
export function useAccepted(task: number): {
  readonly accepted: ReadonlySet<string>;
  readonly accept: (hunk: string, isAccepted: boolean) => void;
} {
  const { marks: accepted, mark: accept } = useKeptMarks('accepted', `${task}`);
  return { accepted, accept };
}

const marks = new WeakMap<FileDiffMetadata, readonly string[]>();

/**
 * A mark for each hunk of a file, made of its path and of the lines it takes away and adds: not of where it is, nor of what
 * is around it. Of hunks that are the same each has its own, which goes when there are more or fewer of them.
 */
export function hunkMarks({ id, fileDiff }: Pick<CodeViewDiffItem, 'id' | 'fileDiff'>): readonly string[] {
  const known = marks.get(fileDiff);
  if (known !== undefined) return known;
  const plain = fileDiff.hunks.map((hunk) => {
    const lines = hunk.hunkContent.flatMap((content) =>
      content.type === 'context'
        ? []
        : [
            ...signed('-', fileDiff.deletionLines, content.deletionLineIndex, content.deletions),
            ...signed('+', fileDiff.additionLines, content.additionLineIndex, content.additions),
          ],
    );
    return digest([id, ...lines].join('\n'));
  });
  const all = new Map<string, number>();
  for (const mark of plain) all.set(mark, (all.get(mark) ?? 0) + 1);
  const seen = new Map<string, number>();
  // With how many there are: once one of them is gone nobody can say which of the others was found good.
  const made = plain.map((mark) => {
    const before = seen.get(mark) ?? 0;
    seen.set(mark, before + 1);
    return all.get(mark) === 1 ? mark : `${mark}.${before}-${all.get(mark)}`;
  });
  marks.set(fileDiff, made);
  return made;
}

/** Whether two hunks of one file change the same, as their marks have it. */
export function changeSame(one: string, other: string): boolean {
  return one.split('.')[0] === other.split('.')[0];
}

function signed(sign: string, lines: readonly string[], from: number, count: number): readonly string[] {
  return lines.slice(from, from + count).map((line) => `${sign}${line.replace(/\r?\n$/, '')}`);
}

/** Two 32-bit FNV-1a sums: nobody gains by two hunks having the same one, it only has to be rare. */
function digest(text: string): string {
  let one = 0x811c9dc5;
  let other = 0x01000193;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    one = Math.imul(one ^ code, 0x01000193);
    other = Math.imul(other ^ (code + index), 0x85ebca6b);
  }
  return `${(one >>> 0).toString(36)}${(other >>> 0).toString(36)}`;
}
