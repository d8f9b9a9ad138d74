import { existsSync } from 'node:fs';
import type { Client } from '../core/client';
import { readAgent } from '../core/contract/contest';
import { echoHelp } from '../core/contract/echo';
import { CodedError } from '../core/contract/errors';
import { priorities } from '../core/contract/priority';
import type { Review } from '../core/contract/review';
import { starts } from '../core/contract/stack';
import { permissionLevels, type Task, type TaskDetail, taskStates } from '../core/contract/task';
import { titleFrom } from '../core/contract/title';
import { budgetGiven, budgetOptions, budgetUsage } from './budget';
import { type Command, type Given, type Outcome, type Surroundings, UsageError } from './command';
import { agentsGiven, contestOutcome, waitForContest } from './contest';
import { endedText, runningOn } from './ended-programs';
import { asId, oneOf } from './parse';
import { pathOf, quoted } from './path';
import { plainLine } from './plain';
import { named } from './repository';
import { taskTable } from './task-table';
import { taskText } from './task-text';
import { undoText } from './text';
import { sayPrograms } from './trust';
import { isResting, waitForTask } from './wait';
import { withClient } from './with-client';

const add: Command = {
  words: ['task', 'add'],
  usage: `--repository PATH_OR_NAME --prompt P [--title T] [--agent NAME[:MODEL]]... [--times N] [--base BRANCH] [--permission-level autonomous|supervised|human-required] [--priority high_priority|default|low_priority] [--after TASK]... [--path FOLDER]... [--when landed|review] ${budgetUsage} [--trust] [--wait [--wait-minutes N]]`,
  summary: 'Queue a task; --wait returns when it is finished or needs you',
  options: {
    repository: { type: 'string' },
    title: { type: 'string' },
    prompt: { type: 'string' },
    agent: { type: 'string', multiple: true },
    times: { type: 'string' },
    base: { type: 'string' },
    'permission-level': { type: 'string' },
    priority: { type: 'string' },
    after: { type: 'string', multiple: true },
    path: { type: 'string', multiple: true },
    when: { type: 'string' },
    ...budgetOptions,
    trust: { type: 'boolean' },
    wait: { type: 'boolean' },
    'wait-minutes': { type: 'string' },
  },
  names: { least: 0, most: 0 },
  examples: [
    'task add --repository ~/code/api --trust --agent echo --title "Say hello" --prompt "Add a greeting" --wait',
    'task add --repository . --title "Fix the login test" --prompt - < prompt.md',
    'task add --repository . --title "Release notes" --prompt "Write them" --after 12 --priority low_priority',
    'task add --repository . --title "Then the docs" --prompt "Describe it" --after 12 --when review  (starts from the branch of task 12 as soon as that is in review)',
    'task add --repository . --title "Port the tests" --prompt "Use vitest" --budget-usd 5 --budget-minutes 60',
    'task add --repository . --title "Speed up search" --prompt - --agent claude:opus --agent goose  (a contest: one task each; task compare shows them side by side)',
    'task add --repository . --prompt "Speed up search" --agent claude --times 3',
  ],
  more: `  Several agents, or --times, make a contest: tasks that begin at one commit, each with its own worktree and its own budget.
  A budget is for each of them, not for all together.\n\n--agent echo\n${echoHelp.trimEnd().replace(/^(?=.)/gm, '  ')}\n`,
  async run(given, around) {
    const wanted = {
      title: given.text('title'),
      prompt: given.needed('prompt'),
      base: given.text('base'),
      permissionLevel: oneOf('permission-level', given.text('permission-level'), permissionLevels),
      priority: oneOf('priority', given.text('priority'), priorities),
      after: given.many('after').map(asId),
      ...(given.many('path').length > 0 && { paths: [...given.many('path')] }),
      when: oneOf('when', given.text('when'), starts),
      budget: budgetGiven(given),
    };
    const agents = agentsGiven(given);
    if (agents.length > 1 && wanted.when === 'review')
      throw new UsageError('The tasks of a contest begin at one commit of their base: --when review takes one agent.');
    assertAfter(wanted);
    const repository = given.needed('repository');
    const minutes = waitMinutes(given);
    const prompt = wanted.prompt === '-' ? await around.readInput() : wanted.prompt;
    const title = wanted.title ?? titleFrom(prompt);
    const connection = await around.reach();
    try {
      for (const agent of agents.length === 0 ? [undefined] : new Set(agents.map((one) => one.agent)))
        await mustBeThere(connection.client, agent, around);
      const repositoryId = await knownRepository(connection.client, { repository, trust: given.flag('trust') }, around);
      const all = { ...wanted, title, prompt, repositoryId };
      if (agents.length > 1) {
        const { when: _, ...same } = all;
        const made = await connection.client.contests.create({ ...same, agents: [...agents] });
        const waits = minutes !== null || given.flag('wait');
        return waits ? waitForContest(made, connection, around, minutes) : contestOutcome(made, around);
      }
      const task = await connection.client.tasks.create({ ...all, ...agents[0] });
      if (minutes === null && !given.flag('wait')) return taskOutcome(task, around);
      around.err.isTTY && around.err.write(`Queued task ${task.id}.\n`);
      return await finished(await waitForTask(task.id, connection, around, minutes), connection.client, around);
    } finally {
      connection.close();
    }
  },
};

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
      const edit = review?.edit ?? null;
      const undo = undoText({ task: task.id, edit }, around.program);
      const about = {
        prompt: task.prompt,
        added: repository !== undefined,
        conflicts: conflictsIn(review),
        knownChecks: repository?.checks ?? [],
      };
      const text = `${taskText(task, around.program, about)}${undo === '' ? '' : `  ${undo}`}`;
      return { json: { ...task, edit }, text };
    }),
};

/** A change in review; null of one that cannot be compared now, as when its base is gone. */
async function reviewOf(client: Client, task: number): Promise<Review | null> {
  return client.reviews.get({ task }).catch(() => null);
}

/** Whether a change conflicts with its base now; undefined when nobody could look. */
function conflictsIn(review: Review | null): boolean | undefined {
  return review === null ? undefined : review.conflicts.length > 0;
}

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
      return taskOutcome(await client.tasks.edit({ task: given.id(0), ...wanted }), around);
    });
  },
};

const cancel = simple('cancel', 'Stop a task; its worktree stays for a retry', (client, task) =>
  client.tasks.cancel({ task }),
);
const resume = simple('resume', 'Let a task that is parked, or waits for its next attempt, go on now', (client, task) =>
  client.tasks.resume({ task }),
);
const retry = simple('retry', 'Queue a failed or cancelled task again', (client, task) => client.tasks.retry({ task }));
const discard: Command = {
  ...simple('discard', 'Throw a change away, keeping a backup', (client, task) => client.tasks.discard({ task })),
  run: (given, around) =>
    withClient(around, async (client) => {
      const task = given.id(0);
      const running = await runningOn(client, task);
      const outcome = taskOutcome(await client.tasks.discard({ task }), around);
      return { ...outcome, text: `${endedText(running)}${outcome.text}` };
    }),
};
const restore = simple(
  'restore',
  'Bring a discarded task back to where it was: in review, failed or cancelled',
  (client, task) => client.tasks.restore({ task }),
);

/** Tasks: adding, looking, stopping. Reviews and transcripts are in review.ts. */
export const taskCommands: readonly Command[] = [add, list, show, wait, edit, cancel, resume, retry, discard, restore];

/** A task as a command's outcome. */
export function taskOutcome(task: Task | TaskDetail, around: Surroundings): Outcome {
  return { json: task, text: taskText(task, around.program) };
}

/** Throws a UsageError for `--when` with nothing that it could be said of. */
function assertAfter({ after, when }: { readonly after: readonly number[]; readonly when: string | undefined }): void {
  if (when === undefined || after.length > 0) return;
  throw new UsageError(`--when ${when} says when a task starts that comes after another one. Name that: --after TASK.`);
}

/** How many minutes are waited for at most; null for as long as it takes. Throws UsageError. */
function waitMinutes(given: Given): number | null {
  const typed = given.text('wait-minutes');
  if (typed === undefined) return null;
  const minutes = Number(typed);
  if (typed.trim() === '' || !(minutes > 0 && minutes <= 100_000))
    throw new UsageError('--wait-minutes must be a number of minutes above 0.');
  return minutes;
}

/** A task that was waited for as a command's outcome, which is a failure when the task's is, or when it still goes on. */
export async function finished(task: TaskDetail | Task, client: Client, around: Surroundings): Promise<Outcome> {
  const exit = task.state === 'failed' || task.state === 'cancelled' || !isResting(task) ? 1 : 0;
  // What has just come to review was not compared with its base by anybody yet.
  const conflicts = task.state === 'review' ? conflictsIn(await reviewOf(client, task.id)) : undefined;
  return { json: task, text: taskText(task, around.program, { conflicts }), exit };
}

function simple(word: string, summary: string, act: (client: Client, task: number) => Promise<Task>): Command {
  return {
    words: ['task', word],
    usage: 'ID',
    summary,
    options: {},
    names: { least: 1, most: 1 },
    examples: [`task ${word} 12`],
    run: (given, around) => withClient(around, async (client) => taskOutcome(await act(client, given.id(0)), around)),
  };
}

/** Throws AGENT_MISSING with how to install it when this machine has no such agent: the task would only fail. */
export async function mustBeThere(
  client: Client,
  wanted: string | undefined,
  { program }: Surroundings,
): Promise<void> {
  const agent = wanted ?? (await client.settings.list()).defaultAgent;
  const look = async (refresh: boolean) =>
    (await client.agents.list({ refresh })).find(({ name, found }) => name === agent && !found);
  // Who was told so before may have installed it since.
  const missing = (await look(false)) && (await look(true));
  if (missing === undefined) return;
  throw new CodedError(
    'AGENT_MISSING',
    `Nothing was queued: ${plainLine(missing.label)} was not found on this machine, so the task would fail.\n  ${plainLine(missing.install, 300)}\nTo try without it, add --agent echo: it needs nothing. All agents: ${program} doctor`,
    { facts: { agent: missing.name } },
  );
}

async function knownRepository(
  client: Client,
  asked: { readonly repository: string; readonly trust: boolean },
  around: Surroundings,
): Promise<number> {
  const typed = pathOf(asked.repository, around);
  // What is there is meant, whatever else is called so.
  const path = existsSync(typed) ? typed : ((await named(client, asked.repository))?.path ?? typed);
  if (asked.trust) {
    const { trustHash: expected } = await sayPrograms(client, path, around);
    return (await client.repositories.add({ path, trust: true, expected })).id;
  }
  const found = await client.repositories.inspect({ path });
  if (found.knownAs !== null) return found.knownAs;
  throw new CodedError(
    'NOT_FOUND',
    `${found.path} has not been added to Switchyard. Add it with: ${around.program} repository add ${quoted(path)}   (with --trust, there or here, its hooks and programs may run; without, none of them does).`,
    { facts: { path: found.path } },
  );
}
