import { useCallback, useState } from 'react';
import { useApp } from './app';
import type { Kept } from './kept';

const keptKeys = 200;

/** Marks of the person's that are kept in the page under a name, a set of them for each of the 200 keys written last. */
export function useKeptMarks(
  name: string,
  key: string,
): { readonly marks: ReadonlySet<string>; readonly mark: (which: string, isMarked: boolean) => void } {
  const { kept } = useApp();
  const [state, setState] = useState(() => ({ key, marks: read(kept, name, key) }));
  const marks = state.key === key ? state.marks : read(kept, name, key);
  const mark = useCallback(
    (which: string, isMarked: boolean) => {
      const next = new Set(read(kept, name, key));
      if (isMarked) next.add(which);
      else next.delete(which);
      const { [key]: _, ...others } = all(kept, name);
      // Keys that are numbers come in their order, so of those the lowest are left behind first.
      const newest = Object.entries(others).slice(-keptKeys);
      kept.write(name, JSON.stringify(Object.fromEntries([...newest, [key, [...next]]])));
      setState({ key, marks: next });
    },
    [kept, name, key],
  );
  return { marks, mark };
}

function all(kept: Kept, name: string): Record<string, readonly string[]> {
  try {
    const found: unknown = JSON.parse(kept.read(name) ?? '{}');
    return typeof found === 'object' && found !== null ? (found as Record<string, readonly string[]>) : {};
  } catch {
    return {};
  }
}

function read(kept: Kept, name: string, key: string): ReadonlySet<string> {
  const marks = all(kept, name)[key];
  return new Set(Array.isArray(marks) ? marks.filter((mark) => typeof mark === 'string') : []);
}
