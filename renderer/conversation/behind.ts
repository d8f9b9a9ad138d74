import type { Conversation } from './follow';
import type { Row } from './row-kinds';
import type { Rows } from './rows';

type Behind = Extract<Row, { kind: 'behind' }>;

/** The keys of the rows that do not hold any more, because the person went back behind them. */
export function keysBehind({ rows, standing }: Pick<Rows, 'rows' | 'standing'>): ReadonlySet<string> {
  const keys = new Set<string>();
  let at = 0;
  for (const [from, to] of standing) {
    for (; at < Math.min(from, rows.length); at += 1) keys.add(rows[at]?.key ?? '');
    at = Math.max(at, Math.min(to, rows.length));
  }
  return keys;
}

/**
 * A conversation in which what was left behind by going back is folded, stretch by stretch, but for the stretches that were
 * opened: those show their rows below. How the task moved between two rows of a stretch belongs to it. With `all` every one
 * is open.
 */
export function withBehind(known: Conversation, opened: ReadonlySet<string> | 'all'): Conversation {
  if (known.behind.size === 0) return known;
  const rows: Row[] = [];
  const behind = new Set(known.behind);
  /** The place of each row in what is shown: of one that is folded, its stretch's. */
  const places: number[] = [];
  for (let from = 0; from < known.rows.length; ) {
    const to = endOfStretch(known, from);
    const stretch = known.rows.slice(from, to);
    const first = stretch[0];
    if (first === undefined) {
      const row = known.rows[from];
      if (row !== undefined) places.push(rows.push(row) - 1);
      from += 1;
      continue;
    }
    const key = `behind ${first.key}`;
    const open = opened === 'all' || opened.has(key);
    const turns = stretch.flatMap((row) => (row.kind === 'checkpoint' && row.between === undefined ? [row.turn] : []));
    const place = rows.push({ kind: 'behind', key, at: first.at, rows: stretch, turns, open } satisfies Behind) - 1;
    for (const row of stretch) {
      behind.add(row.key);
      places.push(open ? rows.push(row) - 1 : place);
    }
    from = to;
  }
  return {
    ...known,
    rows,
    behind,
    placeOf: (seq) => {
      const place = known.placeOf(seq);
      return place === undefined ? undefined : places[place];
    },
  };
}

/** Where a stretch ends that begins at a place; the place itself where none does. */
function endOfStretch({ rows, behind }: Conversation, from: number): number {
  let end = from;
  for (let at = from; at < rows.length; at += 1) {
    const row = rows[at];
    if (row === undefined) break;
    if (behind.has(row.key)) end = at + 1;
    else if (row.kind !== 'move' || end === from) break;
  }
  return end;
}

/** What a stretch is called in a line: the turns that ended in it, and how many steps it has. */
export function behindWords({ turns, rows }: Pick<Behind, 'turns' | 'rows'>): string {
  const [first, last] = [turns[0], turns.at(-1)];
  const steps = `${rows.length} ${rows.length === 1 ? 'step' : 'steps'}`;
  if (first === undefined || last === undefined) return `Left behind: ${steps}`;
  return `${first === last ? `Turn ${first}` : `Turns ${first} to ${last}`} left behind: ${steps}`;
}
