import type { TranscriptBody } from '../contract/transcript';
import { cut } from './cut';

/** The body as it is when its JSON has at most `maxBytes`; else with its longest texts and lists cut, each cut saying so. */
export function capBody(body: TranscriptBody, maxBytes: number): TranscriptBody {
  let capped = body;
  for (let limit = maxBytes; Buffer.byteLength(JSON.stringify(capped)) > maxBytes && limit > 1; limit = limit >> 1) {
    capped = cut(body, limit);
  }
  return capped;
}
