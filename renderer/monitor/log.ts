import type { RelayHeard } from '../../core/contract/relay';

/** A message of the relay, or a gap between two, as a line of the log. */
export interface LogLine {
  /** Grows from line to line, and is no other line's. */
  readonly key: number;
  readonly heard: RelayHeard;
  /** The payload as JSON; empty for a gap. */
  readonly text: string;
}

/** What was heard last of the relay: as much as there is room for, and of that what matches the filter. */
export interface Log {
  add(heard: readonly RelayHeard[]): void;
  /** Shows only what has each of these words somewhere in its subject, type, id or payload. */
  filter(words: string): void;
  clear(): void;
  /** What matches, oldest first: another list whenever it has changed. */
  shown(): readonly LogLine[];
  /** How many lines there are, whether they match or not, and how many there was no room for any more. */
  counts(): { readonly kept: number; readonly gone: number };
  /** The number of the newest message, from which to go on; null for none yet. */
  newest(): number | null;
}

/** A log that keeps at most so many lines, and payloads of at most so many characters in all. */
export function createLog(most = { lines: 10_000, characters: 16_000_000 }): Log {
  let lines: LogLine[] = [];
  let shown: readonly LogLine[] = [];
  let words: readonly string[] = [];
  let characters = 0;
  let nextKey = 1;
  let gone = 0;
  let newest: number | null = null;

  const matches = ({ heard, text }: LogLine): boolean => {
    if (words.length === 0) return true;
    const whole =
      heard.kind === 'message' ? `${heard.subject} ${heard.type} ${heard.id} ${text}`.toLowerCase() : 'missed';
    return words.every((word) => whole.includes(word));
  };
  /** Takes the oldest away until the others have room; the newest stays, however long it is. */
  const makeRoom = (): void => {
    let over = 0;
    while (over < lines.length - 1 && (lines.length - over > most.lines || characters > most.characters)) {
      characters -= lines[over]?.text.length ?? 0;
      over += 1;
    }
    if (over === 0) return;
    lines = lines.slice(over);
    gone += over;
    const first = lines[0]?.key ?? nextKey;
    const left = shown.findIndex(({ key }) => key >= first);
    shown = left === -1 ? [] : shown.slice(left);
  };

  return {
    add(heard) {
      const added = heard.map((one) => {
        const text = one.kind === 'message' ? (JSON.stringify(one.payload) ?? '') : '';
        characters += text.length;
        newest = one.kind === 'message' ? one.seq : Math.max(newest ?? 0, one.to);
        const line = { key: nextKey, heard: one, text };
        nextKey += 1;
        return line;
      });
      lines = lines.concat(added);
      const matching = added.filter(matches);
      if (matching.length > 0) shown = shown.concat(matching);
      makeRoom();
    },
    filter(text) {
      words = text.toLowerCase().split(/\s+/).filter(Boolean);
      shown = lines.filter(matches);
    },
    clear() {
      lines = [];
      shown = [];
      characters = 0;
      gone = 0;
    },
    shown: () => shown,
    counts: () => ({ kept: lines.length, gone }),
    newest: () => newest,
  };
}
