import { once } from 'node:events';
import type { Caller } from '../contract/caller';
import { mayCall } from '../contract/key';
import { isPattern, type RelayHeard } from '../contract/relay';
import { always, refuse } from './replies';
import type { Answer, Route } from './routes';

/** What is published on the relay, as it is followed by a program or a page. */
export type Follow = (
  from: { readonly pattern: string; readonly after?: number },
  options: { readonly caller: Caller; readonly signal: AbortSignal },
) => Promise<AsyncIterable<RelayHeard>>;

const mostStreams = 32;
const beatMs = 20_000;

/**
 * `GET /api/events`: what is published on the relay, as server-sent events. Each has its number, by which a stream that broke goes
 * on (`Last-Event-ID`, or `after`); an event `missed` says which are not there any more, or went by while nobody read.
 */
export function eventRoute(follow: Follow): Route {
  let streams = 0;
  return {
    method: 'GET',
    path: '/api/events',
    lasting: true,
    async answer(asked) {
      const { response, who } = asked;
      if (who === null || !mayCall(who.caller, 'relay.follow'))
        return refuse(response, { status: 403, reason: 'This key may not follow what is published.' });
      const from = fromOf(asked);
      if (from === null)
        return refuse(response, { status: 400, reason: 'Ask for a pattern like sessions.*.events, after a number.' });
      if (streams >= mostStreams)
        return refuse(response, {
          status: 429,
          reason: `${mostStreams} streams are open, which is as many as may be.`,
        });
      asked.began();
      streams += 1;
      const gone = new AbortController();
      response.once('close', () => {
        streams -= 1;
        gone.abort();
      });
      await stream(asked, await follow(from, { caller: who.caller, signal: gone.signal }), gone.signal);
    },
  };
}

async function stream({ response }: Answer, heard: AsyncIterable<RelayHeard>, gone: AbortSignal): Promise<void> {
  response.writeHead(200, { ...always, 'content-type': 'text/event-stream; charset=utf-8' });
  response.write('retry: 2000\n\n');
  const beat = setInterval(() => response.write(': \n\n'), beatMs);
  beat.unref();
  try {
    for await (const each of heard) {
      if (gone.aborted) return;
      // Whoever does not read is told no more than this until they do; the relay then says what they missed.
      if (!response.write(eventOf(each))) await once(response, 'drain', { signal: gone });
    }
  } catch (error) {
    if (!gone.aborted) throw error;
  } finally {
    clearInterval(beat);
    response.end();
  }
}

function eventOf(heard: RelayHeard): string {
  if (heard.kind === 'missed') return `event: missed\ndata: ${JSON.stringify({ from: heard.from, to: heard.to })}\n\n`;
  const { kind: _kind, ...message } = heard;
  return `id: ${message.seq}\ndata: ${JSON.stringify(message)}\n\n`;
}

function fromOf({ request, query }: Answer): { readonly pattern: string; readonly after?: number } | null {
  const pattern = query.get('pattern') ?? 'sessions.>';
  const said = request.headers['last-event-id'] ?? query.get('after');
  if (!isPattern(pattern)) return null;
  if (said === null) return { pattern };
  return typeof said === 'string' && /^\d{1,15}$/.test(said) ? { pattern, after: Number(said) } : null;
}
