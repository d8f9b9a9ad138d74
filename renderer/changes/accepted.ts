import type { CodeViewDiffItem, FileDiffMetadata } from '@pierre/diffs';
import { useCallback, useState } from 'react';
import { useApp } from '../state/app';
import type { Kept } from '../state/kept';

const name = 'accepted';
const keptTasks = 200;

/** Which hunks of a task's change the person found good, by what they change: a hunk that stays the same stays accepted. */
export function useAccepted(task: number): {
  readonly accepted: ReadonlySet<string>;
  readonly accept: (hunk: string, isAccepted: boolean) => void;
} {
  const { kept } = useApp();
  const [state, setState] = useState(() => ({ task, hunks: read(kept, task) }));
  const accepted = state.task === task ? state.hunks : read(kept, task);
  const accept = useCallback(
    (hunk: string, isAccepted: boolean) => {
      const next = new Set(read(kept, task));
      if (isAccepted) next.add(hunk);
      else next.delete(hunk);
      write(kept, task, next);
      setState({ task, hunks: next });
    },
    [kept, task],
  );
  return { accepted, accept };
}

const marks = new WeakMap<FileDiffMetadata, readonly string[]>();

/**
 * A mark for each hunk of a file, made of its path and of the lines it takes away and adds: not of where it is, nor of what
 * is around it. Of hunks that are the same each has its own.
 */
export function hunkMarks({ id, fileDiff }: Pick<CodeViewDiffItem, 'id' | 'fileDiff'>): readonly string[] {
  const known = marks.get(fileDiff);
  if (known !== undefined) return known;
  const seen = new Map<string, number>();
  const made = fileDiff.hunks.map((hunk) => {
    const lines = hunk.hunkContent.flatMap((content) =>
      content.type === 'context'
        ? []
        : [
            ...signed('-', fileDiff.deletionLines, content.deletionLineIndex, content.deletions),
            ...signed('+', fileDiff.additionLines, content.additionLineIndex, content.additions),
          ],
    );
    const mark = digest([id, ...lines].join('\n'));
    const times = seen.get(mark) ?? 0;
    seen.set(mark, times + 1);
    return times === 0 ? mark : `${mark}.${times}`;
  });
  marks.set(fileDiff, made);
  return made;
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

function all(kept: Kept): Record<string, readonly string[]> {
  try {
    const found: unknown = JSON.parse(kept.read(name) ?? '{}');
    return typeof found === 'object' && found !== null ? (found as Record<string, readonly string[]>) : {};
  } catch {
    return {};
  }
}

function read(kept: Kept, task: number): ReadonlySet<string> {
  const hunks = all(kept)[`${task}`];
  return new Set(Array.isArray(hunks) ? hunks.filter((hunk) => typeof hunk === 'string') : []);
}

function write(kept: Kept, task: number, hunks: ReadonlySet<string>): void {
  const { [`${task}`]: _, ...others } = all(kept);
  // Keys that are numbers come in their order, so the oldest tasks are left behind first.
  const older = Object.entries(others).slice(-keptTasks);
  kept.write(name, JSON.stringify(Object.fromEntries([...older, [`${task}`, [...hunks]]])));
}
