import type { Message } from '../core/contract/message';
import { type Command, type Outcome, type Surroundings, UsageError } from './command';
import { plain, plainLine } from './plain';
import { ago } from './text';
import { withClient } from './with-client';

const say: Command = {
  words: ['task', 'say'],
  usage: 'ID --text TEXT',
  summary: 'Write to the agent of a task; it gets this with its next turn',
  options: { text: { type: 'string' } },
  names: { least: 1, most: 1 },
  examples: ['task say 12 --text "Use the fake clock in the tests"', 'task say 12 --text - < notes.md'],
  more: [
    '  The agent gets it when its turn ends, or with its first turn while the task is queued. Until then it can be',
    '  changed (message edit) and taken back (message remove); task messages ID lists what waits. What waits by then',
    '  goes together, in order, as one message.',
    '',
  ].join('\n'),
  async run(given, around) {
    const text = await textOf(given.needed('text'), around);
    return withClient(around, async (client) => {
      const message = await client.messages.add({ task: given.id(0), text });
      return outcomeOf(message, `Queued message ${message.id} for the agent of task ${message.task}.\n`);
    });
  },
};

const list: Command = {
  words: ['task', 'messages'],
  reads: true,
  usage: 'ID',
  summary: "What waits for a task's agent, the next first",
  options: {},
  names: { least: 1, most: 1 },
  examples: ['task messages 12', 'task messages 12 --json'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const messages = await client.messages.list({ task: given.id(0) });
      return { json: messages, text: messages.length === 0 ? 'Nothing waits for its agent.\n' : shown(messages) };
    }),
};

const edit: Command = {
  words: ['message', 'edit'],
  usage: 'ID --text TEXT',
  summary: 'Change a message its agent does not have yet',
  options: { text: { type: 'string' } },
  names: { least: 1, most: 1 },
  examples: ['message edit 3 --text "Use the fake clock in the slow tests only"'],
  async run(given, around) {
    const text = await textOf(given.needed('text'), around);
    return withClient(around, async (client) => {
      const message = await client.messages.edit({ message: given.id(0), text });
      return outcomeOf(message, `Changed message ${message.id}.\n`);
    });
  },
};

const remove: Command = {
  words: ['message', 'remove'],
  usage: 'ID',
  summary: 'Take back a message its agent does not have yet',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['message remove 3'],
  run: (given, around) =>
    withClient(around, async (client) => {
      await client.messages.remove({ message: given.id(0) });
      return { json: { removed: given.id(0) }, text: `Took message ${given.id(0)} back.\n` };
    }),
};

/** What is said to agents while they work: writing, listing, changing, taking back. */
export const messageCommands: readonly Command[] = [say, list, edit, remove];

/** What was typed after --text, or standard input for `-`. Throws UsageError when there is nothing in it. */
export async function textOf(typed: string, around: Surroundings): Promise<string> {
  const text = typed === '-' ? await around.readInput() : typed;
  if (text.trim() === '') throw new UsageError('--text is empty, so there is nothing to say.');
  return text;
}

function outcomeOf(message: Message, text: string): Outcome {
  return { json: message, text };
}

function shown(messages: readonly Message[]): string {
  return messages
    .map(({ id, text, state, createdAt }) => {
      const [first = '', ...more] = plain(text).trim().split('\n');
      const rest = more.length === 0 ? '' : ` (+${more.length} lines)`;
      return `${id}  ${state === 'handed' ? 'being said' : 'queued'}  ${ago(createdAt)}  ${plainLine(first)}${rest}\n`;
    })
    .join('');
}
