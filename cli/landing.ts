import { protectedWords, upstreamWords } from '../core/contract/base-state';
import type { Repository } from '../core/contract/repository';
import type { Review } from '../core/contract/review';
import type { Task } from '../core/contract/task';
import { type Command, UsageError } from './command';
import { plainLine } from './plain';
import { known } from './repository';
import { taskOutcome, withClient } from './task';

const landing: Command = {
  words: ['repository', 'landing'],
  usage: 'PATH_OR_NAME [--protect BRANCH... | --no-protect]',
  summary: 'How changes land in a repository: which branches are never moved; without options, what holds now',
  options: { protect: { type: 'string', multiple: true }, 'no-protect': { type: 'boolean' } },
  names: { least: 1, most: 1 },
  examples: [
    'repository landing .',
    'repository landing . --protect main --protect "release/*"',
    'repository landing . --no-protect',
  ],
  run: (given, around) => {
    const patterns = given.many('protect');
    if (patterns.length > 0 && given.flag('no-protect'))
      throw new UsageError('--protect and --no-protect say the opposite of each other.');
    return withClient(around, async (client) => {
      const repository = await known(client, given.name(0), around);
      const changes = patterns.length > 0 || given.flag('no-protect');
      const after = changes
        ? await client.repositories.configure({
            repository: repository.id,
            landing: { ...repository.landing, protected: [...patterns] },
          })
        : repository;
      return { json: after.landing, text: landingText(after) };
    });
  },
};

const base: Command = {
  words: ['task', 'base'],
  usage: 'ID BRANCH',
  summary: 'Base a task on another branch, onto which its change is to land',
  options: {},
  names: { least: 2, most: 2 },
  examples: ['task base 12 trunk'],
  run: (given, around) =>
    withClient(around, async (client) =>
      taskOutcome(await client.tasks.changeBase({ task: given.id(0), base: given.name(1) }), around),
    ),
};

const resolve: Command = {
  words: ['task', 'resolve'],
  usage: 'ID',
  summary: 'Have the agent of a change that conflicts with its base merge that base into its branch, then review again',
  options: {},
  names: { least: 1, most: 1 },
  examples: ['task resolve 12'],
  run: (given, around) =>
    withClient(around, async (client) => taskOutcome(await client.tasks.resolve({ task: given.id(0) }), around)),
};

/** Landing: how it is done in a repository, and what a change needs before it can. */
export const landingCommands: readonly Command[] = [landing, base, resolve];

/** What is in the way of landing a change in review, or is to be known of its base first; a line each, or nothing. */
export function baseWarnings(review: Review, task: Pick<Task, 'base' | 'branch'>): string {
  const { checkout, protectedBy, upstream } = review;
  const files = checkout?.inTheWay ?? [];
  const more = files.length > 5 ? ` and ${files.length - 5} more` : '';
  const said = [
    protectedBy === null ? null : protectedWords(task.base, protectedBy, task.branch),
    checkout === null || checkout.busy === null
      ? null
      : `${task.base} is checked out at ${checkout.path} and cannot be moved there now. ${checkout.busy}`,
    checkout === null || files.length === 0
      ? null
      : `${task.base} is checked out at ${checkout.path}, and files edited there are part of the change: ${files.slice(0, 5).join(', ')}${more}. Commit or move those edits away first.`,
    upstream === null ? null : upstreamWords(task.base, upstream),
  ];
  return said.flatMap((line) => (line === null ? [] : [`! ${plainLine(line, 2000)}\n`])).join('');
}

function landingText({ name, landing }: Repository): string {
  const branches = landing.protected.length === 0 ? 'none' : landing.protected.map((one) => plainLine(one)).join(', ');
  return `${plainLine(name, 40)}\n  protected branches: ${branches}\n`;
}
