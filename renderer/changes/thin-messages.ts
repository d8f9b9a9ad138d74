import { type Lines, thinLines } from './thin-lines';

type Send = (message: unknown, transfer?: readonly unknown[]) => void;

/** What a worker of the diff view says when it has coloured a diff. */
interface Coloured {
  readonly type: string;
  readonly requestType?: string;
  readonly result?: { readonly code?: { readonly deletionLines: Lines; readonly additionLines: Lines } };
}

const worker = globalThis as unknown as { postMessage: Send };
const send = worker.postMessage.bind(globalThis);

// In the worker this is what its messages go through, so that the window has less to take in and to draw.
worker.postMessage = (message, transfer) => {
  const { type, requestType, result } = message as Coloured;
  const code = type === 'success' && requestType === 'diff' ? result?.code : undefined;
  if (code === undefined || Array.isArray(code.additionLines)) return send(message, transfer);
  const sides = [code.deletionLines, code.additionLines];
  for (const side of sides) thinLines(side);
  send(
    message,
    sides.flatMap(({ ops, offsets }) => [ops.buffer, offsets.buffer]),
  );
};
