import type { Kept } from './kept';
import { createStore, type Store } from './store';

/** How far something is scrolled: what is at its upper edge, and how many pixels of that are above it. */
export interface Spot {
  readonly at: string;
  readonly offset: number;
}

/** The spots of everything that is not at its beginning, or its end where that is followed; the newest comes last. */
export type Spots = Readonly<Record<string, Spot>>;

const name = 'spots';
const most = 300;

/** Spots that begin where they last were and remember themselves. */
export function rememberedSpots(kept: Kept): Store<Spots> {
  const spots = createStore(read(kept));
  spots.subscribe(() => kept.write(name, JSON.stringify(spots.get())));
  return spots;
}

/** The spots with one put in, or taken out. The oldest are forgotten when there are too many. */
export function withSpot(spots: Spots, of: string, spot: Spot | null): Spots {
  const { [of]: before, ...others } = spots;
  if (spot === null) return before === undefined ? spots : others;
  if (before !== undefined && before.at === spot.at && before.offset === spot.offset) return spots;
  return Object.fromEntries([...Object.entries(others).slice(1 - most), [of, spot]]);
}

function read(kept: Kept): Spots {
  try {
    const found: unknown = JSON.parse(kept.read(name) ?? '{}');
    if (typeof found !== 'object' || found === null) return {};
    return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, Spot] => isSpot(entry[1])));
  } catch {
    return {};
  }
}

function isSpot(value: unknown): value is Spot {
  const { at, offset } = (value ?? {}) as Partial<Record<keyof Spot, unknown>>;
  return typeof at === 'string' && typeof offset === 'number' && Number.isFinite(offset);
}
