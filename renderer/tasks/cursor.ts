import { useEffect, useState } from 'react';

/**
 * A place in a list, by the key of its item. While none was chosen it is on `first`, whichever that is by then. A chosen
 * one stays on its item while others come and go. When the item leaves it goes on to the one that takes its place, or
 * back to `first` where `goesOn` says that the two are nothing alike. Gives the index, null for nowhere, and how to move.
 */
export function useCursor(
  keys: readonly string[],
  first: string | null,
  goesOn: (from: string, to: string) => boolean = always,
): readonly [number | null, (key: string | null) => void] {
  const [chosen, setChosen] = useState<{ readonly key: string; readonly index: number } | null>(null);
  const at = chosen === null ? placeOf(keys, first) : followed({ keys, chosen, goesOn, first });
  const here = at === null ? null : (keys[at] ?? null);
  useEffect(() => {
    setChosen((old) => {
      if (old === null || (old.key === here && old.index === at)) return old;
      return here === null || at === null || (old.key !== here && !goesOn(old.key, here))
        ? null
        : { key: here, index: at };
    });
  }, [here, at, goesOn]);
  return [at, (key) => setChosen(key === null ? null : { key, index: Math.max(0, keys.indexOf(key)) })];
}

const always = (): boolean => true;

function placeOf(keys: readonly string[], key: string | null): number | null {
  const at = key === null ? -1 : keys.indexOf(key);
  return at < 0 ? null : at;
}

function followed(list: {
  readonly keys: readonly string[];
  readonly chosen: { readonly key: string; readonly index: number };
  readonly goesOn: (from: string, to: string) => boolean;
  readonly first: string | null;
}): number | null {
  const { keys, chosen } = list;
  const found = placeOf(keys, chosen.key);
  if (found !== null || keys.length === 0) return found;
  const next = Math.min(chosen.index, keys.length - 1);
  return list.goesOn(chosen.key, keys[next] ?? '') ? next : placeOf(keys, list.first);
}
