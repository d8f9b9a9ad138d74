import type { TranscriptEvent } from '../contract/transcript';
import { transcriptFile } from './transcript-file';
import { transcriptReader } from './transcript-read';

/** Who is told, in this process, that a file has grown. */
const followers = new Map<string, Set<() => void>>();

/** Who is told of every file. */
const watchers = new Set<(grown: Growth) => void>();

/** A transcript that has grown by an event. */
export interface Growth {
  readonly file: string;
  readonly session: number;
  readonly event: TranscriptEvent;
}

/** Tells every follower of this transcript in this process that it has grown. */
export function announceGrowth(grown: Growth): void {
  for (const tell of followers.get(grown.file) ?? []) tell();
  for (const tell of watchers) tell(grown);
}

/** Calls back for every event of a transcript in this process, between a write and the next: be quick. */
export function watchGrowth(tell: (grown: Growth) => void): () => void {
  watchers.add(tell);
  return () => watchers.delete(tell);
}

/**
 * The transcript after `after` (0 for all), in batches, and on as it grows, until the signal is aborted. Everything is
 * read from the file, in order, from where the last batch ended, so that nothing is lost or told twice; appending only
 * says when to read. A transcript that does not exist yet is waited for.
 */
export async function* followTranscript(options: {
  readonly folder: string;
  readonly session: number;
  readonly after: number;
  readonly signal: AbortSignal | undefined;
}): AsyncGenerator<TranscriptEvent[], void, void> {
  const { signal } = options;
  const growth = listen(transcriptFile(options.folder, options.session), signal);
  const reader = transcriptReader(options);
  try {
    while (!signal?.aborted) {
      // Asked for before looking: what is appended meanwhile must lead to another look.
      const more = growth.next();
      const events = await reader.next();
      if (events === null) await more;
      else yield events;
    }
  } finally {
    growth.close();
    await reader.close();
  }
}

interface Wait {
  /** Resolves at the next growth, or when the signal is aborted. */
  next(): Promise<void>;
  close(): void;
}

function listen(file: string, signal: AbortSignal | undefined): Wait {
  let wake = () => {};
  const tell = () => wake();
  const told = followers.get(file) ?? new Set();
  followers.set(file, told.add(tell));
  signal?.addEventListener('abort', tell);
  return {
    next: () =>
      new Promise((resolve) => {
        wake = resolve;
        if (signal?.aborted) resolve();
      }),
    close() {
      signal?.removeEventListener('abort', tell);
      told.delete(tell);
      if (told.size === 0) followers.delete(file);
    },
  };
}
