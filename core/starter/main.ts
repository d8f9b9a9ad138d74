import { Socket } from 'node:net';
import { CodedError } from '../contract/errors';
import { collectGarbage } from './garbage';
import { closeInherited } from './inherited';
import { pack, type Said, type Told, unpack } from './messages';
import { execute } from './process';

/**
 * The program of a starter: a process that stays small, because starting a program copies the one that starts it. It runs
 * what it is told on its input, says on its output how each went, and ends when its input does: then the runtime closes or is gone,
 * and what it had started ends with it.
 */
closeInherited(2);
const told = new Socket({ fd: 0, readable: true, writable: false });
const said = new Socket({ fd: 1, readable: false, writable: true });
const running = new Map<
  number,
  { readonly control: AbortController; readonly follows: (Told & { kind: 'run' })['follows'] }
>();
let left = false;
// Absent where whoever starts this does not ask for it.
const letGo = collectGarbage(() => globalThis.gc?.());

function say(message: Said, bytes?: Buffer): void {
  // Once the runtime was killed there is nobody to hear it.
  if (!said.writable) return;
  said.cork();
  // A piece is held until the runtime has taken it.
  for (const piece of pack(message, bytes)) said.write(piece, () => letGo(piece.length));
  said.uncork();
}

let drained: Promise<void> | undefined;

/** Settles when the runtime has taken what was said; nothing when it has. */
function taken(): Promise<void> | undefined {
  if (!said.writableNeedDrain) return undefined;
  drained ??= new Promise((resolve) => {
    said.once('drain', () => {
      drained = undefined;
      resolve();
    });
  });
  return drained;
}

async function run({ id, what, reads, follows }: Told & { kind: 'run' }, input: Buffer): Promise<void> {
  const control = new AbortController();
  running.set(id, { control, follows });
  try {
    const { stdout, ...how } = await execute({
      ...what,
      input: reads ? input : undefined,
      signal: control.signal,
      onStderr: follows === 'stderr' ? (text) => say({ kind: 'stderr', id }, Buffer.from(text)) : undefined,
      onOutput: follows === 'output' ? (bytes) => say({ kind: 'output', id }, bytes) : undefined,
      untilTaken: follows === 'output' ? taken : undefined,
      onProcess: ({ pid, command }) => say({ kind: 'started', id, pid, command }),
    });
    say({ kind: 'ended', id, ...how }, stdout);
  } catch (error) {
    const { code, message, facts } =
      error instanceof CodedError ? error : new CodedError('INTERNAL', String(error), { cause: error });
    say({ kind: 'failed', id, code, message, facts });
  } finally {
    letGo(input.length);
    running.delete(id);
    if (left && running.size === 0) exit();
  }
}

/** Ends this process once the runtime, if it lives, has heard how each went. */
function exit(): void {
  said.end(() => process.exit(0));
}

/** How long what is not followed, as git, has to finish without the runtime: a checkout must not be left half moved. */
const finishMs = 10_000;

/** Ends this process and what it runs: what is followed, as a check, at once, for it may run for ever. */
function leave(): void {
  if (left) return;
  left = true;
  if (running.size === 0) exit();
  for (const { control, follows } of running.values()) if (follows === 'output') control.abort();
  setTimeout(() => {
    for (const { control } of running.values()) control.abort();
  }, finishMs);
}

// A terminal the runtime was started from may go, or be told to interrupt: the runtime decides what that means.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
told.on('end', leave).on('error', leave);
said.on('error', leave);
say({ kind: 'ready' });
told.on(
  'data',
  unpack<Told>((message, bytes) => {
    if (message.kind === 'cancel') running.get(message.id)?.control.abort();
    else void run(message, bytes);
  }),
);
