import { afterwardsSchema } from '../core/contract/takeover';
import type { Task } from '../core/contract/task';
import { showScreen, whenDriven } from './attach';
import type { Command } from './command';
import { taskOutcome } from './task-outcome';
import { nextSteps, takeoverText } from './text';
import { withClient } from './with-client';

/** The size until whoever shows the terminal says how large it is. */
const size = { columns: 100, rows: 30 };

const take: Command = {
  words: ['task', 'take'],
  usage: 'ID [--interrupt] [--elsewhere]',
  summary:
    'Drive the agent of a task yourself, in its own terminal, once its turn and its checks are over; --interrupt ends them, but not the setup of its worktree',
  options: { interrupt: { type: 'boolean' }, elsewhere: { type: 'boolean' } },
  names: { least: 1, most: 1 },
  examples: ['task take 12', 'task take 12 --interrupt', 'task take 12 --elsewhere'],
  more: `At a terminal the agent's screen is shown in it; Ctrl+] leaves the screen open, and the same command comes back to it.
With --elsewhere, or where there is no terminal, it is on the Terminal tab of the task in the window.
The task goes on when the screen ends or is handed back. One that was not at work goes back to where it was when nothing was said.
`,
  run: (given, around) =>
    withClient(around, async (client) => {
      const task = given.id(0);
      const { console } = around;
      const interrupt = given.flag('interrupt');
      const taken = await client.tasks.take({ task, interrupt, size: console?.size() ?? size });
      if (console === null || given.json || given.flag('elsewhere')) {
        const opens = taken.takeover?.state === 'driving' ? 'is' : 'will be';
        const note = `The agent's screen ${opens} on the Terminal tab of task ${task} in the window. Hand it back there, or: ${around.program} task hand-back ${task}\n`;
        return { ...(await taskOutcome(client, taken, around)), note };
      }
      if (taken.takeover?.state === 'asked') around.err.write(`${takeoverText(taken, around.program)}\n`);
      const onAsked = (asking: Task) =>
        void around.err.write(`It asks you something first.\n${nextSteps(asking, around.program)}`);
      const terminal = await whenDriven(client, task, { signal: around.signal, onAsked });
      if (terminal === null) {
        around.err.write(`Nobody drives task ${task}. Why is at the end of: ${around.program} task log ${task}\n`);
        return { ...(await taskOutcome(client, await client.tasks.get({ task }), around)), exit: 1 };
      }
      around.err.write('Ctrl+] leaves the screen and lets it go on.\n');
      await showScreen(client, terminal, { console, out: around.out });
      return await taskOutcome(client, await client.tasks.get({ task }), around);
    }),
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
      const task = given.id(0);
      const afterwards = afterwardsSchema.parse(given.flag('review') ? 'review' : 'go on');
      const back = await client.tasks.handBack({ task, afterwards });
      // Its terminal ends in a moment; until then the task still says that a person drives it.
      if (back.takeover === null) return await taskOutcome(client, back, around);
      const then =
        afterwards === 'review'
          ? 'What there is goes into review; a task that was not at work is where it was, if there is nothing.'
          : 'Its agent goes on; but a task that was not at work is where it was, if nothing was said.';
      const steps = nextSteps({ ...back, takeover: null }, around.program);
      return { json: back, text: `Task ${task} is handed back. ${then}\n${steps}` };
    }),
};

/** Taking a task's agent over, and handing it back. */
export const drivingCommands: readonly Command[] = [take, handBack];
