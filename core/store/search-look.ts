import type { Database } from './database';
import { isDamage } from './failure';
import { readinessOf } from './search-behind';
import { openSearchForReading } from './search-database';
import { findEntries } from './search-find';
import type { SearchIndex, SearchIndexOptions } from './search-index';
import { allRows } from './statement';

/**
 * The full-text index as it was left, for whoever only looks: what came after that is not found, and nothing is added. Without
 * one of this version that can be read it finds nothing, and says why.
 */
export function lookIntoSearch({ file, nativeBinding, db: store, transcripts }: SearchIndexOptions): SearchIndex {
  let index: Database | null = null;
  let missing: string | null = null;
  /** What is read of the index; nothing where there is none, as from then on. */
  const read = <Read>(from: (db: Database) => Read): Read | null => {
    if (missing !== null) return null;
    try {
      index ??= openSearchForReading({ file, nativeBinding });
      if (index !== null) return from(index);
      missing = 'there is no search index of this version.';
    } catch (error) {
      if (!isDamage(error)) throw error;
      missing = 'the search index is damaged.';
    }
    return null;
  };
  return {
    start() {},
    find: (query) => read((db) => findEntries(db, query)) ?? { found: [], more: false },
    state: () =>
      read((db) => {
        const sessions = allRows<{ id: number }>(store, 'SELECT id FROM session').map(({ id }) => id);
        return readinessOf(db, { transcripts, sessions, unreadBecause: 'no runtime runs, which would read them.' });
      }) ?? { state: 'missing', done: 0, of: 0, reason: missing },
    wake() {},
    async settled() {},
    async close() {
      index?.close();
    },
  };
}
