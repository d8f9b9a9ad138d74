import { insideWords, memoryWords, type Process } from '../core/contract/process';
import type { Command } from './command';
import { asId } from './parse';
import { plainLine } from './plain';
import { ago, table } from './text';
import { withClient } from './with-client';

/** How long a look must be apart from the one before to say what a process does now. */
const apartMs = 1000;

const processes: Command = {
  words: ['processes'],
  reads: true,
  usage: '[--task ID]',
  summary: 'What runs for tasks now: agents, their tools, checks and terminals, with memory and processor use',
  options: { task: { type: 'string' } },
  names: { least: 0, most: 0 },
  examples: ['processes', 'processes --task 3 --json'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const typed = given.text('task');
      const about: { readonly task?: number } = typed === undefined ? {} : { task: asId(typed) };
      await client.processes.list(about);
      await new Promise((resolve) => setTimeout(resolve, apartMs));
      const list = await client.processes.list(about);
      if (!list.visible) return { json: list, text: 'This system does not say what runs.\n' };
      const inside = (await client.tasks.list({ states: ['running', 'waiting'], limit: 1000 })).filter(
        ({ id, agent }) =>
          agent === 'echo' && (about.task ?? id) === id && !list.processes.some(({ task }) => task === id),
      );
      const echo = inside.length === 0 ? [] : [[inside.map(({ id }) => `#${id}`).join(', '), insideWords]];
      const rows = [...rowsOf(list.processes), ...echo];
      return { json: list, text: rows.length === 0 ? 'Nothing runs.\n' : table(rows) };
    }),
};

/** What runs for tasks. */
export const processCommands: readonly Command[] = [processes];

function rowsOf(list: readonly Process[]): readonly (readonly string[])[] {
  const depth = new Map<number, number>();
  return list.map(({ pid, parent, task, memory, cpu, startedAt, command, what }) => {
    const level = parent === null ? 0 : (depth.get(parent) ?? 0) + 1;
    depth.set(pid, level);
    return [
      `#${task}`,
      `${pid}`,
      memoryWords(memory),
      cpu === null ? '' : `${Math.round(cpu * 100)}%`,
      startedAt === null ? '' : ago(startedAt),
      `${'  '.repeat(Math.min(level, 8))}${plainLine(what ?? command, 120)}`,
    ];
  });
}
