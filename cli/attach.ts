import type { Client } from '../core/client';
import { CodedError } from '../core/contract/errors';
import type { Task } from '../core/contract/task';
import type { Console, Surroundings } from './command';
import { leaves, modesLeft, withoutQuestions } from './screen-bytes';

/** How much of what was printed before is shown again; a screen paints itself anew when its size changes. */
const shownAgain = 64 * 1024;

/**
 * Waits until the person drives a task and gives the terminal with its screen; null when they do not come to. `onAsked` is
 * told once of a task that first asks them something.
 */
export async function whenDriven(
  client: Client,
  task: number,
  { signal, onAsked }: { readonly signal: AbortSignal; readonly onAsked: (task: Task) => void },
): Promise<number | null> {
  let asked = false;
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
      if (now.requests.length > 0 && !asked) onAsked(now);
      asked = now.requests.length > 0;
    }
    return null;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CodedError(
      'CANCELLED',
      `Stopped waiting. You take task ${task} over all the same when its turn is over; task hand-back ${task} takes that back.`,
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
      if (leaves(text)) return left.abort();
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
      const text = decoder.decode(bytes, { stream: true });
      // What was asked of an earlier terminal is not asked again: the answer would be typed into whatever runs now.
      out.write(from < end ? withoutQuestions(text) : text);
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
    out.write(modesLeft);
  }
}
