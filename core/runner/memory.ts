import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import type { MemoryHold } from '../contract/process';

const megabyte = 1024 * 1024;

/** Lets tasks start while the machine has memory for them. */
export interface Admission {
  /** Whether a due task may start now. Told each time whether there is one. */
  admits(due: boolean): boolean;
  /** Why no task starts; null while they may. */
  held(): MemoryHold | null;
}

/**
 * Makes the admission. `available` gives the bytes programs could still take, or null where that is not known: then every
 * task may start. `floorMegabytes` of 0 asks for nothing.
 */
export function createAdmission(options: {
  readonly floorMegabytes: () => number;
  readonly available: () => number | null;
  readonly now: () => number;
  /** Told when tasks begin to be held, when what is free changed meanwhile, and when they may start again. */
  readonly onChange: () => void;
}): Admission {
  let hold: MemoryHold | null = null;
  const become = (next: MemoryHold | null): void => {
    const changed = next?.floor !== hold?.floor || roughly(next) !== roughly(hold);
    hold = next;
    if (changed) options.onChange();
  };
  return {
    admits(due) {
      const floor = options.floorMegabytes() * megabyte;
      const available = due && floor > 0 ? options.available() : null;
      if (available === null || available >= floor) {
        become(null);
        return true;
      }
      become({ available, floor, since: hold?.since ?? options.now() });
      return false;
    },
    held: () => hold,
  };
}

/** A change of a few megabytes is no news. */
function roughly(hold: MemoryHold | null): number {
  return hold === null ? -1 : Math.round(hold.available / (32 * megabyte));
}

/**
 * The bytes programs could still take without anything being swapped out; null where the system's count says something
 * else, as on macOS, which keeps what it could give away as used.
 */
export function availableMemory(): number | null {
  if (process.platform === 'darwin') return null;
  if (process.platform !== 'linux') return freemem();
  try {
    // Node itself reads another line of it before version 20.
    const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'latin1'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
