import { useCallback, useState } from 'react';
import { useApp } from './app';
import type { Kept } from './kept';

const keptKeys = 200;
const keptMarks = 5_000;
const keptAlike = 4;

/**
 * Marks of the person's that are kept in the page under a name, a set of them for each of the 200 keys written last. Those of a
 * key are the 5,000 made last, and of those that are `alike`, by what they have in common, the last four.
 */
export function useKeptMarks(
  name: string,
  key: string,
  alike?: (mark: string) => string,
): { readonly marks: ReadonlySet<string>; readonly mark: (which: string, isMarked: boolean) => void } {
  const { kept } = useApp();
  const [state, setState] = useState(() => ({ key, marks: readMarks(kept, name, key) }));
  const marks = state.key === key ? state.marks : readMarks(kept, name, key);
  const mark = useCallback(
    (which: string, isMarked: boolean) => {
      const next = marked(readMarks(kept, name, key), { which, isMarked, alike });
      writeMarks(kept, name, { key, marks: next });
      setState({ key, marks: next });
    },
    [kept, name, key, alike],
  );
  return { marks, mark };
}

/** Marks with one more or one less, in the order they were made; the oldest go where there are too many. */
export function marked(
  marks: ReadonlySet<string>,
  to: { readonly which: string; readonly isMarked: boolean; readonly alike?: ((mark: string) => string) | undefined },
): ReadonlySet<string> {
  const { which, isMarked, alike } = to;
  const others = [...marks].filter((mark) => mark !== which);
  if (!isMarked) return new Set(others);
  const family = alike === undefined ? [] : others.filter((mark) => alike(mark) === alike(which));
  const older = new Set(family.slice(0, Math.max(0, family.length - keptAlike + 1)));
  return new Set([...others.filter((mark) => !older.has(mark)), which].slice(-keptMarks));
}

/** Keeps the marks of a key with those of as many others as there is room for. */
export function writeMarks(
  kept: Kept,
  name: string,
  { key, marks }: { readonly key: string; readonly marks: ReadonlySet<string> },
): void {
  const { [key]: _, ...others } = all(kept, name);
  // Keys that are numbers come in their order, so of those the lowest are left behind first.
  let left = Object.entries(others).slice(-keptKeys);
  const write = (): boolean => kept.write(name, JSON.stringify(Object.fromEntries([...left, [key, [...marks]]])));
  while (!write() && left.length > 0) left = left.slice(Math.ceil(left.length / 4));
}

/** The marks that are kept for a key, in the order they were made. */
export function readMarks(kept: Kept, name: string, key: string): ReadonlySet<string> {
  const marks = all(kept, name)[key];
  return new Set(Array.isArray(marks) ? marks.filter((mark) => typeof mark === 'string') : []);
}

function all(kept: Kept, name: string): Record<string, readonly string[]> {
  try {
    const found: unknown = JSON.parse(kept.read(name) ?? '{}');
    return typeof found === 'object' && found !== null ? (found as Record<string, readonly string[]>) : {};
  } catch {
    return {};
  }
}
