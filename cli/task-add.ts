import { existsSync } from 'node:fs';
import type { Client } from '../core/client';
import { echoHelp } from '../core/contract/echo';
import { CodedError } from '../core/contract/errors';
import { priorities } from '../core/contract/priority';
import { shellWord } from '../core/contract/shell-word';
import { starts } from '../core/contract/stack';
import { permissionLevels } from '../core/contract/task';
import { titleFrom } from '../core/contract/title';
import { mustBeThere } from './agent-there';
import { budgetGiven, budgetOptions, budgetUsage } from './budget';
import { type Command, type Surroundings, UsageError } from './command';
import { agentsGiven, contestOutcome, waitForContest } from './contest';
import { asId, assertAfter, oneOf } from './parse';
import { pathOf } from './path';
import { named } from './repository';
import { outcomeOf } from './task-outcome';
import { sayPrograms } from './trust';
import { waitGiven, waitOptions, waitUsage } from './wait';

/** Queuing a task, or a contest of several. */
export const addTask: Command = {
  words: ['task', 'add'],
  usage: `--repository PATH_OR_NAME --prompt P [--title T] [--agent NAME[:MODEL]]... [--times N] [--base BRANCH] [--permission-level autonomous|supervised|human-required] [--priority high_priority|default|low_priority] [--after TASK]... [--path FOLDER]... [--when landed|review] ${budgetUsage} [--trust] ${waitUsage}`,
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
    ...waitOptions,
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
    const waits = waitGiven(given);
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
        return waits === null
          ? contestOutcome(made, around)
          : await waitForContest(made, connection, around, waits.minutes);
      }
      const task = await connection.client.tasks.create({ ...all, ...agents[0] });
      return await outcomeOf(task, connection, around, waits);
    } finally {
      connection.close();
    }
  },
};

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
    `${found.path} has not been added to Switchyard. Add it with: ${around.program} repository add ${shellWord(path)}   (with --trust, there or here, its hooks and programs may run; without, none of them does).`,
    { facts: { path: found.path } },
  );
}
