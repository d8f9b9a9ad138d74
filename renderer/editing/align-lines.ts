/** A stretch of two texts that is compared: from inclusive, to exclusive. */
interface Stretch {
  readonly fromOld: number;
  readonly toOld: number;
  readonly fromNew: number;
  readonly toNew: number;
}

/**
 * Which old line each new line is, -1 for none. Pairs are of equal lines and never cross. What begins and ends alike is paired
 * first, then lines that occur once on both sides, and what is between those in the same way.
 */
export function alignLines(before: readonly string[], after: readonly string[]): readonly number[] {
  const from = new Array<number>(after.length).fill(-1);
  const open: Stretch[] = [{ fromOld: 0, toOld: before.length, fromNew: 0, toNew: after.length }];
  for (let stretch = open.pop(); stretch !== undefined; stretch = open.pop()) {
    let { fromOld, toOld, fromNew, toNew } = stretch;
    while (fromOld < toOld && fromNew < toNew && before[fromOld] === after[fromNew]) {
      from[fromNew] = fromOld;
      fromOld += 1;
      fromNew += 1;
    }
    while (fromOld < toOld && fromNew < toNew && before[toOld - 1] === after[toNew - 1]) {
      toOld -= 1;
      toNew -= 1;
      from[toNew] = toOld;
    }
    if (fromOld === toOld || fromNew === toNew) continue;
    const anchors = longestRising(pairsOnce(before, after, { fromOld, toOld, fromNew, toNew }));
    if (anchors.length === 0) {
      pairInTurn(before, after, { fromOld, toOld, fromNew, toNew }, from);
      continue;
    }
    for (const [old, now] of anchors) {
      from[now] = old;
      open.push({ fromOld, toOld: old, fromNew, toNew: now });
      fromOld = old + 1;
      fromNew = now + 1;
    }
    open.push({ fromOld, toOld, fromNew, toNew });
  }
  return from;
}

type Pair = readonly [old: number, now: number];

/** The lines that occur once on both sides, in the order of the new ones. */
function pairsOnce(before: readonly string[], after: readonly string[], at: Stretch): readonly Pair[] {
  const once = (lines: readonly string[], from: number, to: number): ReadonlyMap<string, number> => {
    const found = new Map<string, number>();
    for (let index = from; index < to; index += 1)
      found.set(lines[index] ?? '', found.has(lines[index] ?? '') ? -1 : index);
    return found;
  };
  const old = once(before, at.fromOld, at.toOld);
  return [...once(after, at.fromNew, at.toNew)].flatMap(([line, now]): Pair[] => {
    const found = old.get(line) ?? -1;
    return found === -1 || now === -1 ? [] : [[found, now]];
  });
}

/** The most pairs that rise on both sides. */
function longestRising(pairs: readonly Pair[]): readonly Pair[] {
  const ordered = [...pairs].sort((one, other) => one[1] - other[1]);
  const lasts: number[] = [];
  const previous: number[] = [];
  for (const [index, [old]] of ordered.entries()) {
    let [low, high] = [0, lasts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ordered[lasts[middle] ?? 0]?.[0] ?? 0) < old) low = middle + 1;
      else high = middle;
    }
    previous[index] = low === 0 ? -1 : (lasts[low - 1] ?? -1);
    lasts[low] = index;
  }
  const found: Pair[] = [];
  for (let index = lasts.at(-1) ?? -1; index !== -1; index = previous[index] ?? -1) {
    const pair = ordered[index];
    if (pair !== undefined) found.push(pair);
  }
  return found.reverse();
}

/** Pairs lines of which none is the only one of its kind: each with the next old one alike. */
function pairInTurn(before: readonly string[], after: readonly string[], at: Stretch, from: number[]): void {
  const places = new Map<string, number[]>();
  for (let index = at.toOld - 1; index >= at.fromOld; index -= 1) {
    const line = before[index] ?? '';
    const known = places.get(line);
    if (known === undefined) places.set(line, [index]);
    else known.push(index);
  }
  let last = at.fromOld - 1;
  for (let now = at.fromNew; now < at.toNew; now += 1) {
    const left = places.get(after[now] ?? '');
    while (left !== undefined && left.length > 0 && (left.at(-1) ?? 0) <= last) left.pop();
    const old = left?.pop();
    if (old === undefined) continue;
    from[now] = old;
    last = old;
  }
}
