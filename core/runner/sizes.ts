import type { WorktreeSize } from '../contract/worktree';
import type { Place } from '../git/checkout';
import { folderSize } from '../git/folder-size';
import { worktreeStatus } from '../git/status';
import type { Deps } from './deps';
import { createLoop } from './loop';

/** A folder to be measured, and where git is to be asked about it; null for what is no worktree. */
export interface Measured {
  readonly path: string;
  readonly place: Place | null;
}

/** How large worktrees are, as far as that is known. */
export interface Sizes {
  /** What was measured last; null when it never was. */
  of(path: string): WorktreeSize | null;
  /** Has those measured that were not for a while, or not `since` a time, one after the other, in the background; forgets all others. */
  want(folders: readonly Measured[], since?: number): void;
  /** Has something else looked at in the background, in its turn; not twice while it waits. */
  later(name: string, look: (signal: AbortSignal) => Promise<void>): void;
  /** How many worktrees are still to be measured. */
  left(): number;
  /** Forgets one, because it was changed. */
  forget(path: string): void;
  /** Resolves when nothing is measured any more. */
  close(): Promise<void>;
}

/** So long is what was measured good enough. */
const goodForMs = 60_000;
/** Followers are told at most this often. */
const pauseMs = 400;

/** Measures worktrees without anybody waiting for it. `onMeasured` is called when more is known. */
export function createSizes(
  deps: Pick<Deps, 'now' | 'log'> & {
    readonly onMeasured: () => void;
  },
): Sizes {
  const known = new Map<string, WorktreeSize>();
  const waiting = new Map<string, Measured>();
  const looks = new Map<string, (signal: AbortSignal) => Promise<void>>();
  let toldAt = 0;

  async function measure({ path, place }: Measured, signal: AbortSignal): Promise<void> {
    // What is written meanwhile may not be counted: this says from when on it need not be.
    const measuredAt = deps.now();
    const size = await folderSize(path, signal);
    const status = place === null ? null : await worktreeStatus(place).catch(() => null);
    known.set(path, { ...size, uncommitted: status?.length ?? null, measuredAt });
  }

  /** Does the next of what is to be done, and says whether more is known; null when there was nothing. */
  async function one(signal: AbortSignal): Promise<boolean | null> {
    const [folder] = waiting.values();
    if (folder !== undefined) {
      // One that cannot be measured must not be tried again and again in place of all others.
      await measure(folder, signal).finally(() => waiting.delete(folder.path));
      return true;
    }
    const [look] = looks;
    if (look === undefined) return null;
    looks.delete(look[0]);
    // What cannot be looked at now is asked for again when it is shown next.
    return look[1](signal).then(
      () => true,
      () => false,
    );
  }

  async function all(signal: AbortSignal): Promise<void> {
    let news = false;
    while (!signal.aborted) {
      const found = await one(signal).catch((cause: unknown) => {
        deps.log('warning', 'A worktree could not be measured.', { cause: String(cause) });
        return false;
      });
      news ||= found === true;
      if (news && (found === null || Date.now() - toldAt >= pauseMs)) {
        news = false;
        toldAt = Date.now();
        deps.onMeasured();
      }
      if (found === null) return;
    }
  }

  const loop = createLoop(all, {
    onError: (cause) => deps.log('warning', 'Worktrees could not be measured.', { cause: String(cause) }),
  });
  return {
    of: (path) => known.get(path) ?? null,
    left: () => waiting.size,
    forget: (path) => void known.delete(path),
    later(name, look) {
      looks.set(name, look);
      loop.wake();
    },
    want(folders, since = deps.now() - goodForMs) {
      const there = new Set(folders.map(({ path }) => path));
      for (const path of [...known.keys()]) if (!there.has(path)) known.delete(path);
      for (const path of [...waiting.keys()]) if (!there.has(path)) waiting.delete(path);
      for (const folder of folders) {
        if ((known.get(folder.path)?.measuredAt ?? -1) < since) waiting.set(folder.path, folder);
      }
      if (waiting.size > 0) loop.wake();
    },
    close: loop.close,
  };
}
