import type { AgentReview } from '../core/contract/agent-review';
import { permissionLevels } from '../core/contract/task';
import { mustBeThere } from './agent-there';
import type { Command } from './command';
import { oneOf } from './parse';
import { plain, plainLine } from './plain';
import { finished, taskOutcome } from './task-outcome';
import { ago, counted } from './text';
import { waitForTask } from './wait';
import { withClient } from './with-client';

const ask: Command = {
  words: ['task', 'review'],
  usage: 'ID [--agent NAME] [--prompt P] [--permission-level autonomous|supervised|human-required] [--wait]',
  summary: 'Have an agent review a change: its comments wait on the change until you accept or dismiss them',
  options: {
    agent: { type: 'string' },
    prompt: { type: 'string' },
    'permission-level': { type: 'string' },
    wait: { type: 'boolean' },
  },
  names: { least: 1, most: 1 },
  examples: [
    'task review 12 --agent claude',
    'task review 12 --agent goose --prompt "Look at how errors are handled" --wait',
    'task review 12 --agent echo --prompt "[comment: a.txt:1 | Why?]"',
  ],
  more: [
    '  The review is a task of its own, with its own conversation (task log). It lands nothing: what its agent changes in',
    '  files goes nowhere. See what it said with task comments, and what it made of the whole with task reviews.',
    '',
  ].join('\n'),
  async run(given, around) {
    const task = given.id(0);
    const agent = given.text('agent');
    const permissionLevel = oneOf('permission-level', given.text('permission-level'), permissionLevels);
    const typed = given.text('prompt') ?? '';
    const prompt = typed === '-' ? await around.readInput() : typed;
    const connection = await around.reach();
    try {
      await mustBeThere(connection.client, agent, around);
      const review = await connection.client.reviews.ask({ task, agent, prompt, permissionLevel });
      if (!given.flag('wait')) return await taskOutcome(connection.client, review, around);
      const end = await waitForTask(review.id, connection, around);
      return await finished(end, connection.client, around);
    } finally {
      connection.close();
    }
  },
};

const list: Command = {
  words: ['task', 'reviews'],
  reads: true,
  usage: 'ID',
  summary: 'The reviews of a change by agents, and what each made of it',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['task reviews 12', 'task reviews 12 --json'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const reviews = await client.reviews.asked({ task: given.id(0) });
      const none = 'No agent was asked to review it.\n';
      return { json: reviews, text: reviews.length === 0 ? none : reviews.map(shown).join('') };
    }),
};

/** Having agents review changes. */
export const agentReviewCommands: readonly Command[] = [ask, list];

function shown({ task, agent, state, verdict, summary, comments, undecided, createdAt }: AgentReview): string {
  const said = verdict ?? (state === 'done' ? 'no verdict' : state);
  const open = undecided === 0 ? '' : `, ${undecided} undecided`;
  const lines = summary === '' ? [] : plain(summary).trim().split('\n');
  return [
    `task ${task}  ${plainLine(agent)}  ${said}  ${ago(createdAt)}  ${counted(comments, 'comment')}${open}`,
    ...lines.map((line) => `    ${line}`),
    '',
  ].join('\n');
}
