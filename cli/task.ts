import type { Client } from '../core/client';
import { readAgent } from '../core/contract/contest';
import { priorities } from '../core/contract/priority';
import { starts } from '../core/contract/stack';
import { type Task, taskStates } from '../core/contract/task';
import type { WorktreeDetail } from '../core/contract/worktree';
import { mustBeThere } from './agent-there';
import { budgetGiven, budgetOptions, budgetUsage } from './budget';
import { type Command, UsageError } from './command';
import { endedText, runningOn } from './ended-programs';
import { asId, assertAfter, oneOf } from './parse';
import { plainLine } from './plain';
import { addTask } from './task-add';
import { conflictsIn, finished, reviewOf, setGoing, taskOutcome } from './task-outcome';
import { taskTable } from './task-table';
import { taskText } from './task-text';
import { counted, undoText } from './text';
import { waitForTask, waitMinutes, waitOptions, waitUsage } from './wait';
import { withClient } from './with-client';

const list: Command = {
  words: ['task', 'list'],
  reads: true,
  usage: '[--state STATE]... [--limit N]',
  summary: 'Tasks, newest first',
  options: { state: { type: 'string', multiple: true }, limit: { type: 'string' } },
  names: { least: 0, most: 0 },
  examples: ['task list', 'task list --state running --state waiting --json'],
  async run(given, around) {
    const states = given.many('state').map((state) => oneOf('state', state, taskStates) ?? 'queued');
    const limit = Number(given.text('limit') ?? 200);
    if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
      throw new UsageError('--limit must be a number from 1 to 1000.');
    return withClient(around, async (client) => {
      const tasks = await client.tasks.list({ limit, ...(states.length === 0 ? {} : { states }) });
      const text = tasks.length === 0 ? 'No tasks.\n' : taskTable(tasks, around.out);
      return { json: tasks, text };
    });
  },
};

const show: Command = {
  words: ['task', 'show'],
  reads: true,
  usage: 'ID',
  summary: 'Everything about one task',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['task show 12', 'task show 12 --json'],
  run: (given, around) =>
    withClient(around, async (client) => {
      const task = await client.tasks.get({ task: given.id(0) });
      const repository = (await client.repositories.list()).find(({ id }) => id === task.repositoryId);
      const review = task.state === 'review' ? await reviewOf(client, task.id) : null;
      const pushes = await client.tasks.pushes({ task: task.id });
      const edit = review?.edit ?? null;
      const undo = undoText({ task: task.id, edit }, around.program);
      const about = {
        prompt: task.prompt,
        added: repository !== undefined,
        conflicts: conflictsIn(review),
        knownChecks: repository?.checks ?? [],
        pushes,
      };
      const text = `${taskText(task, around.program, about)}${undo === '' ? '' : `  ${undo}`}`;
      return { json: { ...task, edit, pushes }, text };
    }),
};

const wait: Command = {
  words: ['task', 'wait'],
  usage: 'ID [--wait-minutes N]',
  summary: 'Return when a task is finished or needs you, or with exit code 1 after so many minutes',
  options: { 'wait-minutes': { type: 'string' } },
  names: { least: 1, most: 1 },
  examples: ['task wait 12'],
  async run(given, around) {
    const minutes = waitMinutes(given);
    const connection = await around.reach();
    try {
      return await finished(await waitForTask(given.id(0), connection, around, minutes), connection.client, around);
    } finally {
      connection.close();
    }
  },
};

const edit: Command = {
  words: ['task', 'edit'],
  usage: `ID [--title T] [--prompt P] [--agent NAME[:MODEL]] [--priority high_priority|default|low_priority] [--after TASK]... [--when landed|review] [--detach TASK]... ${budgetUsage}`,
  summary:
    'Change a task: what it is after until it is done, its priority while it is queued, its words, budget and agent before it has begun',
  options: {
    title: { type: 'string' },
    prompt: { type: 'string' },
    priority: { type: 'string' },
    agent: { type: 'string' },
    after: { type: 'string', multiple: true },
    when: { type: 'string' },
    detach: { type: 'string', multiple: true },
    ...budgetOptions,
  },
  names: { least: 1, most: 1 },
  examples: [
    'task edit 12 --priority high_priority',
    'task edit 12 --after 9 --agent goose',
    'task edit 12 --detach 9  (it is after task 9 no more, and is brought back onto its base)',
    'task edit 12 --title "Fix the login test" --prompt - < prompt.md',
    'task edit 12 --budget-usd 5 --budget-minutes none',
  ],
  async run(given, around) {
    const typed = given.text('agent');
    const { agent, model } = typed === undefined ? {} : readAgent(typed);
    const prompt = given.text('prompt');
    const others = {
      title: given.text('title'),
      priority: oneOf('priority', given.text('priority'), priorities),
      budget: budgetGiven(given),
    };
    const after = given.many('after').map(asId);
    const detach = given.many('detach').map(asId);
    const order = { after, detach, when: oneOf('when', given.text('when'), starts) };
    assertAfter(order);
    if (
      [agent, prompt, ...Object.values(others)].every((each) => each === undefined) &&
      [...after, ...detach].length === 0
    )
      throw new UsageError('task edit needs --title, --prompt, --agent, --priority, --after, --detach or a budget.');
    const wanted = { ...others, ...order, agent, model, prompt: prompt === '-' ? await around.readInput() : prompt };
    return withClient(around, async (client) => {
      if (agent !== undefined) await mustBeThere(client, agent, around);
      return taskOutcome(client, await client.tasks.edit({ task: given.id(0), ...wanted }), around);
    });
  },
};

const cancel = simple('cancel', 'Stop a task; its worktree stays for a retry', (client, task) =>
  client.tasks.cancel({ task }),
);
const resume = simple('resume', 'Let a task that is parked, or waits for its next attempt, go on now', (client, task) =>
  client.tasks.resume({ task }),
);
const retry: Command = {
  words: ['task', 'retry'],
  usage: `ID ${waitUsage}`,
  summary: 'Queue a failed or cancelled task again; --wait returns when it is finished or needs you',
  options: waitOptions,
  names: { least: 1, most: 1 },
  examples: ['task retry 12', 'task retry 12 --wait'],
  run: (given, around) => setGoing(given, around, (client) => client.tasks.retry({ task: given.id(0) })),
};
const discard: Command = {
  ...simple('discard', 'Throw a change away, keeping a backup', (client, task) => client.tasks.discard({ task })),
  run: (given, around) =>
    withClient(around, async (client) => {
      const task = given.id(0);
      const [running, { worktree }] = await Promise.all([runningOn(client, task), client.tasks.get({ task })]);
      const at = worktree === null ? null : await client.worktrees.get({ path: worktree }).catch(() => null);
      if (!given.json) around.err.write(uncommittedText(at?.uncommitted ?? null, task, around.program));
      const outcome = await taskOutcome(client, await client.tasks.discard({ task }), around);
      return { ...outcome, text: `${endedText(running, [task])}${outcome.text}` };
    }),
};
/** Which edits in no commit are kept with a discarded change, a line; empty for none. */
function uncommittedText(uncommitted: WorktreeDetail['uncommitted'], task: number, program: string): string {
  if (uncommitted === null || uncommitted.count === 0) return '';
  const { paths, count } = uncommitted;
  const more = count > 5 ? ` and ${count - 5} more` : '';
  const named = paths.slice(0, 5).map((path) => plainLine(path, 300));
  return `! ${counted(count, 'file')} in its worktree ${count === 1 ? 'has' : 'have'} edits in no commit: ${named.join(', ')}${more}. They are kept with it, and come back with: ${program} task restore ${task}\n`;
}

const restore = simple(
  'restore',
  'Bring a discarded task back to where it was: in review, failed or cancelled',
  (client, task) => client.tasks.restore({ task }),
);

/** Tasks: adding, looking, stopping. Reviews and transcripts are in review.ts. */
export const taskCommands: readonly Command[] = [
  addTask,
  list,
  show,
  wait,
  edit,
  cancel,
  resume,
  retry,
  discard,
  restore,
];

function simple(word: string, summary: string, act: (client: Client, task: number) => Promise<Task>): Command {
  return {
    words: ['task', word],
    usage: 'ID',
    summary,
    options: {},
    names: { least: 1, most: 1 },
    examples: [`task ${word} 12`],
    run: (given, around) =>
      withClient(around, async (client) => taskOutcome(client, await act(client, given.id(0)), around)),
  };
}
