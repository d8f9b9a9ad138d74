/** One answer holds about this much JSON, so that it fits into one message of every door. */
export const pageCharacters = 4 * 1024 * 1024;

/** Gathers what fits into one answer. */
export interface Page<T> {
  readonly items: readonly T[];
  /**
   * Adds an item if there is room, and says whether there was; once there was none, nothing more is taken. The first one
   * always fits, or nobody would ever get it.
   */
  takes(item: T): boolean;
}

/** An empty page. */
export function openPage<T>(): Page<T> {
  const items: T[] = [];
  let size = 0;
  return {
    items,
    takes(item) {
      size += JSON.stringify(item).length;
      if (items.length > 0 && size > pageCharacters) return false;
      items.push(item);
      return true;
    },
  };
}
