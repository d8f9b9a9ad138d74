import type { Client } from '../core/client';
import type { Task } from '../core/contract/task';
import { readOwner } from '../core/owner-record';
import { type Command, type Console, type Surroundings, UsageError } from './command';
import { hungUp } from './watch-end';
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
  It ends with q, and with the runtime: exit code 0 when that was stopped, 1 when it was killed or crashed. Which is said.
`,
  async run(given, around) {
    const { console } = around;
    if (console === null || given.json)
      throw new UsageError(`watch draws on a terminal, and there is none here. Use: ${around.program} task list`);
    const { folders } = around.config;
    const [end, owner] = await withClient(around, async (client) => {
      const before = readOwner(folders.data);
      return [await showTasks(client, console, around), before];
    });
    if (end === 'left' || owner === null) return { json: undefined, text: '' };
    return { json: undefined, ...(await hungUp(folders, owner, around.program)) };
  },
};

/** Draws until the person leaves, or the runtime does. The terminal is left as it was, also when this fails. */
async function showTasks(
  client: Client,
  console: Console,
  { out, config, signal }: Surroundings,
): Promise<'left' | 'hung up'> {
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
    return left.signal.aborted ? 'left' : 'hung up';
  } catch (error) {
    if (left.signal.aborted) return 'left';
    if (error instanceof Error && error.name === 'AbortError') return 'hung up';
    throw error;
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
