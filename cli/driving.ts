import { afterwardsSchema } from '../core/contract/takeover';
import type { Command } from './command';
import { taskOutcome, withClient } from './task';

/** The size until whoever shows the terminal says how large it is. */
const size = { columns: 100, rows: 30 };

const take: Command = {
  words: ['task', 'take'],
  usage: 'ID [--interrupt]',
  summary: 'Drive the agent of a task yourself, in its own terminal, once its turn is over; --interrupt ends the turn',
  options: { interrupt: { type: 'boolean' } },
  names: { least: 1, most: 1 },
  examples: ['task take 12', 'task take 12 --interrupt'],
  more: 'Its terminal is on the Terminal tab of the task in the window. The task goes on when that ends or is handed back.\n',
  run: (given, around) =>
    withClient(around, async (client) =>
      taskOutcome(await client.tasks.take({ task: given.id(0), interrupt: given.flag('interrupt'), size }), around),
    ),
};

const handBack: Command = {
  words: ['task', 'hand-back'],
  usage: 'ID [--review]',
  summary: 'End your drive of a task: its agent goes on, or with --review what there is goes into review',
  options: { review: { type: 'boolean' } },
  names: { least: 1, most: 1 },
  examples: ['task hand-back 12', 'task hand-back 12 --review'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const afterwards = afterwardsSchema.parse(given.flag('review') ? 'review' : 'go on');
      return taskOutcome(await client.tasks.handBack({ task: given.id(0), afterwards }), around);
    }),
};

/** Taking a task's agent over, and handing it back. */
export const drivingCommands: readonly Command[] = [take, handBack];
