import type { Client } from '../core/client';
import { CodedError } from '../core/contract/errors';
import type { Task } from '../core/contract/task';
import type { Console, Surroundings } from './command';

/** The key that leaves a screen and lets it go on. */
const leaveKey = '\u001d';
/** How much of what was printed before is shown again; a screen paints itself anew when its size changes. */
const shownAgain = 64 * 1024;

/** Waits until the person drives a task and gives the terminal with its screen; null when they do not come to. */
export async function whenDriven(client: Client, task: number, signal: AbortSignal): Promise<number | null> {
  const stop = new AbortController();
  const end = () => stop.abort();
  signal.addEventListener('abort', end, { once: true });
  try {
    for await (const change of await client.changes.follow(undefined, { signal: stop.signal })) {
      const tasks: readonly Task[] =
        change.type === 'snapshot' ? change.tasks : change.type === 'task.changed' ? [change.task] : [];
      const now = tasks.find(({ id }) => id === task);
      if (now === undefined) continue;
      if (now.takeover === null) return null;
      if (now.takeover.state === 'driving') return now.takeover.terminal;
    }
    return null;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CodedError(
      'CANCELLED',
      `Stopped waiting. You take task ${task} over all the same when its turn is over.`,
    );
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

/**
 * Lends the person's own terminal to a screen until the screen ends or they press Ctrl+]; says which. What the screen
 * prints is passed on as it is: it is a program they opened, as if they had started it here.
 */
export async function showScreen(
  client: Client,
  terminal: number,
  { console, out }: { readonly console: Console; readonly out: Surroundings['out'] },
): Promise<'ended' | 'left'> {
  const left = new AbortController();
  let failure: unknown;
  const broken = (cause: unknown): void => {
    failure ??= cause;
    left.abort();
  };
  let typed: Promise<unknown> = Promise.resolve();
  const resize = (): void => void client.terminals.resize({ terminal, size: console.size() }).catch(() => {});
  const stop = console.listen({
    onKeys(text) {
      if (text.includes(leaveKey)) return left.abort();
      // One after the other, or keys would overtake each other.
      typed = typed.then(() => client.terminals.write({ terminal, text })).catch(() => {});
    },
    onSize: resize,
  });
  try {
    const decoder = new TextDecoder();
    const { end } = await client.terminals.read({ terminal, from: Number.MAX_SAFE_INTEGER, wait: false });
    let from = Math.max(0, end - shownAgain);
    resize();
    while (!left.signal.aborted) {
      const read = await client.terminals.read({ terminal, from, wait: true }, { signal: left.signal });
      const bytes = Buffer.from(read.bytes, 'base64');
      out.write(decoder.decode(bytes, { stream: true }));
      from = read.from + bytes.length;
      if (read.over) return 'ended';
    }
    return 'left';
  } catch (error) {
    if (!left.signal.aborted) broken(error);
    if (failure !== undefined) throw failure;
    return 'left';
  } finally {
    stop();
    // Whatever modes the screen had set are not this terminal's to keep.
    out.write('\u001b[?1049l\u001b[?25h\u001b[?2004l\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[0m\r\n');
  }
}
