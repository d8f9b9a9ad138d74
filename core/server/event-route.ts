import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { Caller } from '../contract/caller';
import { mayCall, mayNotCallWords } from '../contract/key';
import { isPattern, type RelayHeard } from '../contract/relay';
import { createRoutes, needsToken, type Routes } from './app';
import { refused } from './replies';

/** What is published on the relay, as it is followed by a program or a page. */
export type Follow = (
  from: { readonly pattern: string; readonly after?: number },
  options: { readonly caller: Caller; readonly signal: AbortSignal },
) => Promise<AsyncIterable<RelayHeard>>;

/** Calls back whenever the relay went away, and with null when it came back, until the function it gives is called. */
export type OnOutage = (hear: (outage: { readonly since: number; readonly why: string } | null) => void) => () => void;

const mostStreams = 32;
const beatMs = 20_000;

/**
 * `GET /api/events`: what is published on the relay, as server-sent events. Each has its number, by which a stream that broke goes
 * on (`Last-Event-ID`, or `after`); an event `missed` says which are not there any more, or went by while nobody read, and `away` and
 * `back` that the relay itself is not there, and is again.
 */
export function eventRoute(follow: Follow, onOutage: OnOutage = () => () => {}): Routes {
  let streams = 0;
  return createRoutes().get('/api/events', needsToken, async (c) => {
    const { caller } = c.var.who;
    if (!mayCall(caller, 'relay.follow'))
      return refused({ status: 403, reason: mayNotCallWords(caller, 'relay.follow') });
    const from = fromOf({
      pattern: c.req.query('pattern') ?? 'sessions.>',
      after: c.req.header('last-event-id') ?? c.req.query('after'),
    });
    if (typeof from === 'string') return refused({ status: 400, reason: from });
    if (streams >= mostStreams)
      return refused({ status: 429, reason: `${mostStreams} streams are open, which is as many as may be.` });
    streams += 1;
    c.env.outgoing.once('close', () => {
      streams -= 1;
    });
    c.var.lasts();
    const { signal } = c.req.raw;
    const heard = await follow(from, { caller, signal });
    const answer = streamSSE(c, async (stream) => {
      try {
        await tell(stream, { heard, onOutage }, signal);
      } catch (error) {
        if (!signal.aborted) c.var.log(`A stream of what is published broke: ${String(error)}`);
      }
    });
    answer.headers.set('content-type', 'text/event-stream; charset=utf-8');
    return answer;
  });
}

async function tell(
  stream: SSEStreamingApi,
  { heard, onOutage }: { readonly heard: AsyncIterable<RelayHeard>; readonly onOutage: OnOutage },
  gone: AbortSignal,
): Promise<void> {
  await stream.write('retry: 2000\n\n');
  let behind = false;
  const leave = onOutage((outage) => {
    const event = outage === null ? 'back' : 'away';
    void stream.writeSSE({ event, data: JSON.stringify(outage ?? {}) });
  });
  const beat = setInterval(() => {
    if (!behind) void stream.write(': \n\n');
  }, beatMs);
  beat.unref();
  try {
    for await (const each of heard) {
      if (gone.aborted) return;
      // Whoever does not read is told no more than this until they do; the relay then says what they missed.
      behind = true;
      await stream.writeSSE(eventOf(each));
      behind = false;
    }
  } finally {
    leave();
    clearInterval(beat);
  }
}

function eventOf(heard: RelayHeard): { readonly event?: string; readonly id?: string; readonly data: string } {
  if (heard.kind === 'missed') return { event: 'missed', data: JSON.stringify({ from: heard.from, to: heard.to }) };
  const { kind: _kind, ...message } = heard;
  return { id: String(message.seq), data: JSON.stringify(message) };
}

/** What is asked for, or why that cannot be. */
function fromOf(said: {
  readonly pattern: string;
  readonly after: string | undefined;
}): { readonly pattern: string; readonly after?: number } | string {
  const { pattern, after } = said;
  if (!isPattern(pattern)) return 'The pattern cannot be that: ask for one like sessions.*.events.';
  if (after === undefined) return { pattern };
  if (/^\d{1,15}$/.test(after)) return { pattern, after: Number(after) };
  return 'What to go on after (after, or Last-Event-ID) must be the number of a message, a whole number from 0.';
}
