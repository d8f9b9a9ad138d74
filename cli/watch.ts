import type { Client } from '../core/client';
import type { Task } from '../core/contract/task';
import { type Command, type Console, type Surroundings, UsageError } from './command';
import { watchScreen } from './watch-screen';
import { withClient } from './with-client';

/** A page of its own, no cursor, and no line that runs over into the next; and all of that taken back. */
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const leave = '\u001b[?7h\u001b[?25h\u001b[?1049l';

/** Many changes at once are drawn once, and what only grows older is drawn this often. */
const togetherMs = 50;
const olderMs = 1000;

/** Every task, live. */
export const watch: Command = {
  words: ['watch'],
  usage: '',
  summary: 'A live table of all tasks in this terminal; q or Ctrl+C leaves it',
  options: {},
  names: { least: 0, most: 0 },
  examples: ['watch'],
  more: `  What needs you comes first. Colours are left out where NO_COLOR is set. Where there is no terminal, use task list.
`,
  async run(given, around) {
    const { console } = around;
    if (console === null || given.json)
      throw new UsageError(`watch draws on a terminal, and there is none here. Use: ${around.program} task list`);
    await withClient(around, (client) => showTasks(client, console, around));
    return { json: undefined, text: '' };
  },
};

/** Draws until the person leaves. The terminal is left as it was, also when this fails. */
async function showTasks(client: Client, console: Console, { out, config, signal }: Surroundings): Promise<void> {
  const left = new AbortController();
  const stop = () => left.abort();
  const tasks = new Map<number, Task>();
  const isColoured = (config.environment.NO_COLOR ?? '') === '';
  let timer: NodeJS.Timeout | null = null;
  let drawn = '';
  let isKnown = false;
  const draw = () => {
    timer = null;
    // No tasks is said only once there are none.
    if (!isKnown) return;
    const size = console.size();
    const lines = watchScreen([...tasks.values()], { ...size, isColoured });
    // Cleared before it is written, and never after: on the last column of a full line the cursor stands on what was written.
    const below = lines.length < size.rows ? '\r\n\u001b[J' : '';
    const screen = `\u001b[H${lines.map((line) => `\u001b[2K${line}`).join('\r\n')}${below}`;
    if (screen !== drawn) out.write(screen);
    drawn = screen;
  };
  const soon = () => {
    timer ??= setTimeout(draw, togetherMs);
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  for (const ending of ['SIGTERM', 'SIGHUP'] as const) process.once(ending, stop);
  const stopListening = console.listen({
    onKeys(keys) {
      if (['q', 'Q', '\u0003'].some((key) => keys.includes(key))) stop();
    },
    onSize() {
      drawn = '';
      soon();
    },
  });
  const older = setInterval(draw, olderMs);
  try {
    out.write(enter);
    left.signal.throwIfAborted();
    for await (const change of await client.changes.follow(undefined, { signal: left.signal })) {
      if (change.type !== 'snapshot' && change.type !== 'task.changed') continue;
      for (const task of change.type === 'snapshot' ? change.tasks : [change.task]) tasks.set(task.id, task);
      isKnown = true;
      soon();
    }
    throw new DOMException('The runtime ended the stream.', 'AbortError');
  } catch (error) {
    if (!left.signal.aborted) throw error;
  } finally {
    clearInterval(older);
    if (timer !== null) clearTimeout(timer);
    stopListening();
    for (const ending of ['SIGTERM', 'SIGHUP'] as const) process.off(ending, stop);
    signal.removeEventListener('abort', stop);
    stop();
    out.write(leave);
  }
}
