/** What the page keeps from one start to the next, by name, so that it outlives the page, the window and the app. */
export interface Kept {
  /** What was kept last under this name; null for nothing. */
  read(name: string): string | null;
  /** Keeps a text; false when there is no room for it, and what was kept before stays. */
  write(name: string, text: string): boolean;
}

/** A typist's pause: what was written longer ago than this is on the disk. */
const flushMs = 250;

/**
 * Keeps texts in the page's storage. A browser takes seconds to write that to the disk, and an app that is killed
 * meanwhile forgets it, so `flush` is called soon after each change.
 */
export function keptIn(storage: Storage, flush: () => void): Kept {
  let due = false;
  return {
    read: (name) => storage.getItem(`switchyard.${name}`),
    write(name, text) {
      try {
        storage.setItem(`switchyard.${name}`, text);
      } catch {
        return false;
      }
      if (!due) {
        due = true;
        setTimeout(() => {
          due = false;
          flush();
        }, flushMs);
      }
      return true;
    },
  };
}
