import type { TranscriptBody } from '../contract/transcript';

/** The body as it is when its JSON has at most `maxBytes`; else with its longest texts and lists cut, each cut saying so. */
export function capBody(body: TranscriptBody, maxBytes: number): TranscriptBody {
  let capped = body;
  for (let limit = maxBytes; Buffer.byteLength(JSON.stringify(capped)) > maxBytes && limit > 1; limit = limit >> 1) {
    capped = cut(body, limit) as TranscriptBody;
  }
  return capped;
}

function cut(value: unknown, limit: number): unknown {
  if (typeof value === 'string') return cutText(value, limit);
  if (Array.isArray(value)) return value.slice(0, limit).map((item) => cut(item, limit));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cut(item, limit)]));
}

function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // A pair of surrogates stays whole, or the last character would turn into a question mark.
  const last = text.charCodeAt(limit - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit;
  return `${text.slice(0, end)}\n[${text.length - end} more characters were cut off here.]`;
}
