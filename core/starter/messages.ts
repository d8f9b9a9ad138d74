import type { CodedError } from '../contract/errors';
import type { Executed, Execution } from './process';

/** What the runtime tells a starter. The bytes beside it are what the program is to read. */
export type Told =
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly what: Pick<
        Execution,
        'name' | 'program' | 'args' | 'directory' | 'environment' | 'timeoutMs' | 'graceMs' | 'maxBytes'
      >;
      /** Whether it is given anything to read, if only nothing at all. */
      readonly reads: boolean;
      /** What of it is wanted as it comes: what it says on its standard error, or all it prints. */
      readonly follows: 'stderr' | 'output' | null;
    }
  | { readonly kind: 'cancel'; readonly id: number };

/** What a starter says of a program. The bytes beside `ended` and `output` are what it printed, beside `stderr` what it says. */
export type Said =
  | { readonly kind: 'ready' }
  | { readonly kind: 'started'; readonly id: number; readonly pid: number; readonly command: string }
  | { readonly kind: 'stderr'; readonly id: number }
  | { readonly kind: 'output'; readonly id: number }
  | ({ readonly kind: 'ended'; readonly id: number } & Omit<Executed, 'stdout'>)
  | ({ readonly kind: 'failed'; readonly id: number } & Pick<CodedError, 'code' | 'message' | 'facts'>);

/** A message with the bytes that belong to it: both lengths in four bytes each, the message as JSON, the bytes. */
export function pack(message: Told | Said, bytes: Buffer = Buffer.alloc(0)): readonly Buffer[] {
  const body = Buffer.from(JSON.stringify(message), 'utf8');
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length);
  head.writeUInt32BE(bytes.length, 4);
  const first = Buffer.concat([head, body]);
  return bytes.length === 0 ? [first] : [first, bytes];
}

/** Puts what arrives together, and hands on each message with its bytes once both are whole. */
export function unpack<Message extends Told | Said>(
  hear: (message: Message, bytes: Buffer) => void,
): (chunk: Buffer) => void {
  let waiting: Buffer[] = [];
  let size = 0;
  let needed = 8;
  return (chunk) => {
    waiting.push(chunk);
    size += chunk.length;
    // Pieces are joined when there is enough of them, not with each that comes: a long output comes in thousands.
    while (size >= needed) {
      const all = waiting.length === 1 ? (waiting[0] as Buffer) : Buffer.concat(waiting);
      const body = all.readUInt32BE(0);
      const whole = 8 + body + all.readUInt32BE(4);
      waiting = [all];
      needed = whole;
      if (size < whole) return;
      const rest = all.subarray(whole);
      waiting = rest.length === 0 ? [] : [rest];
      size = rest.length;
      needed = 8;
      hear(JSON.parse(all.toString('utf8', 8, 8 + body)) as Message, all.subarray(8 + body, whole));
    }
  };
}
