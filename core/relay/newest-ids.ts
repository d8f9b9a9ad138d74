/** So many ids at most: for another one the oldest is forgotten, so that nobody fills the memory with them. */
export interface NewestIds {
  add(id: string): void;
  /** Takes an id out; false when it is not there. */
  take(id: string): boolean;
}

/** Holds no ids yet. */
export function createNewestIds(most: number): NewestIds {
  const ids = new Set<string>();
  return {
    add(id) {
      ids.delete(id);
      ids.add(id);
      for (const oldest of ids) {
        if (ids.size <= most) return;
        ids.delete(oldest);
      }
    },
    take: (id) => ids.delete(id),
  };
}
