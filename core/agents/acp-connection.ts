import { ReadableStream, WritableStream } from 'node:stream/web';
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import type { Ids } from './acp-ids';
import type { Child } from './child';
import { readLines } from './lines';

/** What a connection tells beside the messages themselves. */
export interface Listener {
  /** Something came from the agent, whatever it was. */
  readonly onLine: () => void;
  /** A line that is no message of the protocol, or one too long to be read. */
  readonly onNoise: (line: string) => void;
}

/**
 * A child's stdin and stdout as a stream of protocol messages. Reads only as fast as the messages are taken, so an
 * agent that prints without end is slowed down instead of filling the memory; lines that are no message are told and
 * skipped, since agents and what they load do print to stdout.
 */
export function messagesOf(child: Child, listener: Listener, ids: Ids): Stream {
  const lines = readLines(child.stdout, {
    onDropped: (bytes) => listener.onNoise(`a line of ${bytes} bytes, which is too long`),
  });
  const readable = new ReadableStream<AnyMessage>(
    {
      async pull(controller) {
        for (;;) {
          const { done, value } = await lines.next();
          if (done) return controller.close();
          listener.onLine();
          const message = parse(value);
          if (message !== null) return controller.enqueue(ids.back(message));
          if (value.trim() !== '') listener.onNoise(value);
        }
      },
    },
    { highWaterMark: 1 },
  );
  const writable = new WritableStream<AnyMessage>({
    write(message) {
      child.write(`${JSON.stringify(ids.out(message))}\n`);
    },
  });
  // One and the same at run time; types of the browser's streams and of Node's differ in what is not used here.
  return { readable, writable } as unknown as Stream;
}

function parse(line: string): AnyMessage | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const message = value as Record<string, unknown>;
    return message.jsonrpc === '2.0' && ('method' in message || 'id' in message) ? (value as AnyMessage) : null;
  } catch {
    return null;
  }
}
