import { useEffect, useState } from 'react';

/**
 * A place in a list, by the key of its item: it stays on the item while others come and go, and on what follows when
 * the item leaves. While none was chosen it is on `first`. Gives the index, null for nowhere, and how to move.
 */
export function useCursor(
  keys: readonly string[],
  first: string | null,
): readonly [number | null, (key: string | null) => void] {
  const [chosen, setChosen] = useState<{ readonly key: string | null; readonly index: number }>({
    key: null,
    index: 0,
  });
  const key = chosen.key ?? first;
  const found = key === null ? -1 : keys.indexOf(key);
  const isNowhere = keys.length === 0 || (found < 0 && chosen.key === null);
  const at = isNowhere ? null : found >= 0 ? found : Math.min(chosen.index, keys.length - 1);
  const here = at === null ? null : (keys[at] ?? null);
  useEffect(() => {
    if (at !== null) setChosen((old) => (old.key === here && old.index === at ? old : { key: here, index: at }));
  }, [here, at]);
  return [at, (next) => setChosen({ key: next, index: next === null ? 0 : Math.max(0, keys.indexOf(next)) })];
}
