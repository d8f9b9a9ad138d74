import type { TranscriptBody } from '../contract/transcript';

/** How much text of one turn goes into the transcript, in characters; an agent that prints without end stops being recorded. */
const maximumText = 8 * 1024 * 1024;

/** Collects the pieces of streamed messages, so that the transcript gets a few lines a second and not one a token. */
export interface TextStream {
  readonly add: (type: 'text' | 'thought', message: string, text: string) => void;
  /** Records what is held back; call it before anything else is recorded, so that the order stays true. */
  readonly flush: () => void;
}

/** A text stream that records at most every `everyMs` (default 40 ms), or sooner when 8 KiB are waiting. */
export function streamText(record: (body: TranscriptBody) => void, everyMs = 40): TextStream {
  let held: { type: 'text' | 'thought'; message: string; text: string } | null = null;
  let timer: NodeJS.Timeout | undefined;
  let total = 0;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (held === null) return;
    const body = held;
    held = null;
    record(body);
  };
  return {
    flush,
    add(type, message, text) {
      if (text === '' || total > maximumText) return;
      total += text.length;
      if (held !== null && (held.type !== type || held.message !== message)) flush();
      if (held === null) held = { type, message, text };
      else held.text += text;
      if (total > maximumText) {
        flush();
        record({ type: 'notice', level: 'warning', text: 'The agent printed more than 8 MiB; the rest is not kept.' });
      } else if (held.text.length >= 8192) flush();
      else timer ??= setTimeout(flush, everyMs);
    },
  };
}
