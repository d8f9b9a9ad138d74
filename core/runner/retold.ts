import type { TranscriptBody } from '../contract/transcript';

/** Leaves out what a transcript holds already when the same turn is gone through again. */
export interface Retold {
  /** The body, what is new of a text, or null when there is nothing new in it. */
  fresh(body: TranscriptBody): TranscriptBody | null;
  /** Everything that was printed before was read again; from here on the clock of this runtime counts. */
  through(): void;
}

/**
 * Begins with what the transcript holds of the turn; with nothing, everything is new. Texts come in pieces that are cut
 * where the clock will have it, so they are compared by their length; everything else comes as it came before. What a
 * tool prints while it runs is told by the clock, too: of one whose output was told nothing but its end is told again.
 */
export function retell(held: readonly TranscriptBody[]): Retold {
  const lengths = new Map<string, number>();
  const others = new Map<string, number>();
  const printing = new Set<string>();
  for (const body of held) {
    if (body.type === 'text' || body.type === 'thought') {
      const key = `${body.type} ${body.message}`;
      lengths.set(key, (lengths.get(key) ?? 0) + body.text.length);
    } else {
      const key = keyOf(body);
      others.set(key, (others.get(key) ?? 0) + 1);
      if (isPrinting(body)) printing.add(body.call);
    }
  }
  const fresh = (body: TranscriptBody): TranscriptBody | null => {
    if (body.type === 'text' || body.type === 'thought') {
      const key = `${body.type} ${body.message}`;
      const known = lengths.get(key) ?? 0;
      if (known === 0) return body;
      lengths.set(key, Math.max(0, known - body.text.length));
      return known >= body.text.length ? null : { ...body, text: body.text.slice(known) };
    }
    const key = keyOf(body);
    const times = others.get(key) ?? 0;
    if (times > 0) others.set(key, times - 1);
    return times > 0 || (isPrinting(body) && printing.has(body.call)) ? null : body;
  };
  return { fresh, through: () => printing.clear() };
}

function isPrinting(body: TranscriptBody): body is Extract<TranscriptBody, { type: 'tool' }> {
  return body.type === 'tool' && body.status === 'running' && body.output !== undefined;
}

/** The file keeps only the beginning of what is very long, and numbers and times what it keeps. */
const compared = 1000;

function keyOf(body: TranscriptBody): string {
  const { seq: _seq, at: _at, ...plain } = body as TranscriptBody & { readonly seq?: number; readonly at?: number };
  return JSON.stringify(plain, (_, value) => (typeof value === 'string' ? value.slice(0, compared) : value));
}
